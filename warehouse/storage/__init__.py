"""Where bytes lie: the only place that opens files.

``open_storage`` gives the folder or URL of a warehouse as a ``Storage``; ``inputs`` lists and opens the
documents of a source. Credentials come from the environment, never from a URL or a configuration.
"""

from schemas.errors import UsageError
from warehouse.storage.base import Storage
from warehouse.storage.local import LocalStorage


def open_storage(location: str) -> Storage:
    """Opens a warehouse's storage; nothing is created yet.

    Args:
        location: A folder, or a ``file:``, ``s3:``, ``gs:`` or ``az:`` URL.

    Raises:
        UsageError: If the URL's scheme has no file system here, with what to install.
    """
    scheme, separator, rest = location.partition("://")
    if not separator:
        return LocalStorage(location)
    if scheme == "file":
        return LocalStorage(rest)
    from warehouse.storage.remote import RemoteStorage

    try:
        return RemoteStorage(location)
    except (ImportError, ValueError) as error:
        raise UsageError(f"warehouse {location}: {error}") from error


__all__ = ["LocalStorage", "Storage", "open_storage"]
