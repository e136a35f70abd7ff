"""What a parser does: walks the units that it is given, and sends what it settled."""

import contextlib
import os
import traceback
from socket import MSG_WAITALL, socket

from pipelines.memory import give_back_memory
from pipelines.reading import settle_unit
from pipelines.sandbox.marks import MarkedWatch, Marks
from pipelines.sandbox.messages import DONE, HEADER, OUT_OF_MEMORY, Failure, Request, send, unpack


def serve(link: socket, marks: Marks) -> int:
    """Serves a worker until it hangs up; returns the exit code."""
    try:
        while header := link.recv(HEADER.size, MSG_WAITALL):
            request = unpack(link.recv(HEADER.unpack(header)[0], MSG_WAITALL))
            if not isinstance(request, Request):
                raise TypeError("a parser is sent requests")
            _settle(link, marks, request)
    except MemoryError:
        # Not one more allocation: whatever the parser left behind, this process has seen enough.
        os._exit(OUT_OF_MEMORY)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return DONE


def _settle(link: socket, marks: Marks, request: Request) -> None:
    watch = MarkedWatch(marks, request.streams)
    try:
        for stretch in settle_unit(request.unit, request.spec, request.resume, watch):
            full = stretch.full or stretch.last
            send(link, stretch)
            if full:
                give_back_memory()
    except (MemoryError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:  # the worker raises it again, with this traceback
        failure = Failure(f"{type(error).__name__}: {error}", traceback.format_exc())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            send(link, failure)
