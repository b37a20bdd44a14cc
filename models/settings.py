"""Small facts that must outlive the process: the bot's identity, the demo's clock, a hold."""

from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

SENDING_HOLD = "sending_hold"  # While there is such a row nothing is sent; see models.holds.
LAST_BACKUP = "last_backup"  # When the newest backup was made, in ISO 8601.


class Setting(Base):
    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def get(session: Session, key: str) -> str | None:
    setting = session.get(Setting, key)
    return None if setting is None else setting.value


def put(session: Session, key: str, value: str) -> None:
    session.merge(Setting(key=key, value=value))
