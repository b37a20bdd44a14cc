"""From the outbox to the channels: claim, send once, keep the outcome (I5).

Nothing here decides what is said. A message is claimed in the database before it leaves, so a
crash between the two leaves it as "unknown", never as sent twice by accident.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.channel import Channel, Delivery
from bot.departures import LONGEST_REST, ONE_MORE_SECONDS, Chosen, Departures
from bot.envelopes import Envelopes
from bot.hearts import Heart
from bot.kitchen import Kitchen
from bot.limiter import RISING_SECONDS
from bot.outcomes import Outcomes
from bot.place import Place
from bot.store import Store
from bot.words import Words
from models import claiming, sending
from models.claiming import Chat, Claimed
from models.clock import Clock
from models.database import Database, is_transient
from models.messages import Part

logger = logging.getLogger(__name__)

LOOKS_AHEAD = 2  # Times as many as may leave: of some the place comes later.
RISING = timedelta(seconds=RISING_SECONDS)


class Postman:
    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        words: Words,
        store: Store,
        kitchen: Kitchen,
        clock: Clock,
    ) -> None:
        """``heart`` beats as long as messages leave, or could."""
        self.heart = Heart("sending", Part("heart.sending"))
        self._database = database
        self._channels = channels
        self._clock = clock
        self._departures = Departures(channels)
        self._envelopes = Envelopes(database, words, store, kitchen)
        self._outcomes = Outcomes(database, channels, clock)
        self._recovered = False
        self._claiming: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stopped = asyncio.Event()
        self._ended = asyncio.Event()

    def wake(self) -> None:
        """Something may have been queued."""
        self._news.set()

    async def run(self) -> None:
        while not self._stopped.is_set():
            self._news.clear()
            try:
                await self._recover()
                rest = await self._round()
            except Exception as error:
                known = is_transient(error)
                self.heart.fault(type(error).__name__)
                logger.warning("the outbox waits for the database", exc_info=not known)
                rest = LONGEST_REST
            if rest > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(rest):
                        await self._news.wait()
        self._ended.set()

    async def stop(self, seconds: float) -> None:
        """Let what is on its way arrive; the rest stays in the outbox."""
        self._stopped.set()
        self._news.set()
        until = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()  # A claim under way is sent, or given back, below.
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=max(0.0, until - time.monotonic()))
        for task in self._tasks:
            task.cancel()
        self._outcomes.stop()
        try:
            await self._unclaim()
        except Exception as error:
            logger.warning("claims are left for the next start: %s", type(error).__name__)

    async def _round(self) -> float:
        """Send what may leave soon; seconds until it is worth looking again."""
        room = self._departures.room(len(self._tasks))
        if room <= 0:
            return ONE_MORE_SECONDS  # No beat: it may be that none of them ever comes to its end.
        rest = await self._send_what_may_leave(room)
        self.heart.beat()
        return rest

    async def _send_what_may_leave(self, room: int) -> float:
        await self._unclaim()
        now, outlook = self._clock(), self._departures.look()
        if not outlook.open:
            return outlook.rest
        limit = LOOKS_AHEAD * room
        waiting = await self._database.read(
            lambda session: claiming.due(session, outlook.open, now, limit, outlook.busy)
        )
        chosen, wait = self._departures.choose(waiting, room)
        if chosen:
            await self._claim(chosen, now)
            # Where nobody had to wait, there may be more than was looked at.
            wait = wait if wait < LONGEST_REST else 0.0
        return min(outlook.rest, wait)

    async def _claim(self, chosen: list[Chosen], now: datetime) -> None:
        """Take them in one transaction, then send each; the places of those that could not be
        taken go back."""
        places = {item.id: item.place for item in chosen}
        self._claiming.update(places)
        try:
            ids = list(places)
            claimed = await self._database.write(lambda session: claiming.claim(session, ids, now))
            self._claiming.difference_update(places)
            for item in claimed:
                task = asyncio.create_task(self._send(item, places.pop(item.id)))
                self._tasks.add(task)
                task.add_done_callback(self._finished)
        finally:
            for place in places.values():
                if place is not None:
                    place.give_back()

    async def _recover(self) -> None:
        """Once, before anything is sent: what the last run left on its way, and how long it was
        asked to wait."""
        if self._recovered:
            return
        at = self._clock()
        await self._database.write(lambda session: sending.recover(session, at))
        struck = await self._database.read(sending.chats_struck)
        pauses = await self._database.read(lambda session: sending.pauses(session, at - RISING))
        self._departures.recall(pauses, at)
        self._departures.begin([Chat(*chat) for chat in struck])
        self._recovered = True

    async def _unclaim(self) -> None:
        """Let go of what was claimed and not sent, because the claim's commit went unheard or
        the platform asked to wait meanwhile."""
        if ids := set(self._claiming):
            await self._database.write(lambda session: claiming.unclaim(session, ids))
            self._claiming.difference_update(ids)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._news.set()
        if not task.cancelled() and (error := task.exception()):
            logger.error("a message's outcome could not be kept", exc_info=error)

    async def _send(self, message: Claimed, place: Place | None) -> None:
        paused: str | None = None
        try:
            if self._envelopes.lacks_report(message):
                # Nobody waits for a report that is being made: it is sent by another round.
                await self._envelopes.cook(message)
                self._let_go(message.id, place)
                return
            letter = self._envelopes.letter(message)
            if place is not None and not await place.take():
                self._let_go(message.id, place)
                return
            delivery = await self._channels[message.channel].deliver(letter)
            if place is not None:
                paused = place.heed(delivery)
        except Exception as error:
            logger.exception("message %d could not be made", message.id)
            name = type(error).__name__
            delivery = (Delivery.later if is_transient(error) else Delivery.malformed)(reason=name)
            if place is not None:
                place.give_back()
        await self._outcomes.keep(message, delivery, paused)
        self._departures.ended()

    def _let_go(self, id: int, place: Place | None) -> None:
        """It is queued again by the next round, where it was."""
        if place is not None:
            place.give_back()
        self._claiming.add(id)
