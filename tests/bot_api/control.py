"""/control: what people do in their chats, the faults to come, and the truth about it all."""

import time
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.bot_api.faults import Fault, Faults
from tests.bot_api.world import Json, Limits, World


class Control:
    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/{verb}", self._do),
            web.put("/control/file", self._keep),
            web.get("/control/file/{id}", self._file),
            web.get("/control/state", self._state),
            web.get("/control/wait", self._wait),
        ]

    async def _do(self, request: web.Request) -> web.Response:
        verb = getattr(self, f"do_{request.match_info['verb']}", None)
        if verb is None:
            return web.Response(status=404)
        return web.json_response(verb(**await request.json()))

    def do_send(self, chat: int, content: Json) -> Json:
        return self._world.user_sends(chat, content)

    def do_edit(self, chat: int, message_id: int, content: Json) -> Json:
        return self._world.user_edits(chat, message_id, content)

    def do_press(self, chat: int, message_id: int, data: str) -> str:
        return self._world.user_presses(chat, message_id, data)

    def do_update(self, content: Json) -> Json:
        """Any update, parsable or not."""
        return self._world.update(raw=True, **content)

    def do_repeat(self, update: Json) -> None:
        """Give an update again that was confirmed before."""
        self._world.pending.append(update)
        self._world.changed()

    def do_chat(self, chat: int, **change: Any) -> None:
        record = self._world.chat(chat)
        for name, value in change.items():
            setattr(record, name, value)

    def do_fault(self, **fault: Any) -> None:
        self._faults.all.append(Fault(**fault))

    def do_heal(self) -> None:
        self._faults.all.clear()

    def do_limits(self, **limits: Any) -> None:
        self._world.limits = Limits(**limits)

    def do_clock(self, now: str) -> None:
        instant = datetime.fromisoformat(now)
        self._world.clock = lambda: instant

    async def _keep(self, request: web.Request) -> web.Response:
        query = request.query
        file = self._world.keep(query["name"], query["media_type"], await request.read())
        return web.json_response(file.as_json())

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self._world.files[request.match_info["id"]].content)

    async def _wait(self, request: web.Request) -> web.Response:
        """The chat's messages from the ``after``-th on, as soon as there is one."""
        chat, after = int(request.query["chat"]), int(request.query["after"])
        until = time.monotonic() + float(request.query["timeout"])
        while True:
            found = self._world.delivered_to[chat][after:]
            if found or time.monotonic() >= until:
                return web.json_response(found)
            await self._world.change(until - time.monotonic())

    async def _state(self, request: web.Request) -> web.Response:
        world = self._world
        return web.json_response(
            {
                "delivered": world.delivered,
                "given": world.given,
                "confirmed": world.confirmed,
                "pending": [update["update_id"] for update in world.pending],
                "answered": world.answered,
                "calls": world.calls,
                "refusals": world.refusals,
                "commands": world.commands,
                "webhook": world.webhook,
            }
        )
