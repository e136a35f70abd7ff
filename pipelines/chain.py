"""What every step of a pipeline over units must know; it travels to the workers by pickling."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.recipes import Recipe
from schemas.specs import IngestSpec


@dataclass(frozen=True, slots=True)
class Chain:
    """The warehouse, and per source its options and recipe.

    Attributes:
        warehouse: Location of the warehouse.
        specs: Source -> its options.
        recipes: Source -> its recipe.
    """

    warehouse: str
    specs: Mapping[str, IngestSpec]
    recipes: Mapping[str, Recipe]
