"""The next step upward for each late unit, proposed to the coordinator; a tap takes it (N16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import calendar
from models.assessment.tables import Assessment
from models.campaigns.tables import Campaign
from models.chasing import debts, queries, rules
from models.chasing.nudging import last_reminded
from models.chasing.tables import ChaseRung, Escalation
from models.people.tables import Binding, Role
from models.reach import candidates


@dataclass(frozen=True)
class Proposal:
    """``last``: the step before, where a coordinator took one since the end."""

    sheet: Assessment
    rung: ChaseRung
    last: Escalation | None


def proposals(session: Session, campaign: Campaign, now: datetime) -> list[Proposal]:
    """One for each late unit whose last step is at least a working day old, in the order of the
    units; none for who is on the list already."""
    sheets = queries.late_sheets(session, campaign, now)
    ids = [sheet.unit_id for sheet in sheets]
    taken = _taken(session, campaign, ids)
    held = _held(session, ids)
    reminded = last_reminded(session, campaign, ids)
    found = []
    for sheet in sheets:
        due = debts.due_at(session, sheet)
        since = [each for each in taken.get(sheet.unit_id, []) if each.taken_at >= due]
        heard = reminded.get(sheet.unit_id)
        by_itself = heard is not None and heard >= due
        rung = next_rung(since, held.get(sheet.unit_id, set()), now, by_itself=by_itself)
        if rung is not None:
            found.append(Proposal(sheet, rung, since[-1] if since else None))
    return found


def next_rung(
    taken: Sequence[Escalation], held: set[Role], now: datetime, *, by_itself: bool
) -> ChaseRung | None:
    """The lowest rung above those taken since the end on which somebody stands; ``by_itself``:
    the ladder of reminders has told the focal officers since then, which is the first step."""
    order = list(rules.LATE_RUNGS)
    reached = [order.index(each.rung) for each in taken if each.rung in order]
    if by_itself:
        reached.append(order.index(ChaseRung.FOCAL_OFFICER))
    if taken:
        first = calendar.local_day(taken[-1].taken_at) + calendar.DAY
        if not calendar.working_days_between(first, calendar.local_day(now) + calendar.DAY):
            return None
    above = order[max(reached, default=-1) + 1 :]
    return next((rung for rung in above if rules.ROLE_OF.get(rung) in {None, *held}), None)


def _taken(
    session: Session, campaign: Campaign, ids: Sequence[int]
) -> dict[int, list[Escalation]]:
    of_units = (Escalation.campaign_id == campaign.id, Escalation.unit_id.in_(ids))
    found: dict[int, list[Escalation]] = {}
    for each in session.scalars(select(Escalation).where(*of_units).order_by(Escalation.id)):
        found.setdefault(each.unit_id, []).append(each)
    return found


def _held(session: Session, ids: Sequence[int]) -> dict[int, set[Role]]:
    roles = Binding.role.in_(rules.ROLE_OF.values())
    found: dict[int, set[Role]] = {}
    for each in candidates(session, Binding.unit_id.in_(ids), roles):
        found.setdefault(each.unit_id, set()).add(each.role)
    return found
