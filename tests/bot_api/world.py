"""What the server knows: chats, updates that wait, what was delivered. The tests' ground truth."""

import asyncio
import hashlib
import itertools
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

TOKEN = "1234567890:AAtest-token-of-the-local-bot-api-server"

Json = dict[str, Any]


class ApiError(Exception):
    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass
class Chat:
    """``state``: empty, blocked, deactivated, not_found or migrated."""

    id: int
    type: str = "private"
    name: str = ""
    state: str = ""
    migrated_to: int = 0
    messages: dict[int, Json] = field(default_factory=dict)

    def check(self) -> None:
        match self.state:
            case "blocked":
                raise ApiError(403, "Forbidden: bot was blocked by the user")
            case "deactivated":
                raise ApiError(403, "Forbidden: user is deactivated")
            case "not_found":
                raise ApiError(400, "Bad Request: chat not found")
            case "migrated":
                raise ApiError(
                    400,
                    "Bad Request: group chat was upgraded to a supergroup chat",
                    migrate_to_chat_id=self.migrated_to,
                )


@dataclass(frozen=True)
class File:
    id: str
    name: str
    media_type: str
    content: bytes

    @property
    def path(self) -> str:
        return f"documents/{self.id}"

    def as_json(self) -> Json:
        return {
            "file_id": self.id,
            "file_unique_id": self.id[-8:],
            "file_name": self.name,
            "mime_type": self.media_type,
            "file_size": len(self.content),
        }


@dataclass
class Limits:
    """Refuses like Telegram: ``per_second`` over all chats, and one chat's rate and burst."""

    per_second: int = 30
    chat_per_second: float = 1.0
    chat_burst: int = 3
    _all: deque[float] = field(default_factory=deque)
    _chats: dict[int, tuple[float, float]] = field(default_factory=dict)

    def check(self, chat_id: int) -> None:
        now = time.monotonic()
        while self._all and now - self._all[0] >= 1.0:
            self._all.popleft()
        level, at = self._chats.get(chat_id, (float(self.chat_burst), now))
        level = min(self.chat_burst, level + (now - at) * self.chat_per_second)
        if len(self._all) >= self.per_second or level < 1:
            raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)
        self._all.append(now)
        self._chats[chat_id] = (level - 1, now)


class World:
    def __init__(self, token: str = TOKEN, clock: Callable[[], datetime] | None = None) -> None:
        self.token = token
        self.bot: Json = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "CCHC",
            "username": "cchc_test_bot",
        }
        self.clock = clock or (lambda: datetime.now(UTC))
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.pending: deque[Json] = deque()
        self.history: list[Json] = []
        self.given: list[int] = []
        self.confirmed: list[int] = []
        self.delivered: list[Json] = []
        self.delivered_to: defaultdict[int, list[Json]] = defaultdict(list)
        self.queries: dict[str, float] = {}
        self.answered: list[str] = []
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.commands: dict[str, list[Json]] = {}
        self.webhook: Json = {}
        self.limits: Limits | None = None
        self._allowed: list[str] = []
        self._update_ids = itertools.count(700_000_001)
        self._message_ids = itertools.count(1)
        self._file_ids = itertools.count(1)
        self._watchers: set[asyncio.Future[None]] = set()

    async def change(self, seconds: float) -> None:
        """Wait until something happens, or ``seconds`` long."""
        watcher = asyncio.get_running_loop().create_future()
        self._watchers.add(watcher)
        try:
            await asyncio.wait([watcher], timeout=max(0.0, seconds))
        finally:
            self._watchers.discard(watcher)

    def changed(self) -> None:
        for watcher in self._watchers:
            if not watcher.done():
                watcher.set_result(None)

    def chat(self, id: int) -> Chat:
        if id not in self.chats:
            self.chats[id] = Chat(id, "private" if id > 0 else "group", f"Người {id}")
        return self.chats[id]

    def keep(self, name: str, media_type: str, content: bytes) -> File:
        digest = hashlib.sha256(content).hexdigest()[:8]
        id = f"BQACAgUAAxkBAA{next(self._file_ids):06d}-{digest}"
        file = self.files[id] = File(id, name, media_type, content)
        return file

    # What people do

    def user_sends(self, chat_id: int, content: Json) -> Json:
        message = self._message(chat_id, self._person(chat_id), content)
        self.update(message=message)
        return message

    def user_edits(self, chat_id: int, message_id: int, content: Json) -> Json:
        message = self.chat(chat_id).messages[message_id]
        message |= content | {"edit_date": self._now()}
        self.update(edited_message=message)
        return message

    def user_presses(self, chat_id: int, message_id: int, data: str) -> str:
        """``data`` may be anything: whether the server refuses forged data is not relied on."""
        query = f"{chat_id}{len(self.queries) + 1:08d}"
        self.queries[query] = time.monotonic()
        message = self.chat(chat_id).messages.get(message_id)
        if message is None:
            message = {"message_id": message_id, "date": 0, "chat": self._chat_json(chat_id)}
        self.update(
            callback_query={
                "id": query,
                "from": self._person(chat_id),
                "message": message,
                "chat_instance": str(chat_id),
                "data": data,
            }
        )
        return query

    def update(self, **content: Any) -> Json:
        update = {"update_id": next(self._update_ids), **content}
        if self._is_allowed(update):
            self.pending.append(update)
            self.history.append(update)
            self.changed()
        return update

    def renumber(self, first: int) -> None:
        """The next update's number, as Telegram chooses it anew after a week without any."""
        self._update_ids = itertools.count(first)

    def allow(self, kinds: list[str]) -> None:
        """Only these kinds of updates from now on; all, if none is named."""
        self._allowed = kinds
        self.pending = deque(filter(self._is_allowed, self.pending))

    def _is_allowed(self, update: Json) -> bool:
        wanted = [*self._allowed, "raw"]
        return not self._allowed or any(kind in update for kind in wanted)

    # What the bot does

    def bot_sends(self, chat_id: int, content: Json, truth: Json) -> Json:
        message = self._message(chat_id, self.bot, content)
        delivered = {
            "message_id": message["message_id"],
            "chat_id": chat_id,
            "date": message["date"],
            **truth,
        }
        self.delivered.append(delivered)
        self.delivered_to[chat_id].append(delivered)
        self.changed()
        return message

    def confirm_below(self, offset: int) -> None:
        while self.pending and self.pending[0]["update_id"] < offset:
            self.confirmed.append(self.pending.popleft()["update_id"])

    def _message(self, chat_id: int, sender: Json, content: Json) -> Json:
        id = next(self._message_ids)
        message = {
            "message_id": id,
            "from": sender,
            "chat": self._chat_json(chat_id),
            "date": self._now(),
            **content,
        }
        self.chat(chat_id).messages[id] = message
        return message

    def _chat_json(self, id: int) -> Json:
        chat = self.chat(id)
        key = "first_name" if chat.type == "private" else "title"
        return {"id": id, "type": chat.type, key: chat.name}

    def _person(self, chat_id: int) -> Json:
        chat = self.chat(chat_id)
        id = chat_id if chat_id > 0 else 1_000_000 - chat_id
        return {"id": id, "is_bot": False, "first_name": chat.name, "language_code": "vi"}

    def _now(self) -> int:
        return int(self.clock().timestamp())
