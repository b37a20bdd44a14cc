"""The morning's message on working days: to a reviewer what waits, to a coordinator where all
stands, what has changed and what is theirs (N19, C20). Told once, and not after the morning."""

from models.briefs.hours import BEGINS, end_of_morning, is_morning
from models.briefs.queries import Brief, due

__all__ = ["BEGINS", "Brief", "due", "end_of_morning", "is_morning"]
