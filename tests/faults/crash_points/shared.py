"""What the test and the processes of one run have in common: a clock, and when points count."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.clock import at

_FORMAT = "<d?"


class Shared:
    """A clock that stands where the test puts it, in every process that opens the file."""

    def __init__(self, path: Path, local: str = "") -> None:
        """``local`` makes the file, with the clock at that local time."""
        if local:
            path.write_bytes(struct.pack(_FORMAT, at(local).timestamp(), False))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), struct.calcsize(_FORMAT))

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self._read()[0], UTC)

    def set(self, local: str) -> None:
        self._write(at(local).timestamp(), self.armed)

    def forward(self, **duration: float) -> None:
        self._write(self._read()[0] + timedelta(**duration).total_seconds(), self.armed)

    @property
    def armed(self) -> bool:
        """Whether crossings count now."""
        return self._read()[1]

    @armed.setter
    def armed(self, on: bool) -> None:
        self._write(self._read()[0], on)

    def _read(self) -> tuple[float, bool]:
        seconds, armed = struct.unpack_from(_FORMAT, self._memory)
        return float(seconds), bool(armed)

    def _write(self, seconds: float, armed: bool) -> None:
        struct.pack_into(_FORMAT, self._memory, 0, seconds, armed)
