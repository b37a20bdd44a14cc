"""The tests' side of the server: people who type, press and send files, over HTTP.

Plain blocking calls, so that they work from any process; in a coroutine call them with
``asyncio.to_thread`` where they wait.
"""

import itertools
import json
import mimetypes
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

Json = dict[str, Any]


@dataclass(frozen=True)
class Button:
    label: str
    data: str


@dataclass(frozen=True)
class Message:
    """A message as the person sees it; ``file`` is its name, ``file_id`` gives its bytes."""

    id: int
    chat_id: int
    text: str
    html: str
    rows: tuple[tuple[Button, ...], ...]
    file: str
    file_id: str
    date: int

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.rows for button in row]

    def button(self, which: str | int) -> Button:
        """By position, or by the label or a part of it."""
        if isinstance(which, int):
            return self.buttons[which]
        exact = [button for button in self.buttons if button.label == which]
        alike = [button for button in self.buttons if which in button.label]
        if not exact and not alike:
            labels = [button.label for button in self.buttons]
            raise AssertionError(f"no button {which!r} among {labels}")
        return (exact or alike)[0]


class Client:
    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self.token = token
        self._chat_ids = itertools.count(500_000_001)

    def user(self, name: str = "", id: int | None = None) -> "User":
        user = User(self, id or next(self._chat_ids))
        self.control("chat", chat=user.id, **({"name": name} if name else {}))
        return user

    def state(self) -> Json:
        """Everything: delivered, given, confirmed, pending, answered, calls, refusals …"""
        found: Json = json.loads(self._get("/control/state"))
        return found

    def delivered(self) -> list[Message]:
        return [_message(found) for found in self.state()["delivered"]]

    def fault(self, method: str, kind: str, **how: Any) -> None:
        """See ``faults.Fault``: ``fault("sendMessage", "502", after=True, times=2)``."""
        self.control("fault", method=method, kind=kind, **how)

    def heal(self) -> None:
        self.control("heal")

    def limits(self, **limits: Any) -> None:
        """Refuse what goes too fast from now on; see ``world.Limits``."""
        self.control("limits", **limits)

    def clock(self, now: str) -> None:
        """Date messages with this instant, in ISO form."""
        self.control("clock", now=now)

    def update(self, **content: Any) -> Json:
        """Any update at all, also one that nobody can read."""
        found: Json = self.control("update", content=content)
        return found

    def repeat(self, update: Json) -> None:
        self.control("repeat", update=update)

    def file(self, file_id: str) -> bytes:
        return self._get(f"/control/file/{quote(file_id)}")

    def keep(self, name: str, content: bytes) -> Json:
        """Put bytes where a message can refer to them."""
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        query = urlencode({"name": name, "media_type": media_type})
        found: Json = json.loads(self._call("PUT", f"/control/file?{query}", content))
        return found

    def wait(self, what: str, at_least: int, timeout: float = 5.0) -> list[Any]:
        """One of the lists of ``state``, once it is as long as that."""
        until = time.monotonic() + timeout
        while True:
            found: list[Any] = self.state()[what]
            if len(found) >= at_least:
                return found
            if time.monotonic() > until:
                raise AssertionError(f"{len(found)} {what}, not {at_least}")
            time.sleep(0.01)

    def control(self, verb: str, **values: Any) -> Any:
        return json.loads(self._call("POST", f"/control/{verb}", json.dumps(values).encode()))

    def messages_to(self, chat: int, after: int, timeout: float) -> list[Message]:
        query = urlencode({"chat": chat, "after": after, "timeout": timeout})
        return [_message(m) for m in json.loads(self._get(f"/control/wait?{query}"))]

    def _get(self, path: str) -> bytes:
        return self._call("GET", path, None)

    def _call(self, method: str, path: str, body: bytes | None) -> bytes:
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with _DIRECT.open(request, timeout=60) as answer:
            content: bytes = answer.read()
            return content


class User:
    """A person in a private chat with the bot."""

    def __init__(self, client: Client, id: int) -> None:
        self.id = id
        self._client = client
        self._seen = 0

    def text(self, text: str) -> int:
        """Types something; the message's id."""
        return self._send({"text": text})

    def document(self, name: str, content: bytes, caption: str = "", **more: Any) -> int:
        caption_field = {"caption": caption} if caption else {}
        return self._send({"document": self._client.keep(name, content), **caption_field, **more})

    def photo(self, content: bytes, caption: str = "", **more: Any) -> int:
        large = self._client.keep("photo.jpg", content) | {"width": 1280, "height": 960}
        small = self._client.keep("small.jpg", content[:10]) | {"width": 90, "height": 67}
        for size in (large, small):
            del size["file_name"], size["mime_type"]
        caption_field = {"caption": caption} if caption else {}
        return self._send({"photo": [small, large], **caption_field, **more})

    def album(self, files: Sequence[tuple[str, bytes]], caption: str = "") -> list[int]:
        """Several files at once: a message each, the caption on the first."""
        group = str(time.time_ns())
        captions = [caption, *[""] * len(files)]
        return [
            self.document(name, content, text, media_group_id=group)
            for (name, content), text in zip(files, captions, strict=False)
        ]

    def press(self, message: Message, which: str | int) -> str:
        """Presses a button, by label or position; the query's id."""
        return self.press_data(message.id, message.button(which).data)

    def press_data(self, message_id: int, data: str) -> str:
        """Presses whatever, also data that no button carries."""
        query: str = self._client.control("press", chat=self.id, message_id=message_id, data=data)
        return query

    def edit(self, message_id: int, text: str) -> None:
        self._client.control("edit", chat=self.id, message_id=message_id, content={"text": text})

    def becomes(self, state: str, **more: Any) -> None:
        """``blocked``, ``deactivated``, ``not_found``, ``migrated`` (``migrated_to=…``)."""
        self._client.control("chat", chat=self.id, state=state, **more)

    def messages(self, after: int = 0, timeout: float = 0) -> list[Message]:
        """What the bot sent here, without the first ``after``; waits for one if there is none."""
        return self._client.messages_to(self.id, after, timeout)

    def next_that(
        self, fits: Callable[[Message], bool], after: int, timeout: float
    ) -> Message | None:
        """The first message from the ``after``-th on that ``fits``; None if none comes in time."""
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            found = self._client.messages_to(self.id, after, min(left, 30.0))
            if fitting := next(filter(fits, found), None):
                return fitting
            after += len(found)
        return None

    def wait_for_reply(self, timeout: float = 5.0) -> Message:
        """The next message that was not looked at yet."""
        found = self._client.messages_to(self.id, self._seen, timeout)
        if not found:
            raise AssertionError(f"nothing came within {timeout} s")
        self._seen += 1
        return found[0]

    def _send(self, content: Json) -> int:
        message: Json = self._client.control("send", chat=self.id, content=content)
        id: int = message["message_id"]
        return id


# A proxy from the environment has no business on the way to the own machine.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _message(found: Json) -> Message:
    document = found["document"] or {}
    return Message(
        id=found["message_id"],
        chat_id=found["chat_id"],
        text=found["text"],
        html=found["html"],
        rows=tuple(tuple(Button(*key) for key in row) for row in found["buttons"]),
        file=document.get("file_name", ""),
        file_id=document.get("file_id", ""),
        date=found["date"],
    )
