"""What a chat is in the middle of: its conversation, its state, a small memory (I2)."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people.tables import Binding


class Chat(Base):
    """A chat on a channel. ``prompt_id`` is the message whose choices are on the screen.

    ``binding_id`` is the role in which the person acts here, where there are several.
    """

    __tablename__ = "chat"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    conversation: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    prompt_id: Mapped[int | None]
    binding_id: Mapped[int | None] = mapped_column(ForeignKey("binding.id"))
    binding: Mapped[Binding | None] = relationship()


@dataclass
class Where:
    """Where a chat stands, for the length of a turn, which changes it; the fields are those of
    ``Chat``."""

    conversation: str = ""
    state: str = ""
    memory: dict[str, Any] = field(default_factory=dict)
    prompt_id: int | None = None
    binding_id: int | None = None
