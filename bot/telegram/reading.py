"""What an update means.

Updates are read as plain JSON, and only the fields that matter: something new or odd elsewhere
in one never holds it up.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channel import Attached, Edited, Incoming, Press, Signal, Typed
from models.inbox import Arrival
from models.people import invitations

CHANNEL = "telegram"
KINDS = ("message", "edited_message", "callback_query")
_FILES = {
    "document": ("", "application/octet-stream"),
    "video": (".mp4", "video/mp4"),
    "audio": (".mp3", "audio/mpeg"),
    "voice": (".ogg", "audio/ogg"),
    "video_note": (".mp4", "video/mp4"),
}
_WRITTEN = ("text", "caption", "url")


def read(update: Mapping[str, Any]) -> Signal | None:
    """What the person did; None for what means nothing to the bot, as anything in a group."""
    if (query := update.get("callback_query")) is not None:
        chat = (query.get("message") or {}).get("chat") or {"type": "private"}
        data = query.get("data")
        return Press(data, query["id"]) if data and _is_private(chat) else None
    if (edited := update.get("edited_message")) is not None:
        return Edited(str(edited["message_id"])) if _is_private(edited["chat"]) else None
    message = update.get("message")
    if message is None or not _is_private(message["chat"]):
        return None
    file = _file(message)
    if file is not None:
        caption, album = message.get("caption", ""), message.get("media_group_id", "")
        return Attached((file,), caption, album)
    text = message.get("text") or message.get("sticker", {}).get("emoji")
    return Typed(text) if text else None


def arrival(bot_id: int, update: Any) -> Arrival:
    """An update as the inbox keeps it, whatever is in it; invitation codes are sealed.

    A press has no time of its own, so ``made_at`` is None for it (I6).
    """
    body: dict[str, Any] = update if isinstance(update, dict) else {"unreadable": update}
    body = _storable(body)
    kind = next((kind for kind in KINDS if isinstance(body.get(kind), dict)), "")
    content = body.get(kind, {})
    message = content.get("message", {}) if kind == "callback_query" else content
    made = None if kind == "callback_query" else content.get("edit_date", content.get("date"))
    return Arrival(
        channel=CHANNEL,
        external_id=f"{bot_id}:{body.get('update_id', '')}",
        address=_chat_id(message) or _chat_id({"chat": content.get("from")}) or "0",
        body=body,
        made_at=_instant(made),
    )


def query_id(update: Any) -> str:
    """The id of the press in an update, to be acknowledged; empty if it is none."""
    query = update.get("callback_query") if isinstance(update, dict) else None
    return str(query.get("id", "")) if isinstance(query, dict) else ""


def _file(message: Mapping[str, Any]) -> Incoming | None:
    if photos := message.get("photo"):
        largest = max(photos, key=lambda size: size["width"] * size["height"])
        return _incoming(largest, f"photo_{message['message_id']}.jpg", "image/jpeg")
    for kind, (suffix, media_type) in _FILES.items():
        if (file := message.get(kind)) is not None:
            return _incoming(file, f"{kind}_{message['message_id']}{suffix}", media_type)
    return None


def _incoming(file: Mapping[str, Any], name: str, media_type: str) -> Incoming:
    return Incoming(
        name=file.get("file_name") or name,
        size=file.get("file_size", 0),
        source=file["file_id"],
        media_type=file.get("mime_type") or media_type,
    )


def _is_private(chat: Mapping[str, Any]) -> bool:
    return chat.get("type") == "private"


def _chat_id(message: Any) -> str:
    chat = message.get("chat") if isinstance(message, dict) else None
    id = chat.get("id") if isinstance(chat, dict) else None
    return str(id) if isinstance(id, int) else ""


def _instant(seconds: Any) -> datetime | None:
    if not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _storable(value: Any, field: str = "") -> Any:
    """``value`` without what no database keeps (NUL, halves of characters), codes sealed.

    One such sign would otherwise hold up every update behind it.
    """
    if isinstance(value, dict):
        return {_text(key): _storable(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, field) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not isinstance(value, str):
        return value
    text = _text(value)
    return invitations.seal(text) if field in _WRITTEN else text


def _text(value: str) -> str:
    if value.isascii() and "\x00" not in value:
        return value  # As nearly all there is in an update.
    whole = value.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\x00", "\ufffd")
