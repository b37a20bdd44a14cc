"""What a late unit owes, criterion by criterion, and since when (N10).

As plain JSON: ``unit`` (id), ``name``, ``due_at`` (ISO 8601, exclusive), ``days`` late, and
``not_scored`` and ``not_backed``, each a list of ``[code, title]``; ``begun``, whether anything is
scored.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import assessment, calendar, campaigns
from models.assessment.tables import Assessment
from models.campaigns.tables import Step
from models.units import Unit


@dataclass(frozen=True)
class Debt:
    """``days``: how many whole days have begun since the last day of the deadline."""

    sheet: Assessment
    due_at: datetime
    days: int
    not_scored: list[tuple[str, str]]
    not_backed: list[tuple[str, str]]
    begun: bool

    @property
    def unit(self) -> Unit:
        return self.sheet.unit

    def as_json(self) -> dict[str, Any]:
        return {
            "unit": self.unit.id,
            "name": self.unit.name,
            "due_at": self.due_at.isoformat(),
            "days": self.days,
            "not_scored": [list(line) for line in self.not_scored],
            "not_backed": [list(line) for line in self.not_backed],
            "begun": self.begun,
        }


def due_at(session: Session, sheet: Assessment) -> datetime:
    """The announced end for this unit, its extension included (I6)."""
    where = (sheet.campaign, Step.SELF_ASSESSMENT, sheet.unit_id)
    return campaigns.effective_window(session, *where).closes_at


def debt_of(session: Session, sheet: Assessment, now: datetime) -> Debt:
    end = due_at(session, sheet)
    lines = assessment.standings(session, sheet.id)
    return Debt(
        sheet,
        end,
        calendar.days_late(now, end),
        [(line.code, line.title) for line in lines if line.awaits_score],
        [(line.code, line.title) for line in lines if line.scored and not line.backed],
        any(line.scored for line in lines),
    )
