"""ClamAV's daemon, asked about one file over its socket (the INSTREAM command of clamd(8))."""

import asyncio
import contextlib
import logging
import struct
from pathlib import Path

from models.files import Scan

logger = logging.getLogger(__name__)

CHUNK = 256 << 10
SECONDS = 20.0


class Clamd:
    """``address`` is "host:port" or "unix:/path"; empty: nothing is scanned."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def scan(self, path: Path) -> tuple[Scan, str]:
        """What the daemon says of the file, and the name of what it found. It never raises: a
        scanner that is away or has had too much is no reason to turn evidence away."""
        if not self._address:
            return Scan.OFF, ""
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._ask(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            logger.warning("clamd could not be asked: %s", type(error).__name__)
            return Scan.NOT_SCANNED, ""
        if answer.endswith(" FOUND"):
            return Scan.INFECTED, answer.removeprefix("stream: ").removesuffix(" FOUND")
        if answer == "stream: OK":
            return Scan.CLEAN, ""
        logger.warning("clamd has not scanned a file: %s", answer[:100])
        return Scan.NOT_SCANNED, ""

    async def _ask(self, path: Path) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            # It may answer before the end (a file over its limit) and take no more.
            with path.open("rb") as file, contextlib.suppress(ConnectionError):
                while chunk := await asyncio.to_thread(file.read, CHUNK):
                    writer.write(struct.pack(">I", len(chunk)) + chunk)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            answer = await reader.readuntil(b"\0")
        finally:
            writer.close()
        return answer.rstrip(b"\0\n").decode(errors="replace").strip()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("unix:"):
            return await asyncio.open_unix_connection(self._address.removeprefix("unix:"))
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host, int(port))
