"""Conducting a campaign: its owner makes it, issues its plan, moves, extends, reminds."""

from models.conduct.campaign import choose_sign_off, create, issue_plan, reopen
from models.conduct.ladders import follow_calendar, set_ladder, set_manners, why_not_ladder
from models.conduct.notices import people_told
from models.conduct.windows import (
    check_ends,
    ends,
    extend,
    extend_units,
    move,
    planned,
    why_not_extend,
    why_not_move,
)

__all__ = [
    "check_ends",
    "choose_sign_off",
    "create",
    "ends",
    "extend",
    "extend_units",
    "follow_calendar",
    "issue_plan",
    "move",
    "people_told",
    "planned",
    "reopen",
    "set_ladder",
    "set_manners",
    "why_not_extend",
    "why_not_ladder",
    "why_not_move",
]
