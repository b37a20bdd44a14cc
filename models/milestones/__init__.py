"""Acts of who leads a campaign, recorded as done so that reminders of them stop honestly."""

from models.milestones.actions import done, is_done, record, take_back
from models.milestones.rules import Paper, read_paper, why_not_record, why_not_take_back
from models.milestones.tables import Act, Milestone

__all__ = [
    "Act",
    "Milestone",
    "Paper",
    "done",
    "is_done",
    "read_paper",
    "record",
    "take_back",
    "why_not_record",
    "why_not_take_back",
]
