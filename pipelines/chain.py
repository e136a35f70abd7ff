"""What every step of a pipeline over units must know; it travels to the workers by pickling."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.errors import WorkFailed
from schemas.specs import IngestSpec
from schemas.units import WorkUnit
from transforms.read.plugins import installed
from warehouse.parts import part_digest


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a source's records go through.

    Attributes:
        ingest: Digest of everything up to ``documents``.
        sign: Digest of what makes signatures of documents, or None where dedup is off.
        generation: Of the warehouse.
    """

    ingest: str
    sign: str | None
    generation: int = 0

    def ingest_digest(self, unit: WorkUnit) -> str:
        """Names a unit's version, recipe and generation, for its parts and its receipt."""
        return part_digest(unit.version, self.ingest, self.generation)

    def sign_digest(self, unit: WorkUnit) -> str:
        """Names the signatures of what ``ingest_digest`` names."""
        if self.sign is None:
            raise ValueError("dedup is off for this source")
        return part_digest(self.ingest_digest(unit), self.sign, self.generation)


@dataclass(frozen=True, slots=True)
class Chain:
    """The warehouse, and per source its options and recipe.

    Attributes:
        warehouse: Location of the warehouse.
        specs: Source -> its options.
        recipes: Source -> its recipe.
        plugins: Distributions that bring formats, where the recipes were made; every worker must have
            the same (``check_plugins``).
    """

    warehouse: str
    specs: Mapping[str, IngestSpec]
    recipes: Mapping[str, Recipe]
    plugins: tuple[str, ...] = ()

    def check_plugins(self) -> None:
        """Asserts that the same formats are installed here: without one, its files would be refused.

        Raises:
            WorkFailed: If a distribution is missing, of another version, or there is one more.
        """
        here = installed()
        if here != self.plugins:
            raise WorkFailed(
                f"this worker has the format plug-ins {list(here)}, the build was begun with "
                f"{list(self.plugins)}; install the same ones everywhere"
            )
