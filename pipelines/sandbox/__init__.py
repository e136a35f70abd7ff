"""The sandbox: parsers run in a process of their own, which may crash, hang or eat memory without harm.

Each worker has a *template*, a process that has imported the parsers and does nothing but fork; its
*parser* walks whole units and sends back what it settled, a stretch at a time. When a parser dies or goes
beyond a limit, the worker reads from shared memory where it stood, forks the next one in milliseconds, and
that walks to the same place and goes on behind it.
"""

from pipelines.sandbox.pool import borrowed, warm_up
from pipelines.sandbox.sandbox import Sandbox

__all__ = ["Sandbox", "borrowed", "warm_up"]
