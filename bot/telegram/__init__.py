"""Telegram: the only package that imports python-telegram-bot."""

import logging

from bot.telegram.channel import TelegramChannel
from bot.telegram.check import CannotUseToken, identify
from bot.telegram.problems import TelegramRefused

__all__ = ["CannotUseToken", "TelegramChannel", "TelegramRefused", "identify"]

# python-telegram-bot writes the address with the token in it, and whole messages, at DEBUG.
logging.getLogger("telegram.Bot").addFilter(lambda record: record.levelno > logging.DEBUG)
