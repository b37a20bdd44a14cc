"""The web chat as a channel: what a posted event means, and live updates to the open pages."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.channel import (
    Abilities,
    Attached,
    Delivery,
    FetchFailed,
    Inbox,
    Incoming,
    Letter,
    Limits,
    Press,
    Signal,
    Typed,
)
from bot.web.entries import Entry, EntryFile, of_letter
from models.clock import Clock
from models.web_sessions import CHANNEL

FILE_LIMIT = 200 * 1024 * 1024
WAITING = 100  # Entries a slow page may be behind; then it is cut off and comes back by itself.


@dataclass(eq=False)
class Listener:
    """One open page. ``queue`` holds entries, or None to look again at what is pinned."""

    address: str
    queue: "asyncio.Queue[Entry | None]" = field(
        default_factory=lambda: asyncio.Queue(maxsize=WAITING)
    )
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, entry: Entry | None) -> None:
        try:
            self.queue.put_nowait(entry)
        except asyncio.QueueFull:
            self.closed.set()

    def close(self) -> None:
        self.closed.set()
        self.put(None)


class WebChannel:
    """A message is delivered once its row is there: pages that are open get it at once, the
    others read it when they open."""

    name = CHANNEL
    abilities = Abilities(text_limit=10_000, file_limit=FILE_LIMIT)
    limits: Limits | None = None

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._stopping = False

    def read(self, body: dict[str, Any]) -> Signal | None:
        match body:
            case {"text": str(text)}:
                return Typed(text)
            case {"press": str(token)}:
                return Press(token)
            case {"files": list(files)}:
                incoming = tuple(Incoming(**file) for file in files)
                return Attached(incoming, body.get("caption", ""))
        return None

    async def fetch(self, file: Incoming) -> AsyncIterator[bytes]:
        """Files of the page are stored before their event: there is nothing to fetch."""
        raise FetchFailed("the bytes came with the event", final=True)
        yield b""

    async def deliver(self, letter: Letter) -> Delivery:
        file = EntryFile(letter.file.name, message_id=letter.message_id) if letter.file else None
        self.show(letter.address, of_letter(letter, self._clock(), file))
        return Delivery.sent()

    async def acknowledge(self, press: Press) -> None:
        """The page knows by the answer to its request."""

    async def run(self, inbox: Inbox) -> None:
        """Requests come by the server (``bot.web.server``); there is nothing to ask for."""
        await asyncio.Event().wait()

    def show(self, address: str, entry: Entry) -> None:
        for listener in self._listeners.get(address, ()):
            listener.put(entry)

    def refresh(self) -> None:
        """Have every open page look again at what is pinned at its top."""
        self._each(lambda listener: listener.put(None))

    def listen(self, address: str) -> Listener:
        listener = Listener(address)
        if self._stopping:
            listener.close()
        self._listeners[address].add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        listeners = self._listeners[listener.address]
        listeners.discard(listener)
        if not listeners:
            del self._listeners[listener.address]

    def close(self) -> None:
        """End all live connections, so that the server can stop."""
        self._stopping = True
        self._each(Listener.close)

    @property
    def open_pages(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())

    def _each(self, do: Callable[[Listener], None]) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                do(listener)
