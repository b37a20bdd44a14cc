"""The methods of the Bot API that the bot uses; ``METHODS`` by lower-case name."""

import asyncio
import hashlib
import html
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.bot_api.world import ApiError, File, Json, World

TAGS = "b|strong|i|em|u|ins|s|strike|del|code|pre|a|blockquote|tg-spoiler"
UPLOAD_LIMIT = 50 * 1024 * 1024
DOWNLOAD_LIMIT = 20 << 20
QUERY_SECONDS = 150


class Methods:
    def __init__(self, world: World) -> None:
        self._world = world
        self._poll: asyncio.Event | None = None
        self._last_poll: tuple[int, float] = (-1, 0.0)

    def find(self, name: str) -> Callable[[Json], Awaitable[Any]] | None:
        return {
            "getme": self.get_me,
            "getupdates": self.get_updates,
            "sendmessage": self.send_message,
            "senddocument": self.send_document,
            "answercallbackquery": self.answer_callback_query,
            "getfile": self.get_file,
            "setmycommands": self.set_my_commands,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.get_webhook_info,
        }.get(name.lower())

    async def get_me(self, values: Json) -> Json:
        return self._world.bot

    async def get_updates(self, values: Json) -> list[Json]:
        if self._world.webhook:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._world.allow(json.loads(values.get("allowed_updates") or "[]"))
        offset = int(values.get("offset", 0))
        limit = min(100, max(1, int(values.get("limit", 100))))
        if self._asked_just_now(offset):
            limit = 1
        if self._poll is not None:
            self._poll.set()
        mine = self._poll = asyncio.Event()
        try:
            self._world.confirm_below(offset)
            await self._wait(mine, min(50.0, float(values.get("timeout", 0))))
        finally:
            if self._poll is mine:
                self._poll = None
        batch = list(self._world.pending)[:limit]
        self._world.given += [update["update_id"] for update in batch]
        return batch

    async def send_message(self, values: Json) -> Json:
        chat_id = self._recipient(values)
        text, truth = self._text(values, "text", 4096)
        if not text:
            raise ApiError(400, "Bad Request: message text is empty")
        return self._world.bot_sends(
            chat_id, {"text": text, **self._markup(values)}, truth | {"document": None}
        )

    async def send_document(self, values: Json) -> Json:
        chat_id = self._recipient(values)
        document = values.get("document")
        if not isinstance(document, File):
            raise ApiError(400, "Bad Request: there is no document in the request")
        if not document.content:
            raise ApiError(400, "Bad Request: file must be non-empty")
        if len(document.content) > UPLOAD_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
        text, truth = self._text(values, "caption", 1024)
        content = {"document": document.as_json(), **self._markup(values)}
        digest = hashlib.sha256(document.content).hexdigest()
        stored = document.as_json() | {"sha256": digest}
        caption = {"caption": text} if text else {}
        return self._world.bot_sends(chat_id, content | caption, truth | {"document": stored})

    async def answer_callback_query(self, values: Json) -> bool:
        query = values.get("callback_query_id", "")
        born = self._world.queries.get(query)
        if born is None or time.monotonic() - born > QUERY_SECONDS:
            raise ApiError(
                400,
                "Bad Request: query is too old and response timeout expired "
                "or query ID is invalid",
            )
        self._world.answered.append(query)
        self._world.changed()
        return True

    async def get_file(self, values: Json) -> Json:
        file = self._world.files.get(values.get("file_id", ""))
        if file is None:
            raise ApiError(400, "Bad Request: invalid file_id")
        if len(file.content) > DOWNLOAD_LIMIT:
            raise ApiError(400, "Bad Request: file is too big")
        fields = ("file_id", "file_unique_id", "file_size")
        return {key: file.as_json()[key] for key in fields} | {"file_path": file.path}

    async def set_my_commands(self, values: Json) -> bool:
        commands = json.loads(values["commands"])
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self._world.commands[values.get("language_code", "")] = commands
        return True

    async def set_webhook(self, values: Json) -> bool:
        self._world.webhook = {
            "url": values["url"],
            "secret": values.get("secret_token", ""),
        }
        self._world.allow(json.loads(values.get("allowed_updates") or "[]"))
        self._world.changed()
        return True

    async def get_webhook_info(self, values: Json) -> Json:
        return {
            "url": self._world.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._world.pending),
        }

    async def delete_webhook(self, values: Json) -> bool:
        self._world.webhook = {}
        return True

    # Polling

    def _asked_just_now(self, offset: int) -> bool:
        """The server then gives one update only (runtime.md 1.1)."""
        before, at = self._last_poll
        now = time.monotonic()
        self._last_poll = (offset, now)
        return offset == before and now - at < 0.5

    async def _wait(self, mine: asyncio.Event, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._world.pending and time.monotonic() < until:
            waiting = asyncio.ensure_future(self._world.change(until - time.monotonic()))
            ended = asyncio.ensure_future(mine.wait())
            await asyncio.wait({waiting, ended}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            ended.cancel()
            if mine.is_set():
                break
        if mine.is_set():
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )

    # Sending

    def _recipient(self, values: Json) -> int:
        try:
            chat_id = int(values.get("chat_id", ""))
        except ValueError:
            raise ApiError(400, "Bad Request: chat not found") from None
        if chat_id not in self._world.chats:
            raise ApiError(400, "Bad Request: chat not found")
        self._world.chats[chat_id].check()
        if self._world.limits is not None:
            self._world.limits.check(chat_id)
        return chat_id

    def _text(self, values: Json, field: str, limit: int) -> tuple[str, Json]:
        raw = values.get(field, "")
        text = read_html(raw) if values.get("parse_mode", "").upper() == "HTML" else raw
        text = text.strip()
        if len(text.encode("utf-16-le")) // 2 > limit:
            raise ApiError(400, f"Bad Request: message {field} is too long")
        rows = self._markup(values).get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [[[key["text"], key["callback_data"]] for key in row] for row in rows]
        return text, {"text": text, "html": raw, "buttons": buttons}

    def _markup(self, values: Json) -> Json:
        if not values.get("reply_markup"):
            return {}
        markup = json.loads(values["reply_markup"])
        keys = [key for row in markup["inline_keyboard"] for key in row]
        if any(not 1 <= len(key["callback_data"].encode()) <= 64 for key in keys):
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
        if any(not key["text"].strip() for key in keys):
            raise ApiError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if len(keys) > 100 or len(values["reply_markup"].encode()) > 10_000:
            raise ApiError(400, "Bad Request: reply markup is too long")
        return {"reply_markup": markup}


def read_html(source: str) -> str:
    """The text without its tags. Telegram refuses what is not balanced or not known."""
    text, stack = "", list[str]()
    for bit in re.split(r"(<[^>]*>?)", source):
        if not bit.startswith("<"):
            text += html.unescape(bit)
            continue
        tag = re.fullmatch(rf"<(/?)({TAGS})(?: [^>]*)?>", bit)
        if tag is None:
            raise ApiError(400, "Bad Request: can't parse entities: Unsupported start tag")
        if not tag[1]:
            stack.append(tag[2])
        elif not stack or stack.pop() != tag[2]:
            raise ApiError(400, "Bad Request: can't parse entities: Unmatched end tag")
    if stack:
        raise ApiError(400, "Bad Request: can't parse entities: Can't find end tag")
    return text
