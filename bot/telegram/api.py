"""The Bot API for one bot: python-telegram-bot's methods, and raw calls beside them."""

from typing import Any
from urllib.parse import quote

from telegram import Bot

from bot.telegram.request import AiohttpRequest


class Api:
    """``address`` is the server's, without a slash at the end. Raises what
    ``telegram.error`` and ``bot.telegram.problems`` name."""

    def __init__(self, token: str, address: str, proxy: str = "") -> None:
        address = address.rstrip("/")
        self.request = AiohttpRequest(proxy)
        self.bot = Bot(
            token,
            base_url=f"{address}/bot",
            base_file_url=f"{address}/file/bot",
            request=self.request,
            get_updates_request=self.request,
        )
        self._methods = f"{address}/bot{token}"
        self._files = f"{address}/file/bot{token}"

    async def call(self, method: str, *, seconds: float | None = None, **values: object) -> Any:
        """The result as plain JSON, which may hold anything; ``values`` are plain JSON too."""
        url = f"{self._methods}/{method}"
        return await self.request.call(url, values, seconds)

    def file_url(self, path: str) -> str:
        return f"{self._files}/{quote(path)}"

    async def close(self) -> None:
        await self.request.shutdown()
