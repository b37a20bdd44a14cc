"""When which message may leave: what the platforms allow, and care after a start (X1, X6).

Nobody can know of a message that was on its way when the process ended. So a process that has
just started sends few at once, and those that were struck before only once it has lived a while:
a bot that dies again and again must not make everything unknown that waits.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channel import Channel
from bot.limiter import Limiter
from bot.place import Place
from models.claiming import Chat, Due
from models.outbox import Priority
from models.sending import SendingPause

IN_FLIGHT = 32
LONGEST_REST = 1.0
# Claiming takes a commit. A message is claimed so long before its place is free that it leaves
# in time, but not so long that many would be unknown after a crash.
EARLIEST = 0.14
LATEST = 0.07
# One more at once for each that has come to an end, and for each of these, as one may be slow.
ONE_MORE_SECONDS = 0.25
STEADY_SECONDS = 3.0


@dataclass(frozen=True)
class Chosen:
    id: int
    place: Place | None


@dataclass(frozen=True)
class Outlook:
    """The channels to which anything may leave soon, the chats on them that must wait although
    their channel need not, and the seconds until more may leave."""

    open: list[str]
    busy: list[Chat]
    rest: float


class Departures:
    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._limiters = {
            name: Limiter(channel.limits) for name, channel in channels.items() if channel.limits
        }
        self._began: float | None = None
        self._ended = 0
        self._struck: list[Chat] = []

    def begin(self, struck: Collection[Chat]) -> None:
        """The process starts to send; in these chats something waits that may be lost the second
        time."""
        self._began, self._struck = time.monotonic(), list(struck)

    def recall(self, pauses: Collection[SendingPause], at: datetime) -> None:
        """What an earlier run was asked to wait for."""
        moment = time.monotonic()
        for pause in pauses:
            if (limiter := self._limiters.get(pause.channel)) is not None:
                limiter.recall(pause.address, moment + (pause.until - at).total_seconds(), moment)

    def ended(self) -> None:
        """A message has come to its end: the process can send."""
        self._ended += 1

    def room(self, under_way: int) -> int:
        """How many more may be under way at once."""
        if self._ended >= IN_FLIGHT:
            return IN_FLIGHT - under_way
        lived = time.monotonic() - (self._began or time.monotonic())
        return min(IN_FLIGHT, 1 + self._ended + int(lived / ONE_MORE_SECONDS)) - under_way

    def look(self) -> Outlook:
        moment = time.monotonic()
        open: list[str] = []
        busy = self._waiting_for_steadiness(moment)
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
        return Outlook(open, busy, rest)

    def choose(self, waiting: list[Due], room: int) -> tuple[list[Chosen], float]:
        """What the limits let through soon, in order, each with its place; and the seconds
        until it is worth looking for the others."""
        moment = time.monotonic()
        chosen: list[Chosen] = []
        shut: set[tuple[str, bool]] = set()
        rest = LONGEST_REST
        for item in waiting:
            if len(chosen) == room:
                break
            limiter = self._limiters.get(item.channel)
            if limiter is None:
                chosen.append(Chosen(item.id, None))
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
            chosen.append(Chosen(item.id, Place(limiter, place)))
        return chosen, rest

    def _waiting_for_steadiness(self, moment: float) -> list[Chat]:
        if self._struck and moment - (self._began or moment) >= STEADY_SECONDS:
            self._struck = []
        return list(self._struck)
