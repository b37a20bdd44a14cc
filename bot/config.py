"""The configuration: ``config.toml`` and the environment, one field for each key.

An environment variable ``CCHC_<SECTION>__<KEY>`` goes before the file. An unknown key refuses
the start: a typing error must not silently mean a default.
"""

import tomllib
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

DEFAULT_FILE = Path("config.toml")


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSection(Section):
    url: SecretStr = SecretStr("sqlite:///var/cchc.db")


class StorageSection(Section):
    directory: Path = Path("var/evidence")


class WebSection(Section):
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = ""


class HealthSection(Section):
    host: str = "127.0.0.1"
    port: int = Field(8081, ge=0, le=65535)


class TelegramSection(Section):
    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    api_url: str = "https://api.telegram.org"
    proxy: str = ""
    poll_seconds: int = Field(50, ge=0, le=50)
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")


class LimitsSection(Section):
    turns_a_minute: int = Field(60, ge=0)
    uploads_a_minute: int = Field(30, ge=0)


class ClamdSection(Section):
    address: str = Field("", pattern=r"^$|^unix:/.+$|^[^:/]+:\d{1,5}$")


class AlertsSection(Section):
    url: SecretStr = SecretStr("")
    email: str = ""


class LogSection(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["json", "text"] = "json"


class Config(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="CCHC_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database: DatabaseSection = DatabaseSection()
    storage: StorageSection = StorageSection()
    web: WebSection = WebSection()
    health: HealthSection = HealthSection()
    telegram: TelegramSection = TelegramSection()
    limits: LimitsSection = LimitsSection()
    clamd: ClamdSection = ClamdSection()
    alerts: AlertsSection = AlertsSection()
    log: LogSection = LogSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic hands it in by this name.
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before what the file holds."""
        return (env_settings, init_settings)

    @property
    def token(self) -> str:
        """The bot's token, from its file where one is named."""
        if self.telegram.token_file is not None:
            return self.telegram.token_file.read_text().strip()
        return self.telegram.token.get_secret_value()

    @property
    def secrets(self) -> list[str]:
        """What must never be written to a log or shown."""
        found = [
            self._known_token(),
            self.telegram.token.get_secret_value(),
            self.telegram.webhook_secret.get_secret_value(),
            self.alerts.url.get_secret_value(),
            _password_in(self.database.url.get_secret_value()),
            _password_in(self.telegram.proxy),
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


def load(path: Path | None = None) -> Config:
    """The configuration from ``path``, else from ``config.toml`` here if there is one, with the
    environment over it. Raises BadConfig."""
    if path is not None and not path.exists():
        raise BadConfig([(str(path), "not_found")])
    chosen = path or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    try:
        return Config(**(tomllib.loads(chosen.read_text("utf-8")) if chosen else {}))
    except ValidationError as error:
        problems = [(".".join(map(str, e["loc"])), str(e["type"])) for e in error.errors()]
        raise BadConfig(problems) from None
    except tomllib.TOMLDecodeError as error:
        raise BadConfig([(str(chosen), str(error))]) from None
