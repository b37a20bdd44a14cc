"""What follows from the attempt to send a message, kept in the outbox (reliability.md 3, I5)."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.channel import Channel, Delivery, Fate
from bot.limiter import REFUSED_MARGIN
from bot.receipts import Receipts
from models import outbox, sending
from models.claiming import Claimed
from models.clock import Clock
from models.database import Database
from models.outbox import SendStatus

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class Outcomes:
    def __init__(self, database: Database, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._receipts = Receipts(database, clock)

    async def keep(self, message: Claimed, delivery: Delivery, paused: str | None) -> None:
        """Returns once it is written, however long the database is away. ``paused`` is the
        address that has to wait, an empty one everybody, None nobody."""
        if delivery.fate is Fate.SENT and not message.holds_secret:
            await self._receipts.keep(message.id, delivery.platform_id)
            return
        await self._until_written(lambda session: self._follow(session, message, delivery, paused))

    def stop(self) -> None:
        self._receipts.stop()

    async def _until_written(self, work: Callable[[Session], None]) -> None:
        while True:
            try:
                await self._database.write(work)
            except Exception as error:
                logger.warning("an outcome waits for the database: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    def _follow(
        self, session: Session, message: Claimed, delivery: Delivery, paused: str | None
    ) -> None:
        at, id = self._clock(), message.id
        match delivery.fate:
            case Fate.SENT:
                sending.settle_all(session, [sending.receipt(id, delivery.platform_id, at)])
                keeps = self._channels[message.channel].abilities.keeps_messages
                if message.holds_secret and keeps:
                    outbox.blank(session, id, message.values)
            case Fate.LATER:
                self._postpone(session, message, delivery, paused)
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

    def _postpone(
        self, session: Session, message: Claimed, delivery: Delivery, paused: str | None
    ) -> None:
        at = self._clock()
        asked = delivery.after
        wait = sending.back_off(message.attempts) if asked is None else asked
        sending.put_back(session, message.id, at + wait, delivery.reason)
        if paused is not None:
            until = at + wait + timedelta(seconds=REFUSED_MARGIN)
            sending.pause(session, message.channel, paused, until)
