"""How a walk over nested streams can be followed from outside, and ended where its parser would die.

A reader may crash or never return. Nothing in this process can help then; another process can read where
the walk stood, and walk again up to there. ``Watch`` is the seam: ``read_stream`` passes each stream that
it reads through ``follow``, so that whoever follows knows in which stream the next record is sought.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from schemas.records import Dead

T = TypeVar("T")


class Watch:
    """Follows the streams of a walk; this one lets them all go on."""

    def follow(self, found: Iterator[T], at_death: Callable[[Dead], T]) -> Iterator[T]:
        """Returns what a stream yields, or its good part and what ``at_death`` makes of the rest.

        Args:
            found: What is found in the stream; taking the next of it may kill the process.
            at_death: Makes the last thing that is found in a stream whose rest cannot be read.
        """
        del at_death
        return found


UNWATCHED = Watch()
"""For walks that nobody follows."""
