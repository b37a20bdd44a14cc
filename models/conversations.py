"""What a chat is in the middle of: its conversation, its state, a small memory (I2)."""

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base
from models.people.tables import Binding, Language


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
    language: Mapped[Language] = mapped_column(default=Language.VIETNAMESE)
    binding: Mapped[Binding | None] = relationship()


def chat_at(session: Session, channel: str, address: str) -> Chat:
    """The chat's row, made the first time."""
    query = select(Chat).where(Chat.channel == channel, Chat.address == address)
    chat = session.scalar(query)
    if chat is None:
        chat = Chat(channel=channel, address=address, memory={})
        session.add(chat)
        session.flush()
    return chat
