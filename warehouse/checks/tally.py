"""Counts what is checked and keeps the first descriptions of what is wrong."""

from schemas.answers import Check

DETAILS = 20
"""Descriptions that an answer gives at the most; the count goes on."""


class Tally:
    """One check while it runs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checked = 0
        self.wrong = 0
        self._details: list[str] = []

    def expect(self, true: bool, detail: str) -> bool:
        """Counts one thing; ``detail`` says what is wrong if it is not true."""
        self.checked += 1
        if not true:
            self.fail(detail)
        return true

    def fail(self, detail: str) -> None:
        """Notes something wrong without counting a thing."""
        self.wrong += 1
        if len(self._details) < DETAILS:
            self._details.append(detail)

    def answer(self) -> Check:
        """Returns what was found."""
        return Check(
            name=self.name,
            ok=not self.wrong,
            checked=self.checked,
            wrong=self.wrong,
            details=tuple(self._details),
        )


def skipped(name: str, why: str) -> Check:
    """Returns a check that was not made."""
    return Check(name=name, ok=True, skipped=why)
