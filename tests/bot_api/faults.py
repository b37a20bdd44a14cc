"""Faults that a test asks for: which call they meet, how often, and what they do."""

import asyncio
import socket
import struct
from dataclasses import dataclass

from aiohttp import web

from tests.bot_api.world import ApiError


@dataclass
class Fault:
    """``kind``: an HTTP status (``429``, ``502`` …), ``hang``, ``reset``, ``garbage``; for
    downloads ``cut`` (at byte ``at``, the connection breaks) and ``short`` (ends early and
    says that this was all); for getUpdates ``duplicate`` and ``reverse``.

    ``after``: the call takes effect first. ``chat``: only for this one. ``times``: -1 for ever.
    ``skip``: so many calls go through before.
    """

    method: str
    kind: str
    times: int = 1
    after: bool = False
    chat: int = 0
    retry_after: int = 1
    seconds: float = 60.0
    at: int = 0
    skip: int = 0

    def meets(self, method: str, chat: int, after: bool) -> bool:
        return (
            self.times != 0
            and self.after == after
            and self.method.lower() in ("*", method.lower())
            and self.chat in (0, chat)
        )


class Faults:
    def __init__(self) -> None:
        self.all: list[Fault] = []

    def take(self, method: str, chat: int = 0, *, after: bool = False) -> Fault | None:
        for fault in self.all:
            if fault.meets(method, chat, after):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= fault.times > 0
                return fault
        return None


async def strike(fault: Fault, request: web.Request) -> web.Response | None:
    """What the caller sees instead of an answer; None for faults that only bend answers."""
    match fault.kind:
        case "hang":
            await asyncio.sleep(fault.seconds)
            reset(request)
            return web.Response()
        case "reset":
            reset(request)
            return web.Response()
        case "garbage":
            return web.Response(status=200, text="<html>proxy</html>")
        case "429":
            raise ApiError(429, "Too Many Requests", retry_after=fault.retry_after)
        case status if status.isdigit():
            return web.Response(status=int(status), text="<html>nginx</html>")
    return None


def reset(request: web.Request) -> None:
    """Drop the connection with a RST."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
