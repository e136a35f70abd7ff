"""How the walk over a unit is followed: by nobody, or by what starts another parser where one died."""

from transforms.read.watch import Watch


class WalkWatch(Watch):
    """Follows the walk over a unit; this one only lets it go on."""

    def begins(self, piece: int) -> None:
        """Is called before a slice is opened, with its number in the unit."""

    def moves(self) -> None:
        """Is called when bytes of a file are read: a walk that finds nothing still moves."""

    def extracts(self, item: int) -> None:
        """Is called before the text of a record is extracted, with its number in the slice."""

    def settles(self, item: int) -> None:
        """Is called when the thing of that number in the slice is settled, and the next one is sought."""


NOBODY = WalkWatch()
