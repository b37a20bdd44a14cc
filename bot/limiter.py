"""How fast a platform may be written to: so many a second over all, to a chat, to a group.

A platform counts what arrives, and we only see what leaves. So a message counts from the latest
moment at which it can have arrived, which its answer tells. Seconds are monotonic and handed in;
nothing here sleeps.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from bot.channel import Limits

WINDOW = 1.004  # A second, and what is not known of the quickest way.
GROUP_WINDOW = 61.0
SPREAD = 0.9  # A broadcast fills this much of a second evenly: an answer soon finds a place.
LATEST = 0.25  # An answer that takes longer says no more about when its message arrived.
ROUND_TRIPS = 100  # So many of the last ones say how quick a message can be.
LOWERED = 0.9
RISE_A_MINUTE = 0.01
LOWEST = 0.3
RISING_SECONDS = 60 * (1 - LOWERED) / RISE_A_MINUTE
LONGEST_AWAY = 10.0
REFUSED_MARGIN = 0.1  # Our clock and the platform's are not the same.


@dataclass(eq=False)
class Departure:
    """The right to send one message at ``start``, later or not at all; a place is held for it.

    ``counts_from`` is when it takes up the platform's budget: never before it can be there.
    """

    address: str
    start: float
    crowded: bool
    left_at: float = math.inf
    counts_from: float = math.inf


@dataclass
class _Chat:
    tokens: float
    seen: float
    sent: list[Departure] = field(default_factory=list)
    paused_until: float = -math.inf


class Limiter:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._recent: list[Departure] = []
        self._chats: dict[str, _Chat] = {}
        self._next_broadcast = -math.inf
        self._round_trips: deque[float] = deque(maxlen=ROUND_TRIPS)
        self._paused_until = -math.inf
        self._lowered_at = -math.inf
        self._lowered_to = 1.0
        self._away_since = -math.inf
        self._times_away = 0

    def wait(self, address: str, *, broadcast: bool, now: float) -> float:
        """Seconds until a message to ``address`` may leave; 0 when it may leave now, infinite
        as long as that depends on others that are about to leave."""
        anybody = self.wait_for_any(broadcast=broadcast, now=now)
        return max(anybody, self.wait_for_chat(address, now))

    def wait_for_any(self, *, broadcast: bool, now: float) -> float:
        """The same, whatever the chat."""
        free = _until_free(self._recent, self.per_second(now), WINDOW, now)
        spread = self._next_broadcast - now if broadcast else 0.0
        return max(0.0, free, spread, self._paused_until - now)

    def wait_for_chat(self, address: str, now: float) -> float:
        """The same, whatever is sent to others."""
        if address not in self._chats:
            return 0.0
        chat = self._refilled(address, now)
        missing = 1 - chat.tokens
        wait = 0.0
        if missing > 1e-9:
            wait = missing / self._limits.chat_per_second + max(0.0, chat.seen - now)
        if chat.sent:
            limit = self._limits.group_per_minute
            wait = max(wait, _until_free(chat.sent, limit, GROUP_WINDOW, now))
        return max(wait, chat.paused_until - now)

    def reserve(self, address: str, *, broadcast: bool, start: float) -> Departure:
        """Hold a place for a message that may leave at ``start``, as ``wait`` said."""
        chat = self._refilled(address, start)
        chat.tokens -= 1
        chat.seen = math.inf  # What it gains until it leaves, the platform's budget does not.
        departure = Departure(address, start, self._is_crowded(chat, address, start))
        self._recent.append(departure)
        if _is_group(address):
            chat.sent.append(departure)
        if broadcast:
            self._next_broadcast = start + SPREAD / self.per_second(start)
        return departure

    def may_leave(self, departure: Departure, now: float) -> bool:
        """Whether nobody has asked us to wait since it was reserved."""
        chat = self._chats.get(departure.address)
        return now >= max(self._paused_until, chat.paused_until if chat else -math.inf)

    def leaves(self, departure: Departure, now: float) -> None:
        """It is on its way from now on."""
        departure.left_at = now
        departure.counts_from = now + LATEST
        if (chat := self._chats.get(departure.address)) is not None:
            chat.seen = departure.counts_from

    def answered(self, departure: Departure, now: float) -> None:
        """The platform had it before now, by at least the quickest way back."""
        taken = now - departure.left_at
        self._times_away = 0
        self._round_trips.append(taken)
        full = len(self._round_trips) == ROUND_TRIPS
        late = min(LATEST, taken - (min(self._round_trips) if full else 0.0))
        earlier = departure.counts_from - (departure.left_at + late)
        departure.counts_from -= earlier
        if (chat := self._chats.get(departure.address)) is not None:
            chat.seen -= earlier

    def give_back(self, departure: Departure) -> None:
        """It does not leave after all; nothing changes if it has left."""
        if departure.left_at < math.inf:
            return
        chat = self._chats.get(departure.address)
        for held in (self._recent, chat.sent if chat else []):
            if departure in held:
                held.remove(departure)
        if chat is not None:
            chat.tokens += 1
            chat.seen = departure.start

    def refused(self, departure: Departure, seconds: float, now: float) -> str:
        """The platform wants to be left alone for so long: by the chat that was over its own
        budget, else by everybody, and that slows everybody down. The address, or empty."""
        until = now + seconds + REFUSED_MARGIN
        if departure.crowded:
            self.pause(departure.address, until, now)
            return departure.address
        self.pause("", until, now)
        if departure.left_at > self._lowered_at:  # Refused at once is refused for one reason.
            self.lower(now)
        return ""

    def pause(self, address: str, until: float, now: float) -> None:
        """Nothing to ``address`` before then; an empty one is everybody."""
        if address:
            chat = self._refilled(address, now)
            chat.paused_until = max(chat.paused_until, until)
        else:
            self._paused_until = max(self._paused_until, until)

    def away(self, departure: Departure, now: float) -> None:
        """It could not even be sent: the platform is asked again after 1 s, 2 s, 4 s …"""
        if departure.left_at > self._away_since:
            self._away_since = now
            self._times_away += 1
            self._paused_until = max(
                self._paused_until, now + min(2.0 ** (self._times_away - 1), LONGEST_AWAY)
            )

    def recall(self, address: str, until: float, now: float) -> None:
        """A pause that an earlier run was asked for; it may be over, but not its slowness."""
        self.pause(address, until, now)
        if not address:
            self.lower(min(until, now))

    def lower(self, now: float) -> None:
        """A tenth slower; ``per_second`` rises again by a hundredth of the whole a minute."""
        self._lowered_to = max(LOWEST, self._share(now) * LOWERED)
        self._lowered_at = now

    def per_second(self, now: float) -> int:
        return max(1, int(self._limits.per_second * self._share(now) + 1e-6))

    def held_back(self, now: float) -> list[tuple[str, float]]:
        """The chats that must wait for their own sake, and how long; those with nothing to wait
        for are forgotten, so that memory does not grow."""
        held: list[tuple[str, float]] = []
        for address, chat in list(self._chats.items()):
            if (wait := self.wait_for_chat(address, now)) > 0:
                held.append((address, wait))
            elif chat.tokens >= self._limits.chat_burst and not chat.sent:
                del self._chats[address]
        return held

    def _share(self, now: float) -> float:
        return min(1.0, self._lowered_to + RISE_A_MINUTE * (now - self._lowered_at) / 60)

    def _is_crowded(self, chat: _Chat, address: str, now: float) -> bool:
        """Whether the chat itself is written to faster than in the long run it may be."""
        others = [d for d in chat.sent if d.counts_from + GROUP_WINDOW > now]
        full = _is_group(address) and len(others) + 1 >= self._limits.group_per_minute
        return full or chat.tokens < self._limits.chat_burst - 1

    def _refilled(self, address: str, now: float) -> _Chat:
        burst = float(self._limits.chat_burst)
        chat = self._chats.get(address)
        if chat is None:
            chat = self._chats[address] = _Chat(burst, now)
        if now > chat.seen:
            gained = (now - chat.seen) * self._limits.chat_per_second
            chat.tokens = min(burst, chat.tokens + gained)
            chat.seen = now
        return chat


def _until_free(sent: list[Departure], limit: int, window: float, now: float) -> float:
    if len(sent) < limit:
        return 0.0
    sent[:] = [departure for departure in sent if departure.counts_from + window > now]
    if len(sent) < limit:
        return 0.0
    ends = sorted(departure.counts_from for departure in sent)
    return ends[len(sent) - limit] + window - now


def _is_group(address: str) -> bool:
    """Telegram numbers groups below zero."""
    return address.startswith("-")
