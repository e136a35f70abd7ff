"""Why records of a source are dead letters: counted by reason, with an example of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.manifest import Manifest
from warehouse.catalog import Catalog
from warehouse.connect import connect

_QUERY = """
    SELECT source, reason, count(*) AS records,
        arg_min(uri || if(locator = '', '', '!' || locator) || ': ' || message, (uri, locator)) AS example
    FROM dead_letters WHERE list_contains(?, source)
    GROUP BY source, reason ORDER BY source, records DESC, reason
"""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """One reason of a source.

    Attributes:
        source: Name of the source.
        reason: Why, from the fixed list.
        records: How many dead letters have it.
        example: Place and message of the first of them.
    """

    source: str
    reason: str
    records: int
    example: str


def dead_reasons(catalog: Catalog, manifest: Manifest, sources: Sequence[str]) -> list[ReasonCount]:
    """Counts the dead letters of some sources by reason, the most frequent first."""
    with connect(catalog, manifest, views=[]) as con:
        return [ReasonCount(*row) for row in con.execute(_QUERY, [list(sources)]).fetchall()]
