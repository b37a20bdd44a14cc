"""Sending a letter, and what became of it: an error of the network is one of six outcomes."""

import asyncio
import re
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardMarkup, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from bot.channel import Delivery, Letter, LetterFile
from bot.telegram.api import Api
from bot.telegram.problems import NeverLeft, Throttled
from bot.telegram.writing import Piece, pieces

UPLOAD_LIMIT = 50 * 1024 * 1024
UPLOAD_READ_SECONDS = 120.0
BROKEN_OFF = 1000
_GONE = ("chat not found", "peer_id_invalid", "user is deactivated", "chat was deactivated")

# A one-time link must not be opened by whoever draws previews.
_AS_HTML = {"parse_mode": ParseMode.HTML, "link_preview_options": {"is_disabled": True}}


class Sender:
    """Keeps in mind how far letters in several pieces came."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._sent: dict[int, int] = {}

    async def deliver(self, letter: Letter) -> Delivery:
        """Send once. A letter that broke off between its pieces goes on with the one that is
        not known to have arrived: trying again never repeats those before it."""
        everything = pieces(letter)
        if not everything:
            return Delivery.malformed("nothing to say")
        done = self._sent.pop(letter.message_id, 0)
        platform_id = ""
        for number, piece in enumerate(everything[done:], start=done):
            outcome = await self._send(letter.address, piece)
            if isinstance(outcome, Delivery):
                self._remember(letter.message_id, number)
                return outcome
            platform_id = outcome
        return Delivery.sent(platform_id)

    async def _send(self, address: str, piece: Piece) -> str | Delivery:
        try:
            if piece.file is not None:
                return await self._send_file(address, piece, piece.file)
            # Not Bot.send_message: making objects of what goes and comes costs more than all
            # the rest of sending, and only the number of the message is wanted.
            message: dict[str, Any] = {**_AS_HTML, "chat_id": address, "text": piece.html}
            if piece.keyboard is not None:
                message["reply_markup"] = piece.keyboard
            sent = await self._api.call("sendMessage", **message)
            return str(sent["message_id"])
        except TelegramError as error:
            return _delivery(error)

    async def _send_file(self, address: str, piece: Piece, file: LetterFile) -> str | Delivery:
        size = await asyncio.to_thread(_size, file.path)
        if not 0 < size <= UPLOAD_LIMIT:
            return Delivery.malformed(f"a file of {size} bytes")
        name = re.sub(r"[\x00-\x1f\x7f]", " ", file.name)
        keyboard = InlineKeyboardMarkup.de_json(piece.keyboard) if piece.keyboard else None
        with file.path.open("rb") as content:
            sent = await self._api.bot.send_document(
                chat_id=address,
                document=InputFile(content, filename=name, read_file_handle=False),
                caption=piece.html or None,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                read_timeout=UPLOAD_READ_SECONDS,
            )
        return str(sent.message_id)

    def _remember(self, message_id: int, sent: int) -> None:
        if not message_id or not sent:
            return
        self._sent[message_id] = sent
        while len(self._sent) > BROKEN_OFF:
            del self._sent[next(iter(self._sent))]


def _delivery(error: TelegramError) -> Delivery:
    match error:
        case Throttled(seconds=seconds):
            return Delivery.later(seconds, error.message)
        case ChatMigrated():
            return Delivery.moved(str(error.new_chat_id))
        case Forbidden():
            return Delivery.unreachable(error.message)
        case BadRequest():
            gone = any(words in error.message.lower() for words in _GONE)
            return (Delivery.unreachable if gone else Delivery.malformed)(error.message)
        case NeverLeft() | InvalidToken():
            return Delivery.later(reason=error.message)
    # It may have arrived: repeating it would risk a second copy.
    return Delivery.unknown(error.message)


def _size(path: Path) -> int:
    """In bytes; 0 where there is no such file."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
