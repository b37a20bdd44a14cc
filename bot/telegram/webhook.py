"""Updates that Telegram posts: stored, and only then answered with 200 (I1)."""

import hmac
import logging
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.channel import Inbox, Pulse
from bot.telegram.dating import after_silence
from bot.telegram.reading import CHANNEL, arrival, query_id
from models import json_text

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
BODY_LIMIT = 1024 * 1024


class Webhook:
    """Answers 503 until it is ``opened``; Telegram comes again until it gets 200.

    What was posted in vain comes again, mixed with what is new. So until Telegram says that
    nothing waits any more (``catches_up``), a press may have been made in the silence before.
    """

    def __init__(self, secret: str, acknowledge: Callable[[str], None], pulse: Pulse) -> None:
        if not secret:
            raise ValueError("a webhook needs a secret")
        self._secret = secret.encode()
        self._acknowledge = acknowledge
        self._pulse = pulse
        self._bot_id = 0
        self._inbox: Inbox | None = None
        self._behind = True

    def open(self, bot_id: int, inbox: Inbox) -> None:
        self._bot_id, self._inbox = bot_id, inbox

    def close(self) -> None:
        self._inbox, self._behind = None, True

    @property
    def is_behind(self) -> bool:
        return self._behind

    def falls_behind(self) -> None:
        """Something waits to be posted."""
        self._behind = True

    async def catches_up(self) -> None:
        """Nothing waits to be posted: whatever was made has been heard."""
        if self._inbox is not None:
            await self._inbox.hearing.heard(CHANNEL)
            self._behind = False

    async def handle(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        if self._inbox is None:
            return web.Response(status=503)
        body = await _read(request)
        if body is None:
            return web.Response(status=413)
        try:
            update = json_text.read(body)
        except ValueError:
            return web.Response(status=400)
        try:
            await self._take(self._inbox, update)
        except Exception as error:
            self._behind = True
            self._pulse.last_error = f"an update was not stored: {type(error).__name__}"
            logger.warning(self._pulse.last_error)
            return web.Response(status=503)
        self._pulse.last_good, self._pulse.last_error = time.monotonic(), ""
        if press := query_id(update):
            self._acknowledge(press)
        return web.Response()

    async def _take(self, inbox: Inbox, update: Any) -> None:
        arrivals, behind = [arrival(self._bot_id, update)], self._behind
        await inbox.accept(await after_silence(inbox, arrivals) if behind else arrivals)
        if not behind:
            await inbox.hearing.heard(CHANNEL)


async def _read(request: web.Request) -> bytes | None:
    """The body; None where it is longer than an update can be."""
    body = bytearray()
    async for piece in request.content.iter_chunked(64 * 1024):
        body += piece
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
