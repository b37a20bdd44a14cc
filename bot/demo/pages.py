"""The demo's own pages: the start page, the way into each persona's chat, the clock.

Whoever reaches them is let in as anybody, so they answer on the loopback interface only.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.demo import clock as clocks
from bot.demo.clock import DemoClock
from bot.demo.overview import Overview, overview
from bot.demo.people import BY_KEY
from bot.demo.province import address_of
from bot.web import door, pages
from bot.web.world import LOOPBACK, WORLD
from models.calendar import ZONE
from models.inbox import Arrival, InboxEvent
from models.people import Language
from models.web_sessions import CHANNEL

STEPS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "hour_back": -timedelta(hours=1),
    "day_back": -timedelta(days=1),
}
LANGUAGE_COOKIE = "cchc_demo_language"


class DemoPages:
    """``moved`` is called after the clock was put somewhere else: what fell due happens then."""

    def __init__(self, clock: DemoClock, moved: Callable[[], Awaitable[None]]) -> None:
        self._clock = clock
        self._moved = moved

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/", self.show)
        app.router.add_post("/demo/clock", self.move)
        app.router.add_post("/demo/persona/{key}", self.enter)
        app.router.add_post("/demo/language", self.choose_language)

    async def show(self, request: web.Request) -> web.Response:
        _check_loopback(request)
        now = self._clock()
        language = _language(request)

        def read(session: Session) -> tuple[Overview | None, datetime | None]:
            return overview(session, now), clocks.next_turn(session, now)

        found, following = await request.app[WORLD].database.read(read)
        return pages.html(
            request,
            "demo.html",
            language=language,
            found=found,
            now=now,
            following=following,
            local=f"{now.astimezone(ZONE):%Y-%m-%dT%H:%M}",
        )

    async def move(self, request: web.Request) -> web.StreamResponse:
        """``to``: a step, ``next``, ``first``, or ``set`` with a local time in ``at``."""
        _check_loopback(request)
        form = await request.post()
        to, typed, now = str(form.get("to", "")), str(form.get("at", "")), self._clock()

        def put(session: Session) -> None:
            at = self._aim(session, to, typed, now)
            if at is not None:
                self._clock.move_to(session, at)

        await request.app[WORLD].database.write(put)
        await self._moved()
        request.app[WORLD].channel.refresh()
        raise web.HTTPSeeOther("/#clock")

    def _aim(self, session: Session, to: str, typed: str, now: datetime) -> datetime | None:
        if to in STEPS:
            return now + STEPS[to]
        if to == "next":
            return clocks.next_turn(session, now)
        if to == "first":
            return clocks.FIRST
        try:
            return datetime.fromisoformat(typed).replace(tzinfo=ZONE)
        except ValueError:
            return None

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """A session in the persona's chat; an empty one begins with the menu."""
        _check_loopback(request)
        world, key = request.app[WORLD], request.match_info["key"]
        if key not in BY_KEY:
            raise web.HTTPNotFound

        def read(session: Session) -> tuple[str, bool]:
            address = address_of(session, key) or ""
            return address, _is_empty(session, address)

        address, empty = await world.database.read(read)
        if not address:
            raise web.HTTPNotFound
        token = await pages.open_session(world, address)
        if empty:
            at = world.clock()
            arrival = Arrival(CHANNEL, f"demo-{address}", address, {"text": "/menu"}, at)
            await world.inbox.accept([arrival])
        response = web.HTTPSeeOther(f"/c/{address}/")
        door.set_cookies(response, world, address, token)
        raise response

    async def choose_language(self, request: web.Request) -> web.StreamResponse:
        _check_loopback(request)
        form = await request.post()
        response = web.HTTPSeeOther("/")
        english = form.get("language") == Language.ENGLISH
        language = Language.ENGLISH if english else Language.VIETNAMESE
        response.set_cookie(LANGUAGE_COOKIE, language.value, httponly=True, samesite="Lax")
        raise response


def _is_empty(session: Session, address: str) -> bool:
    """Nobody has written here yet; notices may have come."""
    here = (InboxEvent.channel == CHANNEL, InboxEvent.address == address)
    return not session.scalar(select(exists().where(*here)))


def _language(request: web.Request) -> str:
    english = request.cookies.get(LANGUAGE_COOKIE) == Language.ENGLISH
    return (Language.ENGLISH if english else Language.VIETNAMESE).value


def _check_loopback(request: web.Request) -> None:
    """Neither from another machine nor by a foreign name that leads to this one."""
    named = urlsplit(f"//{request.host}").hostname or ""
    if named not in LOOPBACK:
        raise web.HTTPNotFound
