"""What can go wrong between the bot and Telegram, told apart by what it means for a message."""

from telegram.error import NetworkError, TelegramError


class NeverLeft(NetworkError):
    """The request was not sent: no connection, no free one in time, no way through the proxy."""


class Throttled(TelegramError):
    """Refused for ``seconds``; None where Telegram did not say how long (runtime.md 1.7)."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__("Too Many Requests")
        self.seconds = seconds


class TelegramRefused(Exception):
    """Telegram will not have this bot as it is configured; asking again is of no use."""
