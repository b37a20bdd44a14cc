"""The lines that the command line prints for an invitation (design, 9)."""

import asyncio
from collections.abc import Iterator

from bot.desk import Desk
from bot.links import Links

NONE = "-"


class Addresses(Links):
    """Links as the command line knows them: the bot need not run, nor have run before."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.config)
        web, name = desk.config.web, _telegram_name(desk)
        if not self.base and web.port:
            host = "127.0.0.1" if web.host in {"0.0.0.0", "::", ""} else web.host
            self.base = f"http://{host}:{web.port}"
        self.telegram_name = lambda: name


def invitation_lines(links: Links, code: str) -> Iterator[str]:
    yield f"code: {code}"
    yield f"web: {links('start', code) if links.base else NONE}"
    yield f"telegram: {links('telegram', code) or NONE}"


def _telegram_name(desk: Desk) -> str:
    """The bot's name, as Telegram tells it; empty without a token, or when it does not answer."""
    if not desk.config.token:
        return ""
    from bot.telegram import CannotUseToken, identify

    try:
        return asyncio.run(identify(desk.config))
    except CannotUseToken as error:
        desk.say("telegram_name_unknown", err=True, reason=error.reason)
        return ""
