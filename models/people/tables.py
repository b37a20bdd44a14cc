"""People, the roles they hold in units, the accounts they write from, and their invitations."""

import enum
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.units import Unit


class Role(enum.StrEnum):
    """``member``: a colleague in the unit who does the lines given to them. ``stand_in``: the
    coordinator, for as long as they enter on behalf of a unit; nobody can be invited into it."""

    FOCAL_OFFICER = "focal_officer"
    DEPUTY = "deputy"
    HEAD = "head"
    REVIEWER = "reviewer"
    COUNCIL_MEMBER = "council_member"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    OBSERVER = "observer"
    MEMBER = "member"
    STAND_IN = "stand_in"


class Language(enum.StrEnum):
    VIETNAMESE = "vi"
    ENGLISH = "en"


class Person(Base):
    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[Language] = mapped_column(default=Language.VIETNAMESE)
    created_at: Mapped[datetime]
    # In every turn its person, their roles and units join the session, each by itself: what is
    # added along with them would be looked for in vain.
    bindings: Mapped[list["Binding"]] = relationship(
        back_populates="person", foreign_keys="Binding.person_id", cascade="merge"
    )


class Binding(Base):
    """A person holds a role in a unit, from its making until it is ended (F1, F2, N24).

    It is never erased: what the person did was done under it.
    """

    __tablename__ = "binding"
    __table_args__ = (
        Index(
            "uq_binding_active",
            "person_id",
            "unit_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[Role]
    since: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[str] = mapped_column(default="")
    person: Mapped[Person] = relationship(back_populates="bindings", foreign_keys=[person_id])
    unit: Mapped[Unit] = relationship(cascade="merge")


class Account(Base):
    """Where a person writes from: an address on a channel. One live owner an address."""

    __tablename__ = "account"
    __table_args__ = (
        Index(
            "uq_account_live",
            "channel",
            "address",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    bound_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    unreachable_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


class Invitation(Base):
    """A single-use code. Only its SHA-256 is kept; the code itself is shown once, when made.

    With ``person_id`` it lets a known person in from one more account (``/dangnhap``) and gives
    no role; otherwise ``unit_id`` and ``role`` say what it grants.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    inviter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    voided_at: Mapped[datetime | None]
    unit: Mapped[Unit | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])


class WrongCode(Base):
    """A code that this account tried and that was of no use: guessing is limited by these."""

    __tablename__ = "wrong_code"
    __table_args__ = (Index("ix_wrong_code_account", "channel", "address", "tried_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    tried_at: Mapped[datetime]


@dataclass(frozen=True)
class By:
    """Who acts, for which unit and in which role, at which instant (UTC).

    ``at`` is when it was done: by it deadlines are judged, and it is what is recorded (I6). It
    may be answered hours later, when the platform is back; ``now`` is then. Words about the
    present, for example how long there is left, go by ``now``, and no right does.
    ``binding`` is None for the command line and for jobs, which act as the system itself.
    """

    at: datetime
    person: Person | None = None
    binding: Binding | None = None
    event_id: int | None = None
    answered_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """Never before ``at``, whose clock may be ahead of ours."""
        return max(self.at, self.answered_at or self.at)

    @property
    def presently(self) -> "By":
        """The same, acting ``now``: what is offered has to be possible when it is."""
        return replace(self, at=self.now)

    @property
    def person_id(self) -> int | None:
        return self.person.id if self.person else None

    @property
    def unit(self) -> Unit | None:
        return self.binding.unit if self.binding else None

    @property
    def unit_id(self) -> int | None:
        return self.binding.unit_id if self.binding else None

    @property
    def role(self) -> Role | None:
        return self.binding.role if self.binding else None
