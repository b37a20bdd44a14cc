"""How fast a platform may be written to: so many a second over all, to a chat, to a group.

Sliding windows over monotonic seconds that are handed in; nothing here sleeps.
"""

from collections import deque
from dataclasses import dataclass, field

from bot.channel import Limits

# Just over a second: requests that leave evenly may still arrive a little closer together.
WINDOW = 1.04
BROADCAST_SHARE = 25 / 30  # The rest stays free, so that an answer never waits for a broadcast.
GROUP_WINDOW = 61.0


@dataclass
class _Chat:
    tokens: float
    seen: float
    sent: deque[float] = field(default_factory=deque)


class Limiter:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._recent: deque[float] = deque()
        self._broadcasts: deque[float] = deque()
        self._chats: dict[str, _Chat] = {}

    def wait(self, address: str, *, broadcast: bool, now: float) -> float:
        """Seconds until a message to ``address`` may leave; 0 when it may leave now."""
        waits = [_until_free(self._recent, self._limits.per_second, WINDOW, now)]
        if broadcast:
            share = int(self._limits.per_second * BROADCAST_SHARE)
            waits.append(_until_free(self._broadcasts, share, WINDOW, now))
        waits.append(self._chat_wait(address, now))
        return max(waits)

    def left(self, address: str, *, broadcast: bool, now: float) -> None:
        """A message to ``address`` leaves now."""
        self._recent.append(now)
        if broadcast:
            self._broadcasts.append(now)
        chat = self._refilled(address, now)
        chat.tokens -= 1
        if _is_group(address):
            chat.sent.append(now)

    def is_over_budget(self, address: str, now: float) -> bool:
        """Whether the chat itself was written to fast enough to be refused for that."""
        return self._refilled(address, now).tokens < 1

    def forget_idle(self, now: float) -> None:
        """Drop chats that have all their allowance back, so that memory does not grow."""
        idle = [a for a, chat in self._chats.items() if now - chat.seen > GROUP_WINDOW]
        for address in idle:
            del self._chats[address]

    def _chat_wait(self, address: str, now: float) -> float:
        chat = self._refilled(address, now)
        missing = max(0.0, 1 - chat.tokens)
        wait = missing / self._limits.chat_per_second if missing > 1e-9 else 0.0
        if _is_group(address):
            group = _until_free(chat.sent, self._limits.group_per_minute, GROUP_WINDOW, now)
            wait = max(wait, group)
        return wait

    def _refilled(self, address: str, now: float) -> _Chat:
        burst = float(self._limits.chat_burst)
        chat = self._chats.get(address)
        if chat is None:
            chat = self._chats[address] = _Chat(burst, now)
        gained = (now - chat.seen) * self._limits.chat_per_second
        chat.tokens = min(burst, chat.tokens + gained)
        chat.seen = now
        return chat


def _until_free(sent: deque[float], limit: int, window: float, now: float) -> float:
    while sent and sent[0] <= now - window:
        sent.popleft()
    return 0.0 if len(sent) < limit else sent[0] + window - now


def _is_group(address: str) -> bool:
    """Telegram numbers groups below zero."""
    return address.startswith("-")
