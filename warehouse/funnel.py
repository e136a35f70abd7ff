"""Where everything that was read ended up, and whether it adds up."""

from schemas.answers import Funnel, FunnelRow
from schemas.manifest import Manifest
from warehouse.catalog import Catalog
from warehouse.connect import connect

_COUNTS = ("read", "documents", "rejected", "dead", "survivors", "duplicates", "removed")


def read_funnel(catalog: Catalog, manifest: Manifest) -> Funnel:
    """Counts the rows of a snapshot by source; nothing in it is taken from a running build."""
    with connect(catalog, manifest, views=["funnel"]) as con:
        found = con.execute("FROM funnel ORDER BY source").fetchall()
    rows = tuple(funnel_row(source, counts) for source, *counts in found)
    total = funnel_row("all", [sum(getattr(row, name) for row in rows) for name in _COUNTS])
    balanced = all(row.balanced for row in rows)
    return Funnel(snapshot=manifest.number, sources=rows, total=total, balanced=balanced)


def funnel_row(source: str, counts: list[int]) -> FunnelRow:
    """Returns a row of the funnel, judged.

    >>> funnel_row("wiki", [5, 3, 1, 1, 2, 1, 0]).balanced
    True
    >>> funnel_row("wiki", [6, 3, 1, 1, 2, 1, 0]).balanced
    False
    """
    stated = dict(zip(_COUNTS, counts, strict=True))
    balanced = (
        stated["read"] == stated["documents"] + stated["rejected"] + stated["dead"]
        and stated["documents"] == stated["survivors"] + stated["duplicates"] + stated["removed"]
    )
    return FunnelRow(source=source, balanced=balanced, **stated)
