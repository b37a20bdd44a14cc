"""Is it alive, is it ready, what is it doing: for an operator and the machines that watch.

On a port of its own, on the loopback interface unless configured otherwise.
"""

import json
from collections.abc import Callable

from aiohttp import web
from sqlalchemy import text

from bot import symptoms
from bot.symptoms import Symptoms
from bot.vitals import Vitals
from bot.words import Words, operators_language
from models.clock import Clock
from models.database import Database
from models.messages import Part
from models.standing import Standing, look
from models.web_sessions import CHANNEL as WEB


class Health:
    def __init__(
        self, database: Database, clock: Clock, vitals: Callable[[], Vitals], words: Words
    ) -> None:
        self._database = database
        self._clock = clock
        self._vitals = vitals
        self._words = words
        self._language = operators_language()

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/healthz", self._alive),
                web.get("/readyz", self._ready),
                web.get("/metrics", self._metrics),
            ]
        )
        return app

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _: web.Request) -> web.Response:
        """200 while it does its work; in words what is wrong, and what somebody should look at."""
        vitals = self._vitals()
        found = symptoms.of_process(vitals.free_bytes, vitals.lag)
        found += symptoms.of_parts(vitals.beats, leads=vitals.leads)
        for name, pulse in vitals.pulses.items():
            found += symptoms.of_channel(name, pulse, vitals.started)
        found += await self._database_symptoms()
        body = {
            "status": "failing" if found.failing else "ok",
            "failing": [self._say(part) for part in found.failing],
            "warnings": [self._say(part) for part in found.warnings],
        }
        return web.json_response(body, status=503 if found.failing else 200, dumps=_readable_json)

    async def _database_symptoms(self) -> Symptoms:
        """Whether it can be written to, and what it says of the work."""
        try:
            await self._database.write(lambda session: session.execute(text("SELECT 1")))
            return symptoms.of_standing(await self._look())
        except Exception as error:
            return Symptoms((Part("symptom.database_away", error=type(error).__name__),))

    async def _look(self) -> Standing:
        now, channels = self._clock(), [*self._vitals().pulses, WEB]
        return await self._database.read(lambda session: look(session, channels, now))

    def _say(self, part: Part) -> str:
        return self._words.plain(part.name, self._language, **part.values)

    async def _metrics(self, _: web.Request) -> web.Response:
        from bot import gauges  # Only who watches pays for the library.

        now = self._clock()
        facts = await self._database.read(lambda session: gauges.gather(session, now))
        body = gauges.page(facts, await self._look(), self._vitals())
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4"})


def _readable_json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False)
