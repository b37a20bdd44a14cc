"""Lines of a unit's sheet that its focal officer gives to colleagues (F2, R5.3a)."""

from models.allotments.actions import fall_back, give, take_back
from models.allotments.queries import (
    Share,
    colleagues,
    holder_of,
    lines_named,
    share_of,
    shares,
)
from models.allotments.rules import HOLDERS, why_not_give, why_not_give_line, why_not_share
from models.allotments.tables import Allotment

__all__ = [
    "HOLDERS",
    "Allotment",
    "Share",
    "colleagues",
    "fall_back",
    "give",
    "holder_of",
    "lines_named",
    "share_of",
    "shares",
    "take_back",
    "why_not_give",
    "why_not_give_line",
    "why_not_share",
]
