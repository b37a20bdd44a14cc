"""Who entered on behalf of which unit, and why."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment.tables import Assessment
from models.base import Base
from models.people.tables import Binding


class StandIn(Base):
    """A coordinator enters on a unit's sheet in a role of its own there, ``binding`` (F40).

    The role says who and for how long: whatever that person did on the sheet meanwhile was done
    on the unit's behalf, for ``reason``.
    """

    __tablename__ = "stand_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    binding_id: Mapped[int] = mapped_column(ForeignKey("binding.id"), unique=True)
    reason: Mapped[str]
    assessment: Mapped[Assessment] = relationship()
    binding: Mapped[Binding] = relationship()
