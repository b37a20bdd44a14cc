"""Log lines as JSON (or text), in which a secret is replaced wherever it might stand."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

# A bot token, whoever wrote it; and an invitation's code.
TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}")
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")
HIDDEN = "[hidden]"
NOISY = (
    "aiohttp.access",
    "alembic.runtime.plugins",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpx",
    "telegram",
)

_TEXT = "%(asctime)s %(levelname)-8s %(message)s [%(name)s]"


def set_up(level: str, form: str, secrets: Iterable[str]) -> None:
    """Send all log records to standard error, one a line."""
    inner = JsonLines() if form == "json" else logging.Formatter(_TEXT)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(inner, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class JsonLines(logging.Formatter):
    """One object for each record: what happened, how grave, who says so, when (UTC)."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, ensure_ascii=False)


class Scrub:
    """Takes every secret out of a text, as it stands or as JSON writes it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if secret}
        known |= {json.dumps(secret, ensure_ascii=False)[1:-1] for secret in known}
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return CODE.sub(HIDDEN, TOKEN.sub(HIDDEN, text))


class Redacting(logging.Formatter):
    """Formats with ``inner``, then takes every secret out of the finished line."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._scrub = Scrub(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return self._scrub(self._inner.format(record))
