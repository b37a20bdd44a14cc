"""Parts of the bot that must go on: each beats when it has done its work, and one that is silent
for too long has stopped (F64)."""

import time
from dataclasses import dataclass

from models.messages import Part

SILENT_SECONDS = 60.0


@dataclass(frozen=True)
class Beat:
    """How a part is: ``key`` is for machines, ``name`` has words, times in seconds."""

    key: str
    name: Part
    silent: float
    limit: float
    error: str

    @property
    def stopped(self) -> bool:
        return self.silent >= self.limit


class Heart:
    """Beaten and looked at from any thread."""

    def __init__(self, key: str, name: Part, limit: float = SILENT_SECONDS) -> None:
        """``limit``: it beats more often than every so many seconds."""
        self._key = key
        self._name = name
        self._limit = limit
        self._last = time.monotonic()
        self._error = ""

    def beat(self) -> None:
        self._last, self._error = time.monotonic(), ""

    def fault(self, reason: str) -> None:
        """It tried, and could not do its work."""
        self._error = reason

    def look(self) -> Beat:
        silent = time.monotonic() - self._last
        return Beat(self._key, self._name, silent, self._limit, self._error)
