"""From the outbox to the channels: claim, send once, keep the outcome (I5).

Nothing here decides what is said. A message is claimed in the database before it leaves, so a
crash between the two leaves it as "unknown", never as sent twice by accident.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.channel import Channel, Delivery, Fate, Letter, LetterFile
from bot.kitchen import Kitchen
from bot.limiter import Limiter
from bot.receipts import Receipts
from bot.store import Store
from bot.words import Words
from models import claiming, outbox, sending
from models.claiming import Claimed, Due
from models.clock import Clock
from models.database import Database, is_transient
from models.messages import decode
from models.outbox import Priority, SendStatus

logger = logging.getLogger(__name__)

IN_FLIGHT = 32
LOOKS_AHEAD = 128  # Enough that chats which must wait don't hide those that need not.
LONGEST_REST = 1.0
REPORT_LIMIT = 50 * 1024 * 1024


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
        self._receipts = Receipts(database, clock)
        self._recovered = False
        self._claiming: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stopped = asyncio.Event()

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

    async def stop(self, seconds: float) -> None:
        """Let what is on its way arrive; the rest stays in the outbox."""
        self._stopped.set()
        self._news.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        self._receipts.stop()

    async def _round(self) -> float:
        """Send what may leave now; seconds until it is worth looking again."""
        free = IN_FLIGHT - len(self._tasks)
        if free <= 0:
            return LONGEST_REST
        await self._unclaim()
        now = self._clock()
        names = list(self._channels)
        waiting = await self._database.read(
            lambda session: claiming.due(session, names, now, LOOKS_AHEAD)
        )
        chosen, rest = self._choose(waiting, free)
        if not chosen:
            return rest
        ids = [item.id for item in chosen]
        self._claiming.update(ids)
        claimed = await self._database.write(lambda session: claiming.claim(session, ids, now))
        self._claiming.clear()
        for item in claimed:
            task = asyncio.create_task(self._send(item))
            self._tasks.add(task)
            task.add_done_callback(self._finished)
        return 0.0

    async def _recover(self) -> None:
        """Once, before anything is sent: what the last run left on its way."""
        if not self._recovered:
            at = self._clock()
            await self._database.write(lambda session: sending.recover(session, at))
            self._recovered = True

    async def _unclaim(self) -> None:
        """Let go of what was perhaps claimed by a call that failed: none of it was sent."""
        if ids := set(self._claiming):
            await self._database.write(lambda session: claiming.unclaim(session, ids))
            self._claiming.clear()

    def _choose(self, waiting: list[Due], free: int) -> tuple[list[Due], float]:
        """What the limits let through now, in order, and the shortest wait of the others."""
        moment = time.monotonic()
        chosen: list[Due] = []
        rest = LONGEST_REST
        for item in waiting:
            if len(chosen) == free:
                break
            limiter = self._limiters.get(item.channel)
            if limiter is not None:
                broadcast = item.priority is Priority.BROADCAST
                wait = limiter.wait(item.address, broadcast=broadcast, now=moment)
                if wait > 0:
                    rest = min(rest, wait)
                    continue
                limiter.left(item.address, broadcast=broadcast, now=moment)
            chosen.append(item)
        for limiter in self._limiters.values():
            limiter.forget_idle(moment)
        return chosen, rest

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._news.set()
        if not task.cancelled() and (error := task.exception()):
            logger.error("a message's outcome could not be kept", exc_info=error)

    async def _send(self, message: Claimed) -> None:
        try:
            letter = await self._letter(message)
            delivery = await self._channels[message.channel].deliver(letter)
        except Exception as error:
            logger.exception("message %d could not be made", message.id)
            delivery = Delivery.malformed(type(error).__name__)
        if delivery.fate is Fate.SENT and not message.holds_secret:
            await self._receipts.keep(message.id, delivery.platform_id)
            return
        while True:
            try:
                await self._database.write(lambda session: self._keep(session, message, delivery))
            except Exception as error:
                logger.warning("an outcome waits for the database: %s", type(error).__name__)
                await asyncio.sleep(LONGEST_REST)
            else:
                return

    async def _letter(self, message: Claimed) -> Letter:
        letter = self._words.letter(message, message.language)
        if message.enclosure is None:
            return letter
        digest = message.enclosure["sha256"] or await self._cooked(message)
        name = message.enclosure["name"]
        media_type = "text/calendar" if name.endswith(".ics") else "application/octet-stream"
        return replace(letter, file=LetterFile(name, self._store.path(digest), media_type))

    async def _cooked(self, message: Claimed) -> str:
        """Make the report the message encloses, keep it in the store and with the message."""
        assert message.enclosure is not None
        enclosure = dict(message.enclosure)
        content = await self._kitchen.cook(enclosure["report"], decode(enclosure["values"]))
        kept = await self._store.keep(_once(content), REPORT_LIMIT)
        enclosure["sha256"] = kept.sha256
        await self._database.write(lambda session: sending.enclose(session, message.id, enclosure))
        return kept.sha256

    def _keep(self, session: Session, message: Claimed, delivery: Delivery) -> None:
        """What follows from an outcome (reliability.md 3)."""
        at, id = self._clock(), message.id
        match delivery.fate:
            case Fate.SENT:
                sending.settle_all(session, [sending.receipt(id, delivery.platform_id, at)])
                keeps = self._channels[message.channel].abilities.keeps_messages
                if message.holds_secret and keeps:
                    outbox.blank(session, id, message.values)
            case Fate.LATER:
                self._postpone(session, message, delivery)
            case Fate.MOVED:
                sending.move(session, message.channel, message.address, delivery.address)
                sending.put_back(session, id, None, "the chat has moved")
            case Fate.UNREACHABLE:
                sending.mark_unreachable(session, message.channel, message.address, at)
                if not sending.reroute(session, id):
                    sending.settle(session, id, SendStatus.UNREACHABLE, at, error=delivery.reason)
            case Fate.MALFORMED:
                logger.error("message %d was refused: %s", id, delivery.reason)
                sending.settle(session, id, SendStatus.MALFORMED, at, error=delivery.reason)
            case Fate.UNKNOWN:
                sending.resolve_unknown(session, id, at, delivery.reason)

    def _postpone(self, session: Session, message: Claimed, delivery: Delivery) -> None:
        at = self._clock()
        wait = delivery.after or sending.back_off(message.attempts)
        sending.put_back(session, message.id, at + wait, delivery.reason)
        if delivery.everyone:
            limiter = self._limiters.get(message.channel)
            alone = limiter and limiter.is_over_budget(message.address, time.monotonic())
            address = message.address if alone else ""
            # A little longer than asked: our clock and the platform's are not the same.
            until = at + wait + timedelta(milliseconds=100)
            sending.pause(session, message.channel, address, until)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
