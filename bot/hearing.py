"""When each platform was last heard: at every answer in memory, now and then in the database."""

from datetime import datetime, timedelta

from models import silence
from models.clock import Clock
from models.database import Database

NOTED = timedelta(seconds=30)


class Hearing:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._heard: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}

    async def not_before(self, channel: str, keeps: timedelta) -> datetime:
        """The earliest instant at which what comes now can have been made: the platform
        ``keeps`` it for so long, and has not been heard since (I6)."""
        heard = self._heard.get(channel)
        if heard is None:
            heard = await self._database.read(lambda s: silence.last_heard(s, channel))
        now = self._clock()
        # Never heard of: the bot is new, and nobody can have pressed anything in an outage.
        return now if heard is None else max(now - keeps, heard)

    async def heard(self, channel: str) -> None:
        """The platform has answered."""
        at = self._heard[channel] = self._clock()
        noted = self._noted.get(channel)
        if noted is None or not noted <= at < noted + NOTED:
            await self._database.write(lambda session: silence.heard(session, channel, at))
            self._noted[channel] = at
