"""What a person writes or presses: stored before the page is told that it arrived (I1)."""

import json
import math
import re
import time
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.web import door
from bot.web.door import Guest
from bot.web.pages import HISTORY, RENDERER
from bot.web.world import WORLD
from models.inbox import Arrival
from models.people import invitations
from models.text import clean
from models.web_sessions import CHANNEL

TEXT_LIMIT = 4000
BODY_LIMIT = 64 * 1024
_TOKEN = re.compile(r"[!-~]{1,64}")  # Nothing that a database would not keep.
_CLIENT_ID = re.compile(r"[0-9a-f-]{36}")


async def post(request: web.Request) -> web.Response:
    """``{id, text}`` or ``{id, press}``; the same ``id`` again does nothing again (I3)."""
    guest = await door.enter(request)
    keep_to_budget(request, guest)
    client_id, body = _read(request, await _posted(request))
    return await take(request, guest, client_id, body)


async def take(
    request: web.Request, guest: Guest, client_id: str, body: dict[str, Any]
) -> web.Response:
    """Store the event, show it on the chat's open pages, and answer with its bubble."""
    world, address = request.app[WORLD], guest.visitor.address
    arrival = Arrival(CHANNEL, client_id, address, body, world.clock())
    history, language = request.app[HISTORY], guest.language
    # Read before it is stored: nothing may come between storing and showing, or the answer
    # would stand on the pages above what it answers.
    said = await world.database.read(lambda session: history.said(session, arrival, language))
    kept = await world.inbox.accept([arrival])
    if not kept:
        return web.json_response({"html": ""})
    entry = replace(said, key=f"e{kept[0].id}", at=kept[0].received_at)
    world.channel.show(address, entry)
    return web.json_response({"html": request.app[RENDERER].entry(entry, language)})


def keep_to_budget(request: web.Request, guest: Guest) -> None:
    """Refuse what comes too fast, with the seconds after which the page sends it again."""
    seconds = request.app[BUDGET].spend(guest.visitor.address)
    if seconds:
        error = door.refused(request, web.HTTPTooManyRequests, "web.too_many")
        error.headers["Retry-After"] = str(math.ceil(seconds))
        raise error


def check_client_id(request: web.Request, client_id: object) -> str:
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise door.refused(request, web.HTTPBadRequest, "web.bad_request")
    return client_id


async def _posted(request: web.Request) -> dict[str, Any]:
    try:
        posted = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        posted = None
    if not isinstance(posted, dict):
        raise door.refused(request, web.HTTPBadRequest, "web.bad_request")
    return posted


def _read(request: web.Request, posted: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    client_id = check_client_id(request, posted.get("id"))
    match posted:
        case {"text": str(text)}:
            text = clean(text)
            if len(text) > TEXT_LIMIT:
                raise door.refused(
                    request, web.HTTPBadRequest, "web.text_too_long", limit=TEXT_LIMIT
                )
            if text:
                return client_id, {"text": invitations.seal(text)}
        case {"press": str(token)} if _TOKEN.fullmatch(token):
            return client_id, {"press": token}
    raise door.refused(request, web.HTTPBadRequest, "web.bad_request")


class Budget:
    """How much one chat may send: a burst, then so many a second (T14)."""

    def __init__(self, burst: int = 30, per_second: float = 2.0, chats: int = 10_000) -> None:
        self._burst = burst
        self._per_second = per_second
        self._chats = chats
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, address: str) -> float:
        """The seconds to wait until the next can be taken; 0 when this one was."""
        now = time.monotonic()
        left, at = self._left.pop(address, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._per_second)
        taken = left >= 1
        self._left[address] = (left - 1 if taken else left, now)
        if len(self._left) > self._chats:
            self._left.popitem(last=False)
        return 0.0 if taken else (1 - left) / self._per_second


BUDGET = web.AppKey("budget", Budget)
