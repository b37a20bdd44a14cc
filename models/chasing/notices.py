"""What the people of a late unit are told, in the transaction of the fact (I4)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import outbox, reminders
from models.campaigns.tables import Campaign
from models.chasing.debts import Debt
from models.chasing.tables import ChaseLetter, Escalation
from models.coordination import UnitStanding
from models.messages import Choice, Enclosure, Part
from models.outbox import Recipient
from models.people.tables import Binding, Role
from models.reach import UNIT_ROLES, Candidate, candidates
from models.text import fold


def holders(session: Session, unit_id: int, roles: Collection[Role]) -> list[Candidate]:
    """Each person once, in the first of these roles that they hold in the unit."""
    found: dict[int, Candidate] = {}
    for each in candidates(session, Binding.unit_id == unit_id, Binding.role.in_(roles)):
        found.setdefault(each.person_id, each)
    return list(found.values())


def tell_urged(
    session: Session, escalation: Escalation, debt: Debt, to: Collection[Candidate]
) -> None:
    values = {"unit": debt.unit.name, "due": debt.due_at, "days": debt.days, "owed": owed(debt)}
    values["owner"] = debt.sheet.campaign.owner.name
    keys = {f"escalation:{escalation.id}:{each.person_id}": each.recipient for each in to}
    offers = [Choice("missing"), Choice("menu")]
    outbox.enqueue_all(session, "unit_urged", values, to=keys, at=escalation.taken_at,
                       choices=offers)  # fmt: skip


def tell_letter(session: Session, letter: ChaseLetter, file_hash: str) -> int:
    """The letter's number and date, and its file, to the people of each unit; how many these
    are."""
    assert letter.recorded_at is not None
    values: dict[str, Any] = {"number": letter.number, "dated_on": letter.dated_on}
    values["owner"] = letter.campaign.owner.name
    values["file"] = Part("letter_file", name=letter.file_name) if file_hash else ""
    enclosure = Enclosure(letter.file_name, sha256=file_hash) if file_hash else None
    told = 0
    for each in letter.units:
        to: dict[str, Recipient] = {
            f"letter:{letter.id}:{person.person_id}": person.recipient
            for person in holders(session, each.unit_id, UNIT_ROLES)
        }
        about = values | {"unit": each.unit.name}
        offers = [Choice("missing"), Choice("menu")]
        outbox.enqueue_all(session, "letter_issued", about, to=to, at=letter.recorded_at,
                           choices=offers, enclosure=enclosure)  # fmt: skip
        told += len(to)
    return told


def nudge_values(
    campaign: Campaign, standing: UnitStanding, closes_at: datetime, now: datetime, note: str
) -> dict[str, Any]:
    """The values of ``unit_nudged``; the preview has the same."""
    owner = campaign.owner.name
    return {
        "unit": standing.unit.name,
        "left": reminders.what_is_left(now, closes_at),
        "closes_at": closes_at,
        "missing": Part("owed.not_scored", not_scored=standing.tally.not_scored),
        "wish": _wish(owner, note),
    }


def _wish(owner: str, note: str) -> Part | str:
    """The coordinator's own words say whose they are, unless they begin with it."""
    if not note:
        return Part("nudge_wish", owner=owner)
    said = fold(note).startswith(fold(owner))
    return note if said else Part("nudge_note", owner=owner, text=note)


def owed(debt: Debt) -> Part:
    """What is missing, in one line."""
    if not (debt.not_scored or debt.not_backed):
        return Part("debt_only_to_send")
    return Part("debt_counts", not_scored=len(debt.not_scored), not_backed=len(debt.not_backed))
