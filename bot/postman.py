"""From the outbox to the channels: claim, send once, keep the outcome (I5).

Nothing here decides what is said. A message is claimed in the database before it leaves, so a
crash between the two leaves it as "unknown", never as sent twice by accident.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.channel import Channel, Delivery, Letter, LetterFile
from bot.kitchen import Kitchen
from bot.limiter import RISING_SECONDS, Limiter
from bot.outcomes import Outcomes
from bot.place import Place
from bot.store import Store
from bot.words import Words
from models import claiming, sending
from models.claiming import Chat, Claimed, Due
from models.clock import Clock
from models.database import Database, is_transient
from models.messages import decode
from models.outbox import Priority

logger = logging.getLogger(__name__)

IN_FLIGHT = 32
LOOKS_AHEAD = 128
LONGEST_REST = 1.0
# Claiming takes a commit. A message is claimed so long before its place is free that it leaves
# in time, but not so long that many would be unknown after a crash.
EARLIEST = 0.14
LATEST = 0.07
RISING = timedelta(seconds=RISING_SECONDS)
MEDIA_TYPES = {
    "ics": "text/calendar",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
REPORT_LIMIT = 50 * 1024 * 1024


@dataclass(frozen=True)
class _Chosen:
    id: int
    place: Place | None


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
        self._database = database
        self._channels = channels
        self._words = words
        self._store = store
        self._kitchen = kitchen
        self._clock = clock
        self._limiters = {
            name: Limiter(channel.limits) for name, channel in channels.items() if channel.limits
        }
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
        free = IN_FLIGHT - len(self._tasks)
        if free <= 0:
            return LONGEST_REST
        await self._unclaim()
        now = self._clock()
        open, busy, rest = self._look_at_limits(time.monotonic())
        if not open:
            return rest
        waiting = await self._database.read(
            lambda session: claiming.due(session, open, now, LOOKS_AHEAD, busy)
        )
        chosen, wait = self._choose(waiting, free)
        if chosen:
            await self._claim(chosen, now)
            # Where nobody had to wait, there may be more than was looked at.
            wait = wait if wait < LONGEST_REST else 0.0
        return min(rest, wait)

    def _look_at_limits(self, moment: float) -> tuple[list[str], list[Chat], float]:
        """The channels to which anything may leave soon, the chats on them that must wait
        although their channel need not, and the seconds until another channel opens."""
        open: list[str] = []
        busy: list[Chat] = []
        rest = LONGEST_REST
        for name in self._channels:
            limiter = self._limiters.get(name)
            if limiter is None:
                open.append(name)
                continue
            wait = limiter.wait_for_any(broadcast=False, now=moment)
            if wait > LATEST:
                rest = min(rest, wait - LATEST)
                continue
            open.append(name)
            held = limiter.held_back(moment)
            busy += [Chat(name, address) for address, wait in held if wait > EARLIEST]
            rest = min([rest, *(max(0.0, wait - LATEST) for _, wait in held if wait > EARLIEST)])
        return open, busy, rest

    def _choose(self, waiting: list[Due], free: int) -> tuple[list[_Chosen], float]:
        """What the limits let through soon, in order, each with its place; and the seconds
        until it is worth looking for the others."""
        moment = time.monotonic()
        chosen: list[_Chosen] = []
        shut: set[tuple[str, bool]] = set()
        rest = LONGEST_REST
        for item in waiting:
            if len(chosen) == free:
                break
            limiter = self._limiters.get(item.channel)
            if limiter is None:
                chosen.append(_Chosen(item.id, None))
                continue
            broadcast = item.priority is Priority.BROADCAST
            if (item.channel, broadcast) in shut:
                continue
            wait = limiter.wait(item.address, broadcast=broadcast, now=moment)
            if wait > EARLIEST:
                rest = min(rest, wait - LATEST)
                if limiter.wait_for_any(broadcast=broadcast, now=moment) > EARLIEST:
                    shut.add((item.channel, broadcast))
                continue
            place = limiter.reserve(item.address, broadcast=broadcast, start=moment + wait)
            chosen.append(_Chosen(item.id, Place(limiter, place)))
        return chosen, rest

    async def _claim(self, chosen: list[_Chosen], now: datetime) -> None:
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
        at, moment = self._clock(), time.monotonic()
        await self._database.write(lambda session: sending.recover(session, at))
        pauses = await self._database.read(lambda session: sending.pauses(session, at - RISING))
        for pause in pauses:
            if (limiter := self._limiters.get(pause.channel)) is not None:
                limiter.recall(pause.address, moment + (pause.until - at).total_seconds(), moment)
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
        enclosure = message.enclosure
        paused: str | None = None
        try:
            if enclosure is not None and not enclosure["sha256"]:
                # Nobody waits for a report that is being made: it is sent by another round.
                await self._cook(message)
                return self._let_go(message.id, place)
            letter = self._letter(message)
            if place is not None and not await place.take():
                return self._let_go(message.id, place)
            delivery = await self._channels[message.channel].deliver(letter)
            if place is not None:
                paused = place.heed(delivery)
        except Exception as error:
            logger.exception("message %d could not be made", message.id)
            name = type(error).__name__
            delivery = (Delivery.later if is_transient(error) else Delivery.malformed)(reason=name)
            if place is not None:
                place.give_back()
        return await self._outcomes.keep(message, delivery, paused)

    def _let_go(self, id: int, place: Place | None) -> None:
        """It is queued again by the next round, where it was."""
        if place is not None:
            place.give_back()
        self._claiming.add(id)

    def _letter(self, message: Claimed) -> Letter:
        letter = self._words.letter(message, message.language)
        if message.enclosure is None:
            return letter
        name = message.enclosure["name"]
        ending = name.rpartition(".")[2]
        media_type = MEDIA_TYPES.get(ending, "application/octet-stream")
        path = self._store.path(message.enclosure["sha256"])
        return replace(letter, file=LetterFile(name, path, media_type))

    async def _cook(self, message: Claimed) -> None:
        """Make the report the message encloses, keep it in the store and with the message."""
        assert message.enclosure is not None
        enclosure = dict(message.enclosure)
        content = await self._kitchen.cook(enclosure["report"], decode(enclosure["values"]))
        kept = await self._store.keep(_once(content), REPORT_LIMIT)
        enclosure["sha256"] = kept.sha256
        await self._database.write(lambda session: sending.enclose(session, message.id, enclosure))


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
