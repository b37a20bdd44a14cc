"""A Bot API server that refuses more than 30 messages in any second, as they arrive:
``python -m benchmarks.limited_api`` prints its address.

A message is under way for up to 15 ms longer than another, and its answer takes 40 ms. From a
second after the first message on, people ask something, at random, from the chats of officers.
With ``CCHC_BENCH_FAULTS`` set nobody asks anything; instead 1 % have blocked the bot, 1 % of the
messages are lost with an error of the server, and of 1 % the answer is.
"""

import asyncio
import os
import random
import time
from collections import Counter, deque
from itertools import count

from aiohttp import web

from benchmarks.officers import chats

PER_SECOND = 30
JITTER = 0.015
LATENCY = 0.040
ASKED_A_SECOND = 2.0
OFFICERS = frozenset(chats())
FATES = {1: "blocked", 2: "error", 3: "lost"}  # By the last two digits of the chat's number.


class World:
    """``given``: when the question of a chat was handed out; one at a time for each chat."""

    def __init__(self, seed: int, *, faults: bool = False) -> None:
        self.chance = random.Random(seed)
        self.faults = faults
        self.copies: Counter[int] = Counter()
        self.accepted: list[float] = []
        self.refused = 0
        self.window: deque[float] = deque()
        self.given: dict[int, float] = {}
        self.waits: list[float] = []
        self.ids = count(1)
        self.questions: deque[int] = deque()
        self.asked = asyncio.Event()

    async def send(self, chat: int) -> web.Response:
        await asyncio.sleep(self.chance.uniform(0, JITTER))
        now = time.monotonic()
        while self.window and self.window[0] <= now - 1.0:
            self.window.popleft()
        refused = len(self.window) >= PER_SECOND
        fate = FATES.get(chat % 100, "") if self.faults else ""
        if refused:
            self.refused += 1
        else:
            self.window.append(now)
            self.copies[chat] += fate not in ("blocked", "error")
            self.accepted.append(now)
            if (given := self.given.pop(chat, None)) is not None:
                self.waits.append(now - given)
        await asyncio.sleep(LATENCY)
        if refused:
            return _failed(429, "Too Many Requests", parameters={"retry_after": 1})
        if fate == "blocked":
            return _failed(403, "Forbidden: bot was blocked by the user")
        if fate:
            return _failed(502, "Bad Gateway")
        return _ok({"message_id": next(self.ids), "date": int(time.time()), "chat": _chat(chat)})

    async def ask(self) -> None:
        while not self.accepted:
            await asyncio.sleep(0.05)
        while True:
            await asyncio.sleep(self.chance.expovariate(ASKED_A_SECOND))
            self.questions.append(self.chance.choice(sorted(OFFICERS - self.given.keys())))
            self.asked.set()

    async def get_updates(self) -> web.Response:
        self.asked.clear()
        if not self.questions:
            try:
                await asyncio.wait_for(self.asked.wait(), 1.0)
            except TimeoutError:
                return _ok([])
        chat = self.questions.popleft()
        self.given[chat] = time.monotonic()
        return _ok([_update(next(self.ids), chat)])

    def outcome(self, seconds: float) -> dict[str, object]:
        """Of the first ``seconds`` since the first message."""
        began = self.accepted[0] if self.accepted else 0.0
        within = [at for at in self.accepted if at < began + seconds]
        return {
            "elapsed": time.monotonic() - began if self.accepted else 0.0,
            "accepted": len(within),
            "refused": self.refused,
            "waits": sorted(self.waits),
            "unanswered": len(self.given),
            "took": self.accepted[-1] - began if self.accepted else 0.0,
            "copies": self.copies,
        }


def application(world: World) -> web.Application:
    async def call(request: web.Request) -> web.Response:
        is_json = request.content_type == "application/json"
        form = await request.json() if is_json else await request.post()
        match request.match_info["method"].lower():
            case "sendmessage":
                return await world.send(int(str(form["chat_id"])))
            case "getupdates":
                return await world.get_updates()
            case "getme":
                return _ok({"id": 1000000, "is_bot": True, "first_name": "B", "username": "b_bot"})
        return _ok(True)

    async def outcome(request: web.Request) -> web.Response:
        return web.json_response(world.outcome(float(request.query["seconds"])))

    app = web.Application()
    app.router.add_post("/bot{token}/{method}", call)
    app.router.add_get("/outcome", outcome)
    return app


def _ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _failed(code: int, description: str, **more: object) -> web.Response:
    failure = {"ok": False, "error_code": code, "description": description, **more}
    return web.json_response(failure, status=code)


def _chat(id: int) -> dict[str, object]:
    return {"id": id, "type": "private", "first_name": f"Officer {id}"}


def _update(id: int, chat: int) -> dict[str, object]:
    person = {"id": chat, "is_bot": False, "first_name": f"Officer {chat}"}
    command = {"type": "bot_command", "offset": 0, "length": 8}
    about = {"message_id": id, "date": int(time.time()), "chat": _chat(chat), "from": person}
    return {"update_id": id, "message": {**about, "text": "/trogiup", "entities": [command]}}


async def main() -> None:
    faults = bool(os.environ.get("CCHC_BENCH_FAULTS"))
    world = World(int(os.environ.get("CCHC_SEED", "7")), faults=faults)
    runner = web.AppRunner(application(world), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await (asyncio.Event().wait() if faults else world.ask())


if __name__ == "__main__":
    asyncio.run(main())
