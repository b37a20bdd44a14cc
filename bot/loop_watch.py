"""How late the event loop is: a blocked one answers nobody (X17)."""

import asyncio
import time
from collections import deque

TICK = 0.25
REMEMBERED = 60.0


class LoopWatch:
    """``lag`` is the longest delay of the last minute, in seconds."""

    def __init__(self) -> None:
        self._lags: deque[tuple[float, float]] = deque()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(TICK)
            now = time.monotonic()
            self._note(now, now - began - TICK)

    @property
    def lag(self) -> float:
        self._forget(time.monotonic())
        return max((lag for _, lag in self._lags), default=0.0)

    def _note(self, now: float, lag: float) -> None:
        """A delay that is shorter than a later one need not be remembered."""
        while self._lags and self._lags[-1][1] <= lag:
            self._lags.pop()
        self._lags.append((now, lag))
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._lags and self._lags[0][0] < now - REMEMBERED:
            self._lags.popleft()
