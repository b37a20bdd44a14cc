"""Live updates: what is said in a chat reaches its open pages as server-sent events.

A page that comes back after a break names what it has seen (Last-Event-ID) and gets the rest.
It may get an entry twice, and knows each by its key.
"""

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from bot.web import door
from bot.web.channel import Listener
from bot.web.door import Guest
from bot.web.entries import Cursor, Entry
from bot.web.pages import HISTORY, RENDERER, pinned
from bot.web.world import WORLD
from models import web_sessions
from models.web_sessions import Standing

BEAT_SECONDS = 20.0


async def events(request: web.Request) -> web.StreamResponse:
    guest = await door.enter(request)
    last = request.headers.get("Last-Event-ID") or request.query.get("after", "0.0")
    try:
        cursor = Cursor.parse(last)
    except ValueError:
        raise door.refused(request, web.HTTPBadRequest, "web.bad_request") from None
    stream = web.StreamResponse(
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    stream.content_type = "text/event-stream"
    await stream.prepare(request)
    channel = request.app[WORLD].channel
    listener = channel.listen(guest.visitor.address)
    try:
        with contextlib.suppress(ConnectionError):
            await _Reporter(request, stream, guest, listener, cursor).run()
    finally:
        channel.leave(listener)
    return stream


class _Reporter:
    """Keeps one open page up to date until it goes or its session ends."""

    def __init__(
        self,
        request: web.Request,
        stream: web.StreamResponse,
        guest: Guest,
        listener: Listener,
        cursor: Cursor,
    ) -> None:
        self._request = request
        self._app = request.app
        self._stream = stream
        self._guest = guest
        self._listener = listener
        self._cursor = cursor
        self._standing = guest.visitor.standing
        self._top: dict[str, object] = {}

    async def run(self) -> None:
        await self._stream.write(b"retry: 2000\n\n")
        if not await self._catch_up() or not await self._look_again():
            return
        while not self._listener.closed.is_set():
            entry = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    entry = await self._listener.queue.get()
            if self._listener.closed.is_set():
                return
            if entry is not None:
                await self._send_entry(entry)
            # Somebody who has just joined sees at once where the campaign stands.
            looks = entry is None or self._standing is Standing.INVITED
            if looks and not await self._look_again():
                return

    async def _catch_up(self) -> bool:
        """Send what the page lacks; False if that is too much, and it must load again."""
        history, address = self._app[HISTORY], self._guest.visitor.address
        missed = await self._app[WORLD].database.read(
            lambda session: history.missed(session, address, self._guest.language, self._cursor)
        )
        if missed is None:
            await self._send("reload", {})
            return False
        for entry in missed:
            await self._send_entry(entry)
        return True

    async def _look_again(self) -> bool:
        """Say that we are there, and what is pinned if it has changed; False: session over."""
        world, guest = self._app[WORLD], self._guest
        now = world.wall()

        def read(session: Session) -> tuple[Guest, dict[str, object]]:
            visitor = web_sessions.visitor(session, guest.token, guest.visitor.address, now)
            return Guest(visitor, guest.token), pinned(world, session, visitor, guest.language)

        found, top = await world.database.read(read)
        self._standing = found.visitor.standing
        if self._standing is Standing.NOBODY:
            await self._send("over", {})
            return False
        if found.language != guest.language:
            # All words of the page are in the one that was chosen before.
            await self._send("reload", {})
            return False
        await self._send("beat" if top == self._top else "pinned", top)
        self._top = top
        return True

    async def _send_entry(self, entry: Entry) -> None:
        self._cursor = self._cursor.past(entry)
        markup = self._app[RENDERER].entry(entry, self._guest.language)
        await self._send("entry", {"html": markup}, str(self._cursor))

    async def _send(self, kind: str, data: dict[str, Any], id: str = "") -> None:
        lines = [f"event: {kind}", f"data: {json.dumps(data, ensure_ascii=False)}"]
        if id:
            lines.insert(0, f"id: {id}")
        await self._stream.write(("\n".join(lines) + "\n\n").encode())
