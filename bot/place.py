"""A message's place among those that leave: taken when its moment comes, and what its outcome
says about the limits (X6)."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from bot.channel import Delivery, Fate
from bot.limiter import Departure, Limiter


@dataclass(frozen=True)
class Place:
    """When a message may leave, as its channel's limiter has it."""

    limiter: Limiter
    departure: Departure

    async def take(self) -> bool:
        """Wait for it; False if the platform has asked to wait meanwhile."""
        await asyncio.sleep(self.departure.start - time.monotonic())
        now = time.monotonic()
        if not self.limiter.may_leave(self.departure, now):
            return False
        self.limiter.leaves(self.departure, now)
        return True

    def give_back(self) -> None:
        self.limiter.give_back(self.departure)

    def heed(self, delivery: Delivery) -> str | None:
        """What the outcome says about the limits; the address that has to wait, an empty one
        everybody, None nobody."""
        now = time.monotonic()
        match delivery:
            case Delivery(fate=Fate.LATER, after=timedelta() as after):
                self.limiter.answered(self.departure, now)
                return self.limiter.refused(self.departure, after.total_seconds(), now)
            case Delivery(fate=Fate.LATER):
                self.limiter.away(self.departure, now)
            case Delivery(fate=Fate.UNKNOWN):
                pass  # It may have been there, at whatever time.
            case _:
                self.limiter.answered(self.departure, now)
        return None
