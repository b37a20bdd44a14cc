"""Addresses that messages lead to: of the web page, and of the bot's chat on a platform."""

from collections.abc import Callable

from bot.config import Config

PATHS = {"start": "/start/{code}", "upload": "/tai-len/{code}"}


class Links:
    """``base`` is the web page's address as officers reach it; ``telegram_name`` the bot's,
    once Telegram has told it."""

    def __init__(self, config: Config) -> None:
        self.base = config.web.public_url
        self.telegram_name: Callable[[], str] = lambda: ""

    def __call__(self, kind: str, code: str) -> str:
        """The address for a one-time code; empty where there is no such way."""
        if kind == "telegram":
            name = self.telegram_name()
            return f"https://t.me/{name}?start={code}" if name else ""
        return self.base.rstrip("/") + PATHS[kind].format(code=code)
