"""Settles units in a parser, and starts another one where it dies."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.sandbox.marks import Place
from pipelines.sandbox.messages import Failure, Request
from pipelines.sandbox.parser import Died, Parser, Template
from pipelines.stretches import Resume, Stretch
from schemas.records import Dead, Fallen
from schemas.specs import IngestSpec, LimitsSpec
from schemas.units import WorkUnit
from transforms.settle import settle_fallen

_log = logging.getLogger(__name__)


class Sandbox:
    """A template and its parser; for one unit at a time.

    Args:
        modules: What the parsers import beside the readers: ``MODULE``, or ``MODULE:FUNCTION`` to call.
    """

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self._modules = modules
        self._template: Template | None = None
        self._parser: Parser | None = None

    def warm_up(self) -> None:
        """Starts the template, which imports in the background."""
        if self._template is None:
            self._template = Template(self._modules)

    def settle(self, unit: WorkUnit, spec: IngestSpec) -> Iterator[Stretch]:
        """Settles what stands in a unit, as ``pipelines.reading.settle_unit`` does; nothing can harm it.

        Raises:
            RuntimeError: If the walk itself failed: a bug, with the parser's traceback.
        """
        way = _Way(unit, spec)
        try:
            while not way.done:
                try:
                    yield from self._go(way)
                except Died as died:
                    self._parser = None
                    yield from way.died(died)
        finally:
            if not way.done:
                self._drop()  # in the middle of something that nobody wants any more

    def parser_seconds(self) -> float:
        """Returns the CPU time of the living parser, in seconds."""
        return self._parser.spent() if self._parser is not None else 0.0

    def close(self) -> None:
        """Ends the processes."""
        self._drop()
        if self._template is not None:
            self._template.close()
            self._template = None

    def _go(self, way: "_Way") -> Iterator[Stretch]:
        parser = self._asked(way)
        while not way.done:
            message = parser.receive()
            if isinstance(message, Failure):
                raise RuntimeError(  # noqa: TRY004 - its type is not what is wrong with it
                    f"reading failed: {message.summary}\n{message.trace}"
                )
            way.passed(message)
            yield message

    def _asked(self, way: "_Way") -> Parser:
        """Returns a parser that has begun with the work."""
        for _ in range(3):
            try:
                parser = self._living(way.spec.limits)
                parser.ask(way.request())
            except OSError:
                # It was killed while nobody looked; so may have been its template.
                self.close()
            else:
                return parser
        raise RuntimeError("no parser can be started")

    def _living(self, limits: LimitsSpec) -> Parser:
        if self._parser is not None and self._parser.limits != limits:
            self._drop()
        if self._parser is None:
            self.warm_up()
            assert self._template is not None  # noqa: S101
            self._parser = Parser(self._template, limits)
        return self._parser

    def _drop(self) -> None:
        if self._parser is not None:
            self._parser.kill()
            self._parser = None


class _Way:
    """How far a unit is settled, and where parsers died on the way."""

    def __init__(self, unit: WorkUnit, spec: IngestSpec) -> None:
        self.spec = spec
        self.done = False
        self._unit = unit
        self._resume = Resume()
        self._streams: dict[tuple[int, int, int], Dead] = {}
        self._deaths: set[Place] = set()

    def request(self) -> Request:
        """Returns what the next parser has to do."""
        return Request(self._unit, self.spec, self._resume, self._streams)

    def passed(self, stretch: Stretch) -> None:
        """Notes what is settled."""
        old = self._resume
        self.done = stretch.last
        self._resume = Resume(
            stretch.piece,
            stretch.settled,
            0 if stretch.full else old.records + stretch.read,
            0 if stretch.full else old.bytes + stretch.bytes,
            old.dead,
        )

    def died(self, died: Died) -> Iterator[Stretch]:
        """Notes where a parser died, so that the next one goes on behind it.

        What may come from the state of this one parser (its memory was full already) is tried once more
        by a new one: then what becomes of a record depends on the record alone.

        Yields:
            What is settled by that; as a rule nothing, for the next parser does it.
        """
        place, resume = died.place, self._resume
        path = self._unit.slices[place.piece].path
        _log.info("%s: record %d: %s: %s", path, place.item, died.dead.reason, died.dead.message)
        if not died.certain and place not in self._deaths:
            self._deaths.add(place)
        elif place.piece == resume.piece and place.item < resume.settled:
            # Where it did not die before: no parser gets past it, so the rest of the file is given up.
            stretch = Stretch(place.piece + 1)
            stretch.add(settle_fallen(path, Fallen("", died.dead), self._unit.source), 0)
            self.passed(stretch)
            yield stretch
        elif place.extracting:
            dead = {**resume.dead, (place.piece, place.item): died.dead}
            self._resume = replace(resume, dead=dead)
        else:
            self._streams[place.piece, place.item, place.stream] = died.dead
