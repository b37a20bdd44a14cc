"""Whether the configured token works, asked once, before anything is started."""

from telegram.error import TelegramError

from bot.config import Config
from bot.telegram.channel import TelegramChannel
from bot.telegram.problems import TelegramRefused


class CannotUseToken(Exception):
    """``reason``: token_refused or telegram_unreachable."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def identify(config: Config) -> str:
    """The bot's user name. Raises CannotUseToken."""
    telegram = config.telegram
    channel = TelegramChannel(
        config.token, api_url=telegram.api_url, proxy=telegram.proxy.reveal()
    )
    try:
        return await channel.identify()
    except TelegramRefused:
        raise CannotUseToken("token_refused") from None
    except TelegramError:
        raise CannotUseToken("telegram_unreachable") from None
    finally:
        await channel.close()
