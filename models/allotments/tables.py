"""Which colleague a line was given to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment.tables import Line
from models.base import Base
from models.people.tables import Binding, Person


class Allotment(Base):
    """A line was given to a colleague in one role, until it is ended; one at a time holds.

    It holds only as long as the role does: whose role has ended has no lines, whether or not
    somebody has ended the row as well.
    """

    __tablename__ = "allotment"
    __table_args__ = (
        Index(
            "uq_allotment_open",
            "line_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    binding_id: Mapped[int] = mapped_column(ForeignKey("binding.id"), index=True)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    line: Mapped[Line] = relationship()
    binding: Mapped[Binding] = relationship()
    given_by: Mapped[Person] = relationship(foreign_keys=[given_by_id])
