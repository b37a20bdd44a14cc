"""How late a unit hands in, and which step of the timeliness line that is (domain.md 13c 7)."""

import re
from datetime import timedelta

from models.catalogue.kinds import Steps
from models.text import fold

_DAYS = re.compile(r"(\d+)\s*(?:ngay|days?)\b")


def option_for(rule: Steps, late_by: timedelta | None) -> int:
    """The place of the step: the first in time (None), then the first that names enough days,
    else the last. "Up to 3 days late" ends 72 hours after the announced end, exclusive (I6)."""
    if late_by is None:
        return 0
    for place, option in enumerate(rule.options[1:-1], start=1):
        named = _DAYS.search(fold(option.label))
        if named and late_by < timedelta(days=int(named[1])):
            return place
    return len(rule.options) - 1
