"""Who issued a document: by its symbol, "12/KH-SNV", or by what was typed (F28, N6)."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import units
from models.evidence.captions import KINDS
from models.text import fold
from models.units import Unit


def by_symbol(session: Session, number: str) -> str:
    """The name of the unit whose code stands in the number's symbol; empty for any other body.

    The kind comes before the issuer ("12/KH-SNV"); a letter has no kind ("215/SNV-CCHC").
    """
    symbol = fold(number.rpartition("/")[2])
    marks = [re.sub(r"[^a-z0-9]", "", mark) for mark in re.split("[-–]", symbol)]
    codes = [mark.upper() for mark in marks if mark and mark not in KINDS]
    named = dict(session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes))).all())
    return next((named[code] for code in codes if code in named), "")


def by_name(session: Session, text: str) -> str:
    """The unit's name if ``text`` is nothing but its name, its short name or its code."""
    wanted = fold(text)
    for unit in units.all_units(session) if wanted else ():
        if wanted in (fold(unit.name), fold(unit.short_name), fold(unit.code)):
            return unit.name
    return ""
