"""HTTP for python-telegram-bot over aiohttp, which stays fast with many requests in flight.

An error's own text may hold the address, and with it the token: none is passed on.
"""

import functools
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, cast

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.telegram.problems import NeverLeft, TelegramRefused, Throttled
from models import json_text

CONNECTIONS = 64
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
NO_CONNECTION = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
)
JSON = {"Content-Type": "application/json"}
DEFAULT = BaseRequest.DEFAULT_NONE


class AiohttpRequest(BaseRequest):
    """One pool of connections for everything; opened by the first request.

    Raises TelegramRefused for a ``proxy`` of another kind than HTTP.
    """

    def __init__(self, proxy: str = "") -> None:
        if proxy and not proxy.startswith(("http://", "https://")):
            raise TelegramRefused("telegram.proxy is not the address of an HTTP proxy")
        self._proxy = proxy or None
        self._session: aiohttp.ClientSession | None = None
        # By how many seconds our clock is ahead of the server's, by its newest answer.
        self.skew: float | None = None

    @property
    def read_timeout(self) -> float:
        return READ_SECONDS

    async def initialize(self) -> None:
        """Nothing: the first request opens the pool."""

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = DEFAULT,
        write_timeout: ODVInput[float] = DEFAULT,
        connect_timeout: ODVInput[float] = DEFAULT,
        pool_timeout: ODVInput[float] = DEFAULT,
    ) -> tuple[int, bytes]:
        """The answer's status and body. Raises NeverLeft, Throttled, and NetworkError or
        TimedOut where nobody can tell whether the request was carried out."""
        seconds = DefaultValue.get_value(read_timeout) or READ_SECONDS
        async with self.open(url, method, request_data, seconds) as response:
            status, body = response.status, await response.read()
            self.skew = _skew(response.headers.get("Date", ""))
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Throttled(_retry_after(body))
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise BadRequest(HTTPStatus(status).phrase)
        return status, body

    async def call(self, url: str, values: Mapping[str, Any], seconds: float | None = None) -> Any:
        """Post plain JSON as it stands; the answer's ``result``. Raises as ``do_request``, and
        what python-telegram-bot makes of a refusal.

        The Bot API takes JSON like a form, which would write a Vietnamese sign as nine.
        """
        body = json_text.write_bytes(values)
        # ``post`` hands it on to ``do_request`` untouched; RequestData itself cannot hold it.
        return await self.post(url, cast(RequestData, body), read_timeout=seconds)

    @asynccontextmanager
    async def open(
        self,
        url: str,
        method: str = "GET",
        data: RequestData | bytes | None = None,
        seconds: float = READ_SECONDS,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, to be read by the caller; ``seconds`` is the longest silence."""
        try:
            async with self._pool().request(
                method,
                url,
                data=_form(data),
                headers=JSON if isinstance(data, bytes) else None,
                timeout=_patience(seconds),
                proxy=self._proxy,
                allow_redirects=False,
            ) as response:
                yield response
        except NO_CONNECTION as error:
            raise NeverLeft(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = json_text.read(payload.decode("utf-8", "replace"))
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("The answer is not from the Bot API")
        return answer

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=jar)
        return self._session


def _form(data: RequestData | bytes | None) -> bytes | dict[str, str] | aiohttp.FormData | None:
    if data is None or isinstance(data, bytes):
        return data
    if not data.contains_files:
        return data.json_parameters
    # Telegram shows a file's name as it stands in the form: not percent-encoded.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form


@functools.lru_cache(maxsize=16)
def _patience(silence: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=silence
    )


def _skew(date: str) -> float | None:
    try:
        # The server leaves out what is less than a second.
        return time.time() - _read_date(date) - 0.5
    except ValueError:
        return None


@functools.lru_cache(maxsize=1)  # Many answers come within one second.
def _read_date(date: str) -> float:
    return parsedate_to_datetime(date).timestamp()


def _retry_after(body: bytes) -> float | None:
    try:
        return float(AiohttpRequest.parse_json_payload(body)["parameters"]["retry_after"])
    except (TelegramError, KeyError, TypeError, ValueError):
        return None
