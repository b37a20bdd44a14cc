"""A unit is picked from a list or named in words; shared by conversations that need one."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from handlers.dialogue import Choice
from models import units
from models.refusals import Refusal
from models.units import Unit


def offers(found: Sequence[Unit]) -> list[Choice]:
    return [Choice("in_unit", unit.id, unit=unit.short_name) for unit in found]


def named(session: Session, text: str, reach: Sequence[Unit]) -> list[Unit]:
    """What ``text`` may mean among the units in reach. Raises Refusal if nothing."""
    ids = {unit.id for unit in reach}
    found = [unit for unit in units.named(session, text) if unit.id in ids]
    if not found:
        raise Refusal("unit_not_found", text=text)
    return found
