"""From the inbox to the dispatcher: in order within a chat, many chats at once, one transaction
an event (I2, I3); what cannot be processed is set aside and said (I11)."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.channel import Attached, Channel, Signal
from bot.gate import Gate, Passage
from bot.hearing import Hearing
from bot.receiving import Unavailable, read_upload
from bot.setting_aside import reason_of, set_aside
from bot.turns import Turns
from models import inbox
from models.clock import Clock
from models.database import Database, is_transient
from models.inbox import Arrival, Waiting

logger = logging.getLogger(__name__)

ALBUM_SECONDS = 1.5  # Telegram hands over the parts of an album as single events, in a row.
PAUSES = (1, 5, 30)  # Seconds before an event that failed is tried again; then it is dead.
LONGEST_PAUSE = 60
LOOK_SECONDS = 5


@dataclass
class Lane:
    """The events of one chat that wait; at most one is being processed."""

    waiting: deque[Waiting] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


class Worker:
    """Takes events in (it is the channels' Inbox) and sees each through to its end."""

    def __init__(
        self,
        database: Database,
        turns: Turns,
        channels: Mapping[str, Channel],
        clock: Clock,
        committed: Callable[[], None],
        gate: Gate,
    ) -> None:
        self._database = database
        self._turns = turns
        self._channels = channels
        self._clock = clock
        self._committed = committed
        self._gate = gate
        self.hearing = Hearing(database, clock)
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._known: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = asyncio.Event()

    async def accept(self, arrivals: Sequence[Arrival]) -> list[Waiting]:
        """Store events; when this returns they may be confirmed to their platform (I1)."""
        at = self._clock()
        kept = await self._database.write(lambda session: inbox.store(session, arrivals, at))
        if len(kept) < len(arrivals):
            # Some were stored by a call that seemed to fail; their turn is before these.
            await self.resume()
        for event in kept:
            self._line_up(event)
        return kept

    async def resume(self) -> None:
        """Line up what waits in the inbox and nobody here knows of: what an earlier run left, a
        dead letter that an admin gave another turn, what another process took in."""
        for event in await self._database.read(inbox.waiting):
            self._line_up(event)

    async def look_for_more(self) -> None:
        """``resume`` again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(Exception):  # Whatever it is, the next look may succeed.
                await self.resume()

    @property
    def _stopping(self) -> bool:
        return self._stopped.is_set()

    @property
    def backlog(self) -> int:
        return sum(len(lane.waiting) for lane in self._lanes.values())

    async def stop(self, seconds: float) -> None:
        """Finish the turns in hand; what still waits is in the inbox for the next start."""
        self._stopped.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()

    def _line_up(self, event: Waiting) -> None:
        if event.id in self._known:
            return
        self._known.add(event.id)
        key = (event.channel, event.address)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane()
            task = asyncio.create_task(self._run(key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        lane.waiting.append(event)
        lane.arrived.set()

    async def _run(self, key: tuple[str, str], lane: Lane) -> None:
        try:
            while lane.waiting and not self._stopping:
                await self._process(lane)
        finally:
            # Whatever ended it, the next look finds what still waits.
            self._lanes.pop(key, None)
            self._known.difference_update(event.id for event in lane.waiting)

    async def _process(self, lane: Lane) -> None:
        """See the lane's first event, or the album it begins, through to its end."""
        events = [lane.waiting.popleft()]
        try:
            await self._take_turn(lane, events)
        finally:
            self._known.difference_update(event.id for event in events)

    async def _take_turn(self, lane: Lane, events: list[Waiting]) -> None:
        try:
            signal = self._read(events[0])
            if isinstance(signal, Attached) and signal.album:
                signal = await self._gather(lane, events, signal)
        except Exception as error:
            # A body that cannot be read will not become readable.
            await self._set_aside(events, error)
        else:
            upload = isinstance(signal, Attached)
            await self._see_through(events, signal, self._gate.judge(events[0], upload=upload))

    async def _see_through(
        self, events: list[Waiting], signal: Signal | None, passage: Passage
    ) -> None:
        """Try until the events are settled: for ever where the fault is not theirs (I11)."""
        failures, outages = events[0].attempts, 0
        while not self._stopping:
            try:
                await self._turns.take(events, signal, passage)
                return
            except Unavailable as error:
                logger.warning("a file could not be fetched yet: %s", error)
                pause = _pause(outages)
                outages += 1
            except Exception as error:
                if is_transient(error):
                    logger.warning("the database is away or busy: %s", type(error).__name__)
                    pause = _pause(outages) / 4
                    outages += 1
                elif failures >= len(PAUSES):
                    logger.exception("event %d failed and is set aside", events[0].id)
                    await self._set_aside(events, error)
                    return
                else:
                    logger.exception("event %d failed and is tried again", events[0].id)
                    await self._count_attempt(events, error)
                    pause = PAUSES[failures]
                    failures += 1
            await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()

    def _read(self, event: Waiting) -> Signal | None:
        channel = self._channels[event.channel]
        return read_upload(event.body) or channel.read(event.body)

    async def _gather(self, lane: Lane, events: list[Waiting], first: Attached) -> Attached:
        """Wait for the rest of an album and join it to one upload (F33)."""
        files, caption = list(first.files), first.caption
        while True:
            age = (self._clock() - events[-1].received_at).total_seconds()
            if not lane.waiting:
                lane.arrived.clear()
                with contextlib.suppress(TimeoutError):
                    # A clock that was put back must not make an album wait for longer.
                    async with asyncio.timeout(ALBUM_SECONDS - min(max(age, 0), ALBUM_SECONDS)):
                        await lane.arrived.wait()
            following = self._peek(lane)
            if not isinstance(following, Attached) or following.album != first.album:
                return Attached(tuple(files), caption, first.album)
            events.append(lane.waiting.popleft())
            files += following.files
            caption = caption or following.caption

    def _peek(self, lane: Lane) -> Signal | None:
        """What comes next; None also where that cannot be read: its own turn will say so."""
        with contextlib.suppress(Exception):
            return self._read(lane.waiting[0]) if lane.waiting else None
        return None

    async def _count_attempt(self, events: list[Waiting], error: BaseException) -> None:
        ids, reason = [event.id for event in events], reason_of(error)
        with contextlib.suppress(Exception):
            # The count is a courtesy to the operator; the turn itself is tried again anyway.
            await self._database.write(lambda session: inbox.count_attempt(session, ids, reason))

    async def _set_aside(self, events: list[Waiting], error: BaseException) -> None:
        """Make the events dead letters, tell their sender and the admins, in one transaction."""
        reason, at = reason_of(error), self._clock()
        while not self._stopping:
            try:
                await self._database.write(lambda session: set_aside(session, events, reason, at))
            except Exception as failure:
                logger.warning("could not set an event aside yet: %s", type(failure).__name__)
                await self._rest(LONGEST_PAUSE / 12)
            else:
                self._committed()
                return


def _pause(outages: int) -> float:
    """Seconds to leave what is away: 1, doubling, up to ``LONGEST_PAUSE``."""
    return float(min(2 ** min(outages, 10), LONGEST_PAUSE))
