"""The ways by which an alarm leaves: a post to an address, an e-mail. Plain and blocking: they
work while the event loop does not. Raises what the network raises, and HTTPError."""

import json
import smtplib
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Protocol

from bot.alarms.alarm import Alarm

if TYPE_CHECKING:
    from bot.config import AlertsSection

SECONDS = 10.0
Scrub = Callable[[str], str]


class Courier(Protocol):
    name: str

    def deliver(self, alarm: Alarm) -> None:
        """Returns once it was taken; raises OSError or SMTPException where it was not."""


class Post:
    """Posts the alarm's fields as JSON; taken is an answer of 200 to 299."""

    name = "url"

    def __init__(self, url: str, scrub: Scrub) -> None:
        self._url = url
        self._scrub = scrub

    def deliver(self, alarm: Alarm) -> None:
        body = {key: self._scrub(value) for key, value in alarm.fields().items()}
        request = urllib.request.Request(
            self._url,
            json.dumps(body, ensure_ascii=False).encode(),
            {"Content-Type": "application/json"},
            method="POST",
        )
        opener = urllib.request.build_opener(_NoRedirects)
        with opener.open(request, timeout=SECONDS) as answer:
            answer.read(1024)


class Mail:
    name = "email"

    def __init__(self, settings: "AlertsSection", scrub: Scrub) -> None:
        self._settings = settings
        self._scrub = scrub

    def deliver(self, alarm: Alarm) -> None:
        settings = self._settings
        message = EmailMessage()
        message["From"] = settings.email_from or settings.email
        message["To"] = settings.email
        message["Subject"] = self._scrub(alarm.subject)
        message.set_content(self._scrub(alarm.text))
        with self._connect() as server:
            if settings.smtp_security == "starttls":
                server.starttls()
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.reveal())
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self._settings.smtp_security == "tls" else smtplib.SMTP
        return kind(self._settings.smtp_host, self._settings.smtp_port, timeout=SECONDS)


def couriers_of(settings: "AlertsSection", scrub: Scrub) -> list[Courier]:
    """Those that are configured."""
    found: list[Courier] = []
    if settings.url:
        found.append(Post(settings.url.reveal(), scrub))
    if settings.email:
        found.append(Mail(settings, scrub))
    return found


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A post that is sent on would become a question, and the alarm be lost."""

    def redirect_request(self, *_: Any) -> None:
        return None
