"""A Bot API server that costs little: ``python -m benchmarks.api`` prints its address.

It knows just what a bot needs to poll and to answer, so that it is not what is measured. The
benchmark hands it updates at ``/load`` and asks at ``/outcome`` until all are answered.
"""

import asyncio
import json
import re
import time
from collections import deque
from itertools import count
from typing import Any

BATCH = 100
LONGEST_POLL = 1.0
TOKEN = "1000000:benchmark-token-that-opens-nothing-at-all"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_OFFSET = re.compile(rb'\boffset(?:=|"\r\n\r\n|": ?)(-?\d+)')
_CHAT = re.compile(rb'\bchat_id(?:=|"\r\n\r\n|": ?"?)(-?\d+)')
_ME = {"id": 1000000, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


class World:
    """The updates that wait, and when what was handed out had been answered."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.polls: list[asyncio.Future[None]] = []
        self.ids = count(1)
        self.expected = self.answered = 0
        self.began = self.ended = self.first_poll = self.latency = 0.0

    def load(self, order: dict[str, Any]) -> None:
        """``texts`` are said one after another, each in all ``chats``, ``count`` in all."""
        chats, texts = order["chats"], order["texts"]
        self.latency = order["latency"]
        self.answered, self.began, self.ended = 0, 0.0, 0.0
        self.expected = len(texts) * order["count"]
        for text in texts:
            for number in range(order["count"]):
                id = next(self.ids)
                self.waiting.append((id, _update(id, chats[number % len(chats)], text)))
        for poll in self.polls:
            if not poll.done():
                poll.set_result(None)

    async def get_updates(self, request: bytes) -> bytes:
        self.first_poll = self.first_poll or time.time()
        found = _OFFSET.search(request)
        offset = int(found[1]) if found else 0
        while self.waiting and self.waiting[0][0] < offset:
            self.waiting.popleft()
        if not self.waiting:
            poll = asyncio.get_running_loop().create_future()
            self.polls = [poll]
            await asyncio.wait([poll], timeout=LONGEST_POLL)
        batch = [self.waiting[n][1] for n in range(min(BATCH, len(self.waiting)))]
        if batch and not self.began:
            self.began = time.monotonic()
        return b'{"ok":true,"result":[' + b",".join(batch) + b"]}"

    async def send(self, request: bytes) -> bytes:
        if self.latency:
            await asyncio.sleep(self.latency)
        found = _CHAT.search(request)
        self.answered += 1
        if self.answered == self.expected:
            self.ended = time.monotonic()
        message = b'{"message_id":%d,"date":%d,"chat":{"id":%s,"type":"private"},"text":"-"}'
        sent = message % (next(self.ids), time.time(), found[1] if found else b"0")
        return b'{"ok":true,"result":' + sent + b"}"

    def outcome(self) -> bytes:
        seconds = self.ended - self.began if self.ended else 0.0
        figures = {"seconds": seconds, "answered": self.answered, "first_poll": self.first_poll}
        return json.dumps(figures).encode()


class Connection(asyncio.Protocol):
    """One client, whose requests come one after another."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head = self._read.find(b"\r\n\r\n")
        if head < 0:
            return
        found = _LENGTH.search(self._read, 0, head)
        if len(self._read) < head + 4 + (int(found[1]) if found else 0):
            return
        request, self._read = self._read, b""
        asyncio.get_running_loop().create_task(self._answer(request, head))

    async def _answer(self, request: bytes, head: int) -> None:
        path = request[: request.find(b" HTTP/")].split(b" ", 1)[1].split(b"?")[0]
        match path.rsplit(b"/", 1)[-1]:
            case b"sendMessage":
                body = await self._world.send(request)
            case b"getUpdates":
                body = await self._world.get_updates(request)
            case b"getMe":
                body = json.dumps({"ok": True, "result": _ME}).encode()
            case b"load":
                self._world.load(json.loads(request[head + 4 :]))
                body = b"{}"
            case b"outcome":
                body = self._world.outcome()
            case _:
                body = b'{"ok":true,"result":true}'
        start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(start % len(body) + body)


def _update(id: int, chat: int, text: str) -> bytes:
    person = {"id": chat, "is_bot": False, "first_name": f"Officer {chat}"}
    message: dict[str, Any] = {
        "message_id": id,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": person["first_name"]},
        "from": person,
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return json.dumps({"update_id": id, "message": message}, ensure_ascii=False).encode()


async def main() -> None:
    world = World()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(world), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
