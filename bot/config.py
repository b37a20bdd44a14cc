"""The configuration: ``config.toml`` and the environment, one field for each key.

An environment variable ``CCHC_<SECTION>__<KEY>`` goes before the file. An unknown key refuses
the start: a typing error must not silently mean a default.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from bot import sections
from bot.sections import Secret, between, shaped

DEFAULT_FILE = Path("config.toml")
PREFIX = "CCHC_"
PORTS = 65535
DATABASES = r"(sqlite|postgresql|postgresql\+psycopg)://.+"


@dataclass(frozen=True)
class DatabaseSection:
    url: Secret = shaped(Secret("sqlite:///var/cchc.db"), DATABASES)


@dataclass(frozen=True)
class StorageSection:
    directory: Path = Path("var/evidence")


@dataclass(frozen=True)
class WebSection:
    host: str = "127.0.0.1"
    port: int = between(8080, 0, PORTS)
    public_url: str = shaped("", r"|https?://.+")


@dataclass(frozen=True)
class HealthSection:
    host: str = "127.0.0.1"
    port: int = between(8081, 0, PORTS)


@dataclass(frozen=True)
class TelegramSection:
    token: Secret = Secret()
    token_file: Path | None = None
    api_url: str = shaped("https://api.telegram.org", r"https?://.+")
    proxy: Secret = shaped(Secret(), r"|https?://.+")  # It may hold a password.
    poll_seconds: int = between(50, 0, 50)
    webhook_url: str = shaped("", r"|https?://.+")
    webhook_secret: Secret = Secret()


@dataclass(frozen=True)
class LimitsSection:
    turns_a_minute: int = between(60, 0)
    uploads_a_minute: int = between(30, 0)


@dataclass(frozen=True)
class ClamdSection:
    address: str = shaped("", r"|unix:/.+|[^:/]+:\d{1,5}")


@dataclass(frozen=True)
class AlertsSection:
    url: Secret = shaped(Secret(), r"|https?://.+")  # Whoever knows it can raise alarms.
    email: str = shaped("", r"|[^@\s]+@[^@\s]+")
    email_from: str = shaped("", r"|[^@\s]+@[^@\s]+")
    smtp_host: str = "localhost"
    smtp_port: int = between(25, 1, PORTS)
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_user: str = ""
    smtp_password: Secret = Secret()


@dataclass(frozen=True)
class LogSection:
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["json", "text"] = "json"


@dataclass(frozen=True)
class Config:
    database: DatabaseSection = DatabaseSection()
    storage: StorageSection = StorageSection()
    web: WebSection = WebSection()
    health: HealthSection = HealthSection()
    telegram: TelegramSection = TelegramSection()
    limits: LimitsSection = LimitsSection()
    clamd: ClamdSection = ClamdSection()
    alerts: AlertsSection = AlertsSection()
    log: LogSection = LogSection()

    @property
    def token(self) -> str:
        """The bot's token, from its file where one is named. Raises OSError."""
        if self.telegram.token_file is not None:
            return self.telegram.token_file.read_text("utf-8", "replace").strip()
        return self.telegram.token.reveal()

    @property
    def secrets(self) -> list[str]:
        """What must never be written to a log or shown."""
        found = [
            self._known_token(),
            self.telegram.token.reveal(),
            self.telegram.webhook_secret.reveal(),
            self.alerts.url.reveal(),
            self.alerts.smtp_password.reveal(),
            _password_in(self.database.url.reveal()),
            _password_in(self.telegram.proxy.reveal()),
        ]
        return [secret for secret in found if secret]

    def _known_token(self) -> str:
        try:
            return self.token
        except OSError:
            return ""  # Whoever needs it will say that its file cannot be read.


def _password_in(address: str) -> str:
    """As it stands in the address, where it stands in one."""
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""


class BadConfig(Exception):
    """The configuration cannot be used; ``problems`` are pairs of key and what is wrong."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{key}: {what}" for key, what in problems))
        self.problems = problems


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration from ``path``, else from ``config.toml`` here if there is one, with the
    environment over it. Raises BadConfig."""
    chosen = path or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    tables: dict[str, Any] = _read_file(chosen) if chosen else {}
    for name, section in _in_environment(environment).items():
        if isinstance(tables.setdefault(name, {}), dict):
            tables[name] = tables[name] | section
    known = {field.name: type(field.default) for field in fields(Config)}
    problems = [(name, "unknown_key") for name in tables if name not in known]
    values: dict[str, Any] = {}
    for name, kind in known.items():
        values[name], found = sections.read(kind, tables.get(name, {}))
        problems += [(f"{name}.{key}".rstrip("."), what) for key, what in found]
    if problems:
        raise BadConfig(problems)
    return Config(**values)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        # Windows' editor puts a mark before the first letter.
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise BadConfig([(str(path), "not_found")]) from None
    except OSError:
        raise BadConfig([(str(path), "not_readable")]) from None
    except UnicodeDecodeError:
        raise BadConfig([(str(path), "not_utf8")]) from None
    except tomllib.TOMLDecodeError as error:
        raise BadConfig([(str(path), str(error))]) from None


def _in_environment(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """``CCHC_WEB__PORT`` is the key ``port`` of the section ``web``; variables without the two
    strokes belong to somebody else."""
    found: dict[str, dict[str, str]] = {}
    for name, value in environment.items():
        section, strokes, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and strokes:
            found.setdefault(section, {})[key] = value
    return found
