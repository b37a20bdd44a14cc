"""What arrived is written down together: while one transaction is under way, the receipts of
what arrives meanwhile gather for the next."""

import asyncio
import logging
from typing import Any

from models import sending
from models.clock import Clock
from models.database import Database

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class Receipts:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, id: int, platform_id: str) -> None:
        """Returns once it is written that this message was sent."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((sending.receipt(id, platform_id, self._clock()), written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await written

    def stop(self) -> None:
        """What could not be written by now is found as being sent at the next start."""
        if self._writing is not None:
            self._writing.cancel()

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            rows = [row for row, _ in batch]
            await self._until_written(rows)
            for _, written in batch:
                if not written.done():
                    written.set_result(None)

    async def _until_written(self, rows: list[dict[str, Any]]) -> None:
        while True:
            try:
                await self._database.write(lambda session: sending.settle_all(session, rows))
            except Exception as error:
                logger.warning("outcomes wait for the database: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return
