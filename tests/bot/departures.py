"""A sender and a platform on a simulated clock: what the limiter lets leave, and what arrives.

The sender looks, claims and sends as the postman does; how long each takes is drawn at random.
The platform counts what arrives, as Telegram does, and what was never asked of it is not there.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from bot.channel import Limits
from bot.departures import EARLIEST, IN_FLIGHT, LATEST, LONGEST_REST
from bot.limiter import Departure, Limiter
from bot.postman import LOOKS_AHEAD

LIMITS = Limits()
LATENCY = 0.040


@dataclass(eq=False)
class Letter:
    """``queued_at`` and ``arrived_at`` in seconds of the simulated clock."""

    address: str
    broadcast: bool = True
    queued_at: float = 0.0
    arrived_at: float = -1.0


@dataclass(frozen=True)
class Delays:
    """The longest of each in seconds: from looking to leaving, and to the platform's counter."""

    claiming: float = 0.02
    jitter: float = 0.015


class Play:
    def __init__(self, chance: Random, delays: Delays, limiter: Limiter | None = None) -> None:
        self.limiter = limiter or Limiter(LIMITS)
        self.now = 0.0
        self._chance = chance
        self._delays = delays
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._waiting: dict[bool, list[Letter]] = {False: [], True: []}
        self._on_their_way: set[str] = set()
        self._next_look = -1.0

    def run(self, letters: Iterable[Letter], until: float = 1e9) -> list[Letter]:
        """All that arrived by then, in that order."""
        letters = list(letters)
        for letter in letters:
            self._at(letter.queued_at, lambda letter=letter: self._queue(letter))
        while self._events and self._events[0][0] <= until:
            self.now, _, act = heapq.heappop(self._events)
            act()
        arrived = [letter for letter in letters if 0 <= letter.arrived_at <= until]
        return sorted(arrived, key=lambda letter: letter.arrived_at)

    def _at(self, moment: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._count), act))

    def _queue(self, letter: Letter) -> None:
        self._waiting[letter.broadcast].append(letter)
        self._look()

    def _look(self) -> None:
        rest = LONGEST_REST
        seen = set(self._on_their_way)
        for broadcast, waiting in self._waiting.items():
            for letter in waiting[: LOOKS_AHEAD * IN_FLIGHT]:
                if letter.address in seen:
                    continue
                seen.add(letter.address)
                wait = self.limiter.wait(letter.address, broadcast=broadcast, now=self.now)
                if wait <= EARLIEST:
                    self._reserve(letter, self.now + wait)
                    continue
                rest = min(rest, wait - LATEST)
                if self.limiter.wait_for_any(broadcast=broadcast, now=self.now) > EARLIEST:
                    break
        if any(self._waiting.values()) and not self.now < self._next_look <= self.now + rest:
            self._next_look = self.now + rest
            self._at(self._next_look, self._look)

    def _reserve(self, letter: Letter, start: float) -> None:
        place = self.limiter.reserve(letter.address, broadcast=letter.broadcast, start=start)
        self._waiting[letter.broadcast].remove(letter)
        self._on_their_way.add(letter.address)
        ready = self.now + self._chance.uniform(0, self._delays.claiming)
        self._at(max(start, ready), lambda: self._leave(place, letter))

    def _leave(self, place: Departure, letter: Letter) -> None:
        self.limiter.leaves(place, self.now)
        under_way = LATENCY / 2 + self._chance.uniform(0, self._delays.jitter)
        letter.arrived_at = self.now + under_way
        self._at(letter.arrived_at + LATENCY / 2, lambda: self._answer(place, letter))

    def _answer(self, place: Departure, letter: Letter) -> None:
        self.limiter.answered(place, self.now)
        self._on_their_way.discard(letter.address)
        self._look()


def most_within(seconds: float, letters: list[Letter]) -> int:
    """The most that arrived in any so many seconds."""
    most, first = 0, 0
    for last, letter in enumerate(letters):
        while letters[first].arrived_at <= letter.arrived_at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def lowest_level(letters: list[Letter]) -> float:
    """How low the platform's own account of one chat went: a message takes 1 of up to 3, and a
    second gives 1 back; below 0 it is refused."""
    level = lowest = float(LIMITS.chat_burst)
    before = letters[0].arrived_at
    for letter in letters:
        gained = (letter.arrived_at - before) * LIMITS.chat_per_second
        level = min(LIMITS.chat_burst, level + gained) - 1
        before, lowest = letter.arrived_at, min(lowest, level)
    return lowest
