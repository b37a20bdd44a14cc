"""Long polling that stores before it confirms (I1).

Asking with an offset makes Telegram forget what lies before it. So the offset moves only after
the batch is stored, and none is kept over a restart or over an empty answer: Telegram then
begins with the oldest update that was not confirmed, and what was stored already is recognised.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channel import Inbox, Pulse
from bot.telegram.api import Api
from bot.telegram.dating import after_silence
from bot.telegram.problems import TelegramRefused, Throttled
from bot.telegram.reading import CHANNEL, KINDS, arrival, query_id
from models.inbox import Arrival

logger = logging.getLogger(__name__)

BATCH = 100
GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class Patience:
    """How long to wait before asking again, in seconds.

    ``store``: within half a second of the same offset Telegram would give one update at a time.
    ``conflict``: another process polls with this token; it is not fought over.
    """

    first: float = 1.0
    longest: float = 30.0
    store: float = 0.6
    conflict: float = 15.0

    def after(self, failures: int, first: float) -> float:
        """Twice as long after each failure in a row, and never shorter than ``first``."""
        return max(first, min(self.longest, first * 2.0 ** min(failures - 1, 10)))


class Poller:
    """``acknowledge`` is handed the id of each press, once it is stored."""

    def __init__(
        self,
        api: Api,
        bot_id: int,
        inbox: Inbox,
        acknowledge: Callable[[str], None],
        pulse: Pulse,
        *,
        seconds: int = 50,
        patience: Patience | None = None,
    ) -> None:
        self._api = api
        self._bot_id = bot_id
        self._inbox = inbox
        self._acknowledge = acknowledge
        self._pulse = pulse
        self._seconds = seconds
        self._patience = patience or Patience()
        self._offset: int | None = None
        self._listening = False
        self._failures = 0

    async def run(self) -> None:
        """Until cancelled. Raises TelegramRefused where Telegram doesn't know the token."""
        while True:
            wait = await self._once()
            if wait:
                await asyncio.sleep(wait)

    async def _once(self) -> float:
        """One batch; how long to wait before the next, in seconds."""
        try:
            updates = await self._ask()
        except InvalidToken:
            raise TelegramRefused("Telegram no longer accepts the bot's token") from None
        except Conflict as error:
            self._note(error.message)
            return self._patience.conflict
        except Throttled as error:
            self._pulse.throttled += 1
            self._note(error.message)
            return error.seconds or self._backoff()
        except TelegramError as error:
            self._note(error.message)
            return self._backoff()
        self._pulse.last_good, self._pulse.last_error = time.monotonic(), ""
        self._pulse.skew = self._api.request.skew
        if not updates:
            # All before it is forgotten by now. After a quiet week numbers start anew, perhaps
            # lower: an offset that is still sent then would confirm what was never seen (X19).
            self._offset = None
        return await self._store(sorted(updates, key=_id_or_zero))

    async def _ask(self) -> list[Any]:
        values: dict[str, Any] = {
            "timeout": self._seconds,
            "limit": BATCH,
            "allowed_updates": KINDS,
        }
        if self._offset is not None:
            values["offset"] = self._offset
        silence = self._seconds + GRACE_SECONDS
        updates = await self._api.call("getUpdates", seconds=silence, **values)
        if not isinstance(updates, list):
            raise TelegramError("The answer holds no updates")
        return updates

    async def _store(self, updates: list[Any]) -> float:
        try:
            if updates:
                await self._inbox.accept(await self._dated(updates))
            await self._inbox.hearing.heard(CHANNEL)
            self._listening = True
        except Exception as error:
            # Whatever it was, the updates are safe with Telegram until they are stored here.
            self._note(f"{len(updates)} updates were not stored: {type(error).__name__}")
            return self._patience.after(self._failures, self._patience.store)
        for update in updates:
            if press := query_id(update):
                self._acknowledge(press)
        last = _id_or_zero(updates[-1]) if updates else 0
        self._offset = last + 1 if last else self._offset
        return self._well()

    async def _dated(self, updates: list[Any]) -> list[Arrival]:
        arrivals = [arrival(self._bot_id, update) for update in updates]
        if self._listening and not self._failures:
            return arrivals
        return await after_silence(self._inbox, arrivals)

    def _well(self) -> float:
        if self._failures:
            logger.info("polling goes on after %d failures", self._failures)
        self._failures = 0
        return 0.0

    def _backoff(self) -> float:
        return self._patience.after(self._failures, self._patience.first)

    def _note(self, reason: str) -> None:
        self._failures += 1
        self._pulse.last_error = reason
        logger.warning("polling failed %d times in a row: %s", self._failures, reason)


def _id_or_zero(update: Any) -> int:
    id = update.get("update_id") if isinstance(update, dict) else None
    return id if isinstance(id, int) else 0
