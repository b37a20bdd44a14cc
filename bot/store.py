"""The evidence store: a folder of bytes, each file named by its own SHA-256 (I9).

Bytes are written to ``tmp/``, forced to disk, renamed to ``ab/cd/<sha256>``, and the folders
forced to disk too, before anybody is told that they are kept: after a crash a file is there
whole or not at all (reliability.md 4). The same bytes twice are one file.
"""

import asyncio
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from models.durable import force, make_folder

FREE_BYTES = 1 << 30
FREE_SHARE = 0.05
CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Kept:
    """``size`` in bytes."""

    sha256: str
    size: int


class TooLarge(Exception):
    """More bytes than the limit; nothing of them was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class StoreFull(Exception):
    """Too little room is left on the disk; nothing was kept (reliability.md 4)."""


class Store:
    def __init__(
        self, directory: Path, *, free_bytes: int = FREE_BYTES, free_share: float = FREE_SHARE
    ) -> None:
        """``free_bytes`` and ``free_share`` of the disk stay free, for the database above all."""
        self._directory = directory
        self._parts = directory / "tmp"
        self._free_bytes = free_bytes
        self._free_share = free_share

    def path(self, sha256: str) -> Path:
        """Where these bytes lie, or would lie."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self._directory / sha256[:2] / sha256[2:4] / sha256

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def digests(self) -> Iterator[str]:
        """The names of all that is kept."""
        for path in sorted(self._directory.glob("??/??/*")):
            if len(path.name) == 64 and self.path(path.name) == path:
                yield path.name

    def free(self) -> int:
        """Bytes that may still be kept before the reserve is touched; 0 if none."""
        make_folder(self._directory)
        disk = shutil.disk_usage(self._directory)
        reserve = max(self._free_bytes, int(disk.total * self._free_share))
        return max(0, disk.free - reserve)

    async def keep(self, chunks: AsyncIterator[bytes], limit: int) -> Kept:
        """Keep the bytes; returns when they are safe. Raises TooLarge, StoreFull, or what
        ``chunks`` raised, and leaves nothing behind then."""
        part = await asyncio.to_thread(_Part, self, limit)
        try:
            async for chunk in chunks:
                await asyncio.to_thread(part.write, chunk)
            return await asyncio.to_thread(part.keep)
        except BaseException:
            part.abandon()
            raise

    def keep_now(self, chunks: Iterable[bytes], limit: int) -> Kept:
        """The same for who has the bytes at hand: the command line, the demo."""
        part = _Part(self, limit)
        try:
            for chunk in chunks:
                part.write(chunk)
            return part.keep()
        except BaseException:
            part.abandon()
            raise

    def sweep(self) -> int:
        """Remove what an earlier run left half written; how many files that were.

        Only when nobody writes: at the start.
        """
        left = list(self._parts.glob("*")) if self._parts.is_dir() else []
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def intact(self, sha256: str) -> bool:
        """Whether the bytes are there and still are what their name says."""
        if not self.has(sha256):
            return False
        with self.path(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256


class _Part:
    """Bytes that are being written. Every call blocks."""

    def __init__(self, store: Store, limit: int) -> None:
        if store.free() <= 0:
            raise StoreFull
        self._store = store
        self._limit = limit
        self._size = 0
        self._hash = hashlib.sha256()
        make_folder(store._parts)
        self._path = store._parts / secrets.token_hex(16)
        self._file: BinaryIO = self._path.open("xb")

    def write(self, chunk: bytes) -> None:
        before = self._size // CHUNK
        self._size += len(chunk)
        if self._size > self._limit:
            raise TooLarge(self._limit)
        if self._size // CHUNK > before and self._store.free() <= 0:
            raise StoreFull
        self._hash.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _told(error) from error

    def keep(self) -> Kept:
        kept = Kept(self._hash.hexdigest(), self._size)
        target = self._store.path(kept.sha256)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            for folder in (target.parent.parent, target.parent):
                if not folder.is_dir():
                    folder.mkdir(exist_ok=True)
                force(folder.parent)
            self._path.replace(target)
            force(target.parent)
        except OSError as error:
            raise _told(error) from error
        return kept

    def abandon(self) -> None:
        try:
            self._file.close()
        except OSError:
            # What could not be written out is not wanted any more.
            pass
        finally:
            self._path.unlink(missing_ok=True)


def _told(error: OSError) -> Exception:
    return StoreFull() if error.errno in _FULL else error
