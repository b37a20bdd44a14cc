"""The conversation that every bot has here: a text is asked for and becomes a row."""

from datetime import UTC, datetime

from sqlalchemy import Engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "benchmark_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped[str]
    text: Mapped[str]
    written_at: Mapped[datetime]


def note(author: str, text: str) -> Note:
    return Note(author=author, text=text, written_at=datetime.now(UTC).replace(tzinfo=None))


def make_durable(engine: Engine) -> None:
    """A commit is on the disk, as it is in the bot that is compared."""

    @event.listens_for(engine, "connect")
    def prepare(connection, _) -> None:  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
