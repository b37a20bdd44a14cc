"""The coordinator enters on behalf of a unit, marked as such (F40)."""

from models.stand_ins.actions import begin, end, end_all
from models.stand_ins.queries import covering, of_act, of_sheet, standing_of
from models.stand_ins.rules import why_not_begin
from models.stand_ins.tables import StandIn

__all__ = [
    "StandIn",
    "begin",
    "covering",
    "end",
    "end_all",
    "of_act",
    "of_sheet",
    "standing_of",
    "why_not_begin",
]
