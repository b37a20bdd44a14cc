"""The HTTP side: the Bot API, its file downloads, and /control for the tests."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import aiohttp
from aiohttp import web

from tests.bot_api.client import Client
from tests.bot_api.control import Control
from tests.bot_api.faults import Faults, reset, strike
from tests.bot_api.methods import Methods
from tests.bot_api.world import TOKEN, ApiError, Json, World


class Api:
    """Answers the bot."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._methods = Methods(world)

    async def call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            self._check(request.match_info["token"])
            method = self._methods.find(name)
            if method is None:
                raise ApiError(404, "Not Found: method not found")
            values = await self._values(request)
            chat = int(values.get("chat_id", 0))
            self._world.calls[name] += 1
            if (fault := self._faults.take(name, chat)) and (
                struck := await strike(fault, request)
            ):
                return struck
            result = await method(values)
            if fault is not None and fault.kind in ("duplicate", "reverse"):
                result = result[::-1] if fault.kind == "reverse" else result + result
            if (late := self._faults.take(name, chat, after=True)) and (
                struck := await strike(late, request)
            ):
                return struck
            return web.json_response({"ok": True, "result": result})
        except ApiError as error:
            return self._refuse(name, error)

    async def download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check(request.match_info["token"])
        except ApiError as error:
            return self._refuse("download", error)
        path = request.match_info["path"]
        file = next((f for f in self._world.files.values() if f.path == path), None)
        if file is None:
            return web.Response(status=404)
        fault = self._faults.take("download")
        if fault is None:
            return web.Response(body=file.content)
        if fault.kind == "short":
            return web.Response(body=file.content[: fault.at])
        if fault.kind != "cut":
            return await strike(fault, request) or web.Response(body=file.content)
        response = web.StreamResponse(headers={"Content-Length": str(len(file.content))})
        await response.prepare(request)
        await response.write(file.content[: fault.at])
        await asyncio.sleep(0.02)
        reset(request)
        return response

    def _check(self, token: str) -> None:
        if ":" not in token:
            raise ApiError(404, "Not Found")
        if token != self._world.token:
            raise ApiError(401, "Unauthorized")

    def _refuse(self, name: str, error: ApiError) -> web.Response:
        self._world.refusals[f"{name} {error.code}"] += 1
        body: Json = {"ok": False, "error_code": error.code, "description": error.description}
        if error.parameters:
            body["parameters"] = error.parameters
        return web.json_response(body, status=error.code)

    async def _values(self, request: web.Request) -> Json:
        values: Json = dict(request.query)
        if request.content_type == "application/json":
            # Whatever is no string stays the JSON that it was, as with the real server.
            for name, value in (await request.json()).items():
                values[name] = value if isinstance(value, str) else json.dumps(value)
            return values
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                content = await asyncio.to_thread(value.file.read)
                values[name] = self._world.keep(value.filename, value.content_type, content)
            else:
                values[name] = value
        return values


async def push(world: World) -> None:
    """Post what waits to the webhook, one update at a time, until each is answered with 200."""
    async with aiohttp.ClientSession() as session:
        while True:
            if not world.webhook or not world.pending:
                await world.change(1.0)
                continue
            update = world.pending[0]
            headers = {"X-Telegram-Bot-Api-Secret-Token": world.webhook["secret"]}
            try:
                answer = await session.post(world.webhook["url"], json=update, headers=headers)
                good = answer.status == 200
            except aiohttp.ClientError:
                good = False
            world.given.append(update["update_id"])
            if good:
                world.confirm_below(update["update_id"] + 1)
                world.changed()
            else:
                await asyncio.sleep(0.1)


class Server(Client):
    """A server in a thread of its own, and its client."""

    def __init__(self, world: World, port: int = 0) -> None:
        self.world = world
        self._port = port
        self._thread = threading.Thread(target=self._run, name="bot-api", daemon=True)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread.start()
        self._ready.wait()
        super().__init__(f"http://127.0.0.1:{self._port}", world.token)

    def join(self) -> None:
        while self._thread.is_alive():
            self._thread.join(1.0)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody listens at the address, as when the network is down."""
        self._do(self._hang_up())
        try:
            yield
        finally:
            self._do(self._listen())

    async def _hang_up(self) -> None:
        await self._site.stop()
        server = self._runner.server
        for connection in list(server.connections) if server is not None else []:
            if connection.transport is not None:
                connection.transport.abort()

    def _do(self, coroutine: Any) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._pushing.cancel()
        self._loop.run_until_complete(self._runner.cleanup())
        self._loop.run_until_complete(_end_the_rest())
        self._loop.close()

    async def _start(self) -> None:
        faults = Faults()
        api, control = Api(self.world, faults), Control(self.world, faults)
        app = web.Application(client_max_size=200 * 1024 * 1024)
        app.add_routes(control.routes())
        app.router.add_get("/file/bot{token}/{path:.+}", api.download)
        app.router.add_route("*", "/bot{token}/{method}", api.call)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen()
        self._pushing = asyncio.ensure_future(push(self.world))

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]


async def _end_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@contextmanager
def serve(
    port: int = 0, token: str = TOKEN, clock: Callable[[], datetime] | None = None
) -> Iterator[Server]:
    """A running server; ``clock`` dates the messages."""
    server = Server(World(token, clock), port)
    try:
        yield server
    finally:
        server.stop()
