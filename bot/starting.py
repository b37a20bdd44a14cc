"""What has to hold before the bot starts, and the Telegram channel as the configuration has it."""

import logging
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from bot.config import Config
from bot.menu import commands_menu
from bot.words import Words
from models import settings
from models.durable import make_folder

if TYPE_CHECKING:
    from bot.telegram import TelegramChannel

logger = logging.getLogger(__name__)

TELEGRAM_BOT = "telegram_bot"
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")


class CannotStart(Exception):
    """``reason`` names the sentence (``cannot_start.<reason>``) that the operator reads."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_storage(directory: Path) -> None:
    """Evidence can be kept, as far as rights go; a disk that is full must not stop the texts.
    Raises CannotStart."""
    try:
        make_folder(directory)
    except OSError as error:
        logger.warning("the evidence folder: %s", error)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise CannotStart("storage_not_writable")


def token(config: Config) -> str:
    """The bot's token; empty where the web chat is to run alone. Raises CannotStart."""
    try:
        found = config.token
    except OSError:
        raise CannotStart("token_not_readable") from None
    if config.telegram.token_file is not None and not found:
        raise CannotStart("token_not_readable")
    if found and not _TOKEN.fullmatch(found):
        raise CannotStart("token_refused")
    return found


def check_bot(session: Session, token: str) -> None:
    """A database belongs to one bot: with another's token its people would be strangers (T18).
    Raises CannotStart."""
    known = settings.get(session, TELEGRAM_BOT)
    if known is not None and known != _bot_id(token):
        raise CannotStart("another_bot")


def remember_bot(session: Session, token: str) -> None:
    """Only once Telegram has accepted the token: a mistyped one must not take the database."""
    check_bot(session, token)
    settings.put(session, TELEGRAM_BOT, _bot_id(token))


def _bot_id(token: str) -> str:
    return token.split(":")[0]


async def telegram(
    config: Config, token: str, words: Words, known: Callable[[], Awaitable[None]]
) -> "TelegramChannel":
    """The channel, which has asked Telegram who it is, if Telegram answers now; ``known`` is
    called whenever it does. Raises CannotStart."""
    # python-telegram-bot is a third of the start-up time; the web chat needs none of it.
    from bot.telegram import TelegramChannel, TelegramRefused

    settings = config.telegram
    if settings.webhook_url and not settings.webhook_secret:
        raise CannotStart("webhook_without_secret")
    channel = TelegramChannel(
        token,
        api_url=settings.api_url,
        proxy=settings.proxy.reveal(),
        poll_seconds=settings.poll_seconds,
        webhook_url=settings.webhook_url,
        webhook_secret=settings.webhook_secret.reveal(),
        commands=commands_menu(words),
        known=known,
    )
    try:
        await channel.identify()
    except (TelegramRefused, CannotStart) as error:
        await channel.close()
        raise error if isinstance(error, CannotStart) else CannotStart("token_refused") from None
    except Exception as error:
        # Telegram may be away for hours; the channel goes on asking while the web works.
        logger.warning("Telegram could not be reached at the start: %s", type(error).__name__)
    return channel
