"""Updates of every kind that Telegram has, from people and places that nobody knows."""

import random
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

TEXTS = (
    "/start",
    "/menu",
    "/minhchung 1.1.1",
    "/nguoidung",
    "/tiendo",
    "/start 0123456789ABCDEFGHJKMNPQRS",
    "Sở Tư pháp",
    "1",
    "*1",
    "#" + "0" * 64,
    "' OR 1=1 --",
    "<b>x</b> {unit} %s {{7*7}}",
    "\u202e\u0000",
    "x" * 4096,
)
_FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 10, "file_name": "KH-12.pdf"}
_SIZE = {"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}
_PLACE = {"latitude": 21.27, "longitude": 106.19}
# What a message may hold; ``None`` is a text.
CONTENTS: tuple[Json | None, ...] = (
    None,
    {"document": _FILE, "caption": "1.1.1"},
    {"document": _FILE, "media_group_id": "7"},
    {"photo": [_SIZE]},
    {"video": _FILE},
    {"audio": _FILE},
    {"voice": _FILE},
    {"video_note": _FILE},
    {"animation": _FILE},
    {"sticker": {"emoji": "👍"}},
    {"contact": {"phone_number": "0912345678", "first_name": "An"}},
    {"location": _PLACE},
    {"venue": {"location": _PLACE, "title": "Sở Tư pháp", "address": ""}},
    {"poll": {"id": "1", "question": "?", "options": []}},
    {"dice": {"emoji": "🎲", "value": 3}},
    {"new_chat_members": [{"id": 1, "is_bot": False, "first_name": "x"}]},
    {"left_chat_member": {"id": 1, "is_bot": False, "first_name": "x"}},
    {"pinned_message": {"message_id": 1}},
    {"forward_origin": {"type": "hidden_user", "sender_user_name": "x"}, "text": "/menu"},
    {"web_app_data": {"data": "{}", "button_text": "x"}},
    {"migrate_to_chat_id": -1001},
)
OTHERS = (
    "my_chat_member",
    "chat_member",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "chat_join_request",
    "message_reaction",
    "business_message",
    "something_new",
)


def updates(count: int, seed: int, tokens: list[str]) -> Iterator[Json]:
    """``tokens`` of other people's buttons are pressed among the rest."""
    chance = random.Random(seed)
    makers: tuple[Callable[[random.Random, list[str]], Json], ...] = (
        *[_message] * 6,
        _edited,
        _press,
        _press,
        _channel_post,
        _other,
    )
    for number in range(count):
        yield {"update_id": 1000 + number, **chance.choice(makers)(chance, tokens)}


def _sender(chance: random.Random) -> Json:
    id = chance.randrange(10**6, 10**6 + 5000)
    return {"id": id, "is_bot": False, "first_name": chance.choice(TEXTS)[:64]}


def _chat(chance: random.Random, sender: Json) -> Json:
    kind = chance.choice(("private",) * 6 + ("group", "supergroup", "channel"))
    return {"id": sender["id"] if kind == "private" else -sender["id"], "type": kind}


def _content(chance: random.Random) -> Json:
    sender = _sender(chance)
    held = chance.choice(CONTENTS)
    where = {"message_id": chance.randrange(1, 10**6), "date": 1793671500}
    written = {"text": chance.choice(TEXTS)} if held is None else held
    return {**where, "from": sender, "chat": _chat(chance, sender), **written}


def _message(chance: random.Random, _: list[str]) -> Json:
    return {"message": _content(chance)}


def _edited(chance: random.Random, _: list[str]) -> Json:
    return {"edited_message": {**_content(chance), "edit_date": 1793671501}}


def _channel_post(chance: random.Random, _: list[str]) -> Json:
    return {chance.choice(("channel_post", "edited_channel_post")): _content(chance)}


def _press(chance: random.Random, tokens: list[str]) -> Json:
    sender = _sender(chance)
    message = {"message_id": 1, "date": 0, "chat": _chat(chance, sender)}
    shown = chance.choice((message, message, None))
    data = chance.choice((*tokens, "AAAAAAAAAAAA:0", "", "admin", "x" * 64))
    query = {"id": str(chance.random()), "from": sender, "data": data}
    return {"callback_query": query | ({"message": shown} if shown else {})}


def _other(chance: random.Random, _: list[str]) -> Json:
    return {chance.choice(OTHERS): {"id": "1", "from": _sender(chance), "query": "Sở Tư pháp"}}
