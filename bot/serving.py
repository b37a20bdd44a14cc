"""The two servers of the bot: the web chat, and what those see who watch the machine."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True)
class Addresses:
    """Where the servers listen, once they do."""

    web: str
    health: str


async def serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Listen; the runner, and the address with the port that was really taken. Raises OSError."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    sockets: Sequence[socket.socket] = site._server.sockets  # type: ignore[union-attr]
    taken = sockets[0].getsockname()[1]
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    return runner, f"http://[{shown}]:{taken}" if ":" in shown else f"http://{shown}:{taken}"
