"""Log lines as JSON (or text), in which a secret is replaced wherever it might stand."""

import logging
import re
import sys
from collections.abc import Iterable

import structlog

# A bot token, whoever wrote it; and an invitation's code.
TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}")
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")
HIDDEN = "[hidden]"
NOISY = ("httpx", "httpcore", "telegram", "aiohttp.access", "apscheduler", "asyncio")


def set_up(level: str, form: str, secrets: Iterable[str]) -> None:
    """Send all log records to standard error, one a line."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = Redacting(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            foreign_pre_chain=shared,
        ),
        secrets,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class Redacting(logging.Formatter):
    """Formats with ``inner``, then takes every secret out of the finished line."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return CODE.sub(HIDDEN, TOKEN.sub(HIDDEN, line))
