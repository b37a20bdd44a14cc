"""Fetching what people send: in pieces, with a limit, and only whole.

python-telegram-bot's own download takes a whole file into memory, doesn't compare its length,
and reads a local file where the path happens to name one (runtime.md 1.5).
"""

from collections.abc import AsyncIterator
from http import HTTPStatus

from telegram.error import BadRequest, TelegramError

from bot.channel import FetchFailed, Incoming
from bot.telegram.api import Api

LIMIT = 20 * 1024 * 1024
PIECE = 64 * 1024
_NEVER = ("file is too big", "invalid file_id", "wrong file identifier")


async def fetch(api: Api, file: Incoming) -> AsyncIterator[bytes]:
    """The bytes of a file. Raises FetchFailed, also at the very end where some are missing."""
    if file.size > LIMIT:
        raise FetchFailed("file is too big", final=True)
    path, size = await _locate(api, file.source)
    received = 0
    try:
        async with api.request.open(api.file_url(path)) as response:
            if response.status != HTTPStatus.OK:
                there = response.status < HTTPStatus.INTERNAL_SERVER_ERROR
                raise FetchFailed(f"status {response.status}", final=False, answered=there)
            async for piece in response.content.iter_chunked(PIECE):
                received += len(piece)
                if received > LIMIT:
                    raise FetchFailed("file is too big", final=True)
                yield piece
    except TelegramError as error:
        raise FetchFailed(error.message, final=False) from None
    if size is not None and received != size:
        raise FetchFailed(f"{received} of {size} bytes", final=False, answered=True)


async def _locate(api: Api, file_id: str) -> tuple[str, int | None]:
    """Where a file lies, and how many bytes it has where Telegram says so."""
    try:
        found = await api.call("getFile", file_id=file_id)
    except BadRequest as error:
        # "temporarily unavailable" is a BadRequest too, and goes away.
        final = any(words in error.message.lower() for words in _NEVER)
        raise FetchFailed(error.message, final=final, answered=True) from None
    except TelegramError as error:
        raise FetchFailed(error.message, final=False) from None
    if not isinstance(found, dict) or not found.get("file_path"):
        raise FetchFailed("no path", final=False, answered=True)
    return str(found["file_path"]), found.get("file_size")
