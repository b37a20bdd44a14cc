"""One turn: what takes time first, then the transaction in which a step answers (I2)."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.channel import Attached, Channel, Signal
from bot.deeds import Deed, Event, Handed
from bot.dispatcher import Dispatcher
from bot.gate import Gate, Passage
from bot.receiving import Reception
from models import inbox
from models.clock import Clock
from models.database import Database
from models.inbox import Waiting
from models.people.queries import is_bound
from models.refusals import Refusal

TURNS_AT_ONCE = 64
FETCHES_AT_ONCE = 16  # Fewer than there are connections: slow files must not hold up answers.
ALBUM_LOOKS_BACK = 20  # Events; an album has up to ten parts.


class Turns:
    """``committed`` is called after each transaction that may have queued something."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        channels: Mapping[str, Channel],
        reception: Reception,
        clock: Clock,
        committed: Callable[[], None],
        gate: Gate,
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._channels = channels
        self._reception = reception
        self._clock = clock
        self._committed = committed
        self._gate = gate
        self._turns = asyncio.Semaphore(TURNS_AT_ONCE)
        self._fetches = asyncio.Semaphore(FETCHES_AT_ONCE)

    async def take(self, events: list[Waiting], signal: Signal | None, passage: Passage) -> None:
        """``events``: one, or the parts of an album. Raises Unavailable for a file that cannot
        be fetched now, and whatever the step or the database raises."""
        closed = passage is Passage.CLOSED
        deed = None if closed else await self._prepare(events[0], signal, passage)
        async with self._turns:
            try:
                await self._database.write(lambda s: self._turn(s, events, deed, closed))
            except Refusal as error:
                refusal = error  # What the turn did is undone; why is the answer to it.
                await self._database.write(lambda s: self._turn(s, events, deed, closed, refusal))
        self._committed()

    async def _prepare(
        self, first: Waiting, signal: Signal | None, passage: Passage
    ) -> Deed | None:
        """What takes time happens before the transaction: files are fetched and stored.

        What a stranger sends is not fetched: it would fill the store (T1, T16).
        """
        if not isinstance(signal, Attached):
            return signal
        if signal.album and not signal.caption:
            signal = replace(signal, caption=await self._caption_before(first, signal.album))
        if passage is Passage.WITHOUT_FILES:
            return Handed(self._gate.refuse(signal), signal.caption)
        here = (first.channel, first.address)
        if not await self._database.read(lambda session: is_bound(session, *here)):
            return Handed((), signal.caption)
        age = self._clock() - first.received_at
        async with self._fetches:
            files = await self._reception.receive(first.channel, signal, age)
        return Handed(files, signal.caption)

    async def _caption_before(self, first: Waiting, album: str) -> str:
        """The words of an album are with its first part, which had its turn when an outage came
        between the parts."""
        bodies = await self._database.read(
            lambda session: inbox.bodies_before(session, first, ALBUM_LOOKS_BACK)
        )
        for body in bodies:
            with contextlib.suppress(Exception):  # It is a dead letter of its own.
                part = self._channels[first.channel].read(body)
                if isinstance(part, Attached) and part.album == album and part.caption:
                    return part.caption
        return ""

    def _turn(
        self,
        session: Session,
        events: list[Waiting],
        deed: Deed | None,
        closed: bool,
        refusal: Refusal | None = None,
    ) -> None:
        first = events[0]
        now = self._clock()
        if not inbox.finish(session, [event.id for event in events], now):
            return  # It has had its turn: here, or in another process.
        if closed:
            self._gate.turn_away(session, events, now)
        elif deed is not None:
            at = first.made_at or first.received_at
            event = Event(first.id, first.channel, first.address, deed, at, now)
            if refusal is None:
                self._dispatcher.take(session, event)
            else:
                self._dispatcher.refuse(session, event, refusal)
