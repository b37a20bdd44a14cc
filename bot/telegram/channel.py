"""Telegram, seen from the bot: where events come in, and what became of a message sent."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from telegram import BotCommand
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channel import (
    Abilities,
    Delivery,
    Inbox,
    Incoming,
    Letter,
    Limits,
    Press,
    Pulse,
    Signal,
)
from bot.telegram import files
from bot.telegram.api import Api
from bot.telegram.polling import Patience, Poller
from bot.telegram.problems import TelegramRefused
from bot.telegram.reading import KINDS, read
from bot.telegram.sending import Sender
from bot.telegram.webhook import Webhook
from bot.telegram.writing import TEXT_LIMIT

logger = logging.getLogger(__name__)

API_URL = "https://api.telegram.org"
STILL_THERE_SECONDS = 10.0  # An outage between two looks is not seen.
BEHIND_SECONDS = 1.0

Commands = Mapping[str, Sequence[tuple[str, str]]]


class TelegramChannel:
    """One bot. ``commands``: by language code (empty: everybody else's), name and description.

    Without a ``webhook_url`` it polls; with one, ``routes`` belong into the web server that is
    reached there. ``username`` is empty until Telegram was reached.
    """

    name = "telegram"
    abilities = Abilities(text_limit=TEXT_LIMIT, file_limit=files.LIMIT, keeps_messages=True)
    limits: Limits | None = Limits()

    def __init__(
        self,
        token: str,
        *,
        api_url: str = API_URL,
        proxy: str = "",
        poll_seconds: int = 50,
        webhook_url: str = "",
        webhook_secret: str = "",
        commands: Commands | None = None,
        patience: Patience | None = None,
        known: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``known`` is called each time that Telegram has accepted the token."""
        self.pulse = Pulse()
        self.bot_id = 0
        self.username = ""
        self._api = Api(token, api_url, proxy)
        self._sender = Sender(self._api)
        self._poll_seconds = poll_seconds
        self._patience = patience or Patience()
        self._commands = commands or {}
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret
        self._webhook = (
            Webhook(webhook_secret, self._acknowledge_soon, self.pulse) if webhook_url else None
        )
        self._known = known
        self._errands: set[asyncio.Task[None]] = set()

    def read(self, body: dict[str, Any]) -> Signal | None:
        """What the person did. Raises KeyError, TypeError or AttributeError where an update
        is not of the form that Telegram gives them."""
        return read(body)

    def fetch(self, file: Incoming) -> AsyncIterator[bytes]:
        return files.fetch(self._api, file)

    def routes(self) -> list[web.RouteDef]:
        """Where Telegram posts updates; none while polling."""
        if self._webhook is None:
            return []
        return [web.post(urlsplit(self._webhook_url).path or "/", self._webhook.handle)]

    async def identify(self) -> str:
        """The bot's user name. Raises TelegramRefused for a wrong token, TelegramError where
        Telegram cannot be reached now."""
        try:
            me = await self._api.bot.get_me()
        except InvalidToken:
            raise TelegramRefused(
                "telegram.token is not accepted, or telegram.api_url is no Bot API server"
            ) from None
        if self._known is not None:
            await self._known()
        self.bot_id, self.username = me.id, me.username or ""
        self.pulse.last_good, self.pulse.last_error = time.monotonic(), ""
        self.pulse.skew = self._api.request.skew
        return self.username

    async def run(self, inbox: Inbox) -> None:
        """Take events in until cancelled. Raises TelegramRefused for a wrong token."""
        try:
            await self._until_reached(self.identify, "getMe")
            await self._offer_commands()
            if self._webhook is None:
                await self._poll(inbox)
            else:
                await self._listen(self._webhook, inbox)
        finally:
            for errand in self._errands:
                errand.cancel()

    async def close(self) -> None:
        """Let go of the connections; ``deliver`` opens them again."""
        await self._api.close()

    async def acknowledge(self, press: Press) -> None:
        if not press.query_id:
            return
        try:
            await self._api.bot.answer_callback_query(press.query_id)
        except TelegramError as error:
            logger.info("a press was not acknowledged: %s", error.message)

    def _acknowledge_soon(self, query_id: str) -> None:
        task = asyncio.create_task(self.acknowledge(Press("", query_id)))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _poll(self, inbox: Inbox) -> None:
        await self._until_reached(self._api.bot.delete_webhook, "deleteWebhook")
        poller = Poller(
            self._api,
            self.bot_id,
            inbox,
            self._acknowledge_soon,
            self.pulse,
            seconds=self._poll_seconds,
            patience=self._patience,
        )
        await poller.run()

    async def _listen(self, webhook: Webhook, inbox: Inbox) -> None:
        webhook.open(self.bot_id, inbox)
        try:
            await self._until_reached(self._set_webhook, "setWebhook")
            while True:
                await self._until_reached(lambda: self._look_behind(webhook), "getWebhookInfo")
                await asyncio.sleep(BEHIND_SECONDS if webhook.is_behind else STILL_THERE_SECONDS)
        finally:
            webhook.close()

    async def _look_behind(self, webhook: Webhook) -> None:
        """Nobody may write for days: this tells a quiet day from a lost connection, either way."""
        info = await self._api.bot.get_webhook_info()
        self.pulse.skew = self._api.request.skew
        if info.url != self._webhook_url:
            await self._set_webhook()
        if info.pending_update_count:
            webhook.falls_behind()
            self.pulse.last_error = info.last_error_message or "updates wait to be posted"
            return
        try:
            await webhook.catches_up()
        except Exception as error:  # The database is away; so is then whatever is posted.
            self.pulse.last_error = f"could not be noted as heard: {type(error).__name__}"
        else:
            self.pulse.last_good, self.pulse.last_error = time.monotonic(), ""

    async def _set_webhook(self) -> None:
        await self._api.bot.set_webhook(
            self._webhook_url, secret_token=self._webhook_secret, allowed_updates=KINDS
        )

    async def _until_reached(self, call: Callable[[], Awaitable[object]], what: str) -> None:
        failures = 0
        while True:
            try:
                await call()
            except (BadRequest, InvalidToken) as error:
                raise TelegramRefused(f"{what}: {error.message}") from None
            except TelegramError as error:
                failures += 1
                self.pulse.last_error = error.message
                logger.warning("%s failed %d times: %s", what, failures, error.message)
                await asyncio.sleep(self._patience.after(failures, self._patience.first))
            else:
                return

    async def _offer_commands(self) -> None:
        for language, commands in self._commands.items():
            menu = [BotCommand(name, description) for name, description in commands]
            try:
                await self._api.bot.set_my_commands(menu, language_code=language or None)
            except TelegramError as error:
                logger.warning("the menu of commands was not set: %s", error.message)

    # Out

    async def deliver(self, letter: Letter) -> Delivery:
        delivery = await self._sender.deliver(letter)
        if delivery.everyone:
            self.pulse.throttled += 1
        return delivery
