"""The morning's message on working days: to a reviewer what waits, to a coordinator where all
stands, what has changed and what is theirs (N19, C20). Told once, and not after the morning."""

from models.briefs.queries import BEGINS, Brief, due, end_of_morning, is_morning

__all__ = ["BEGINS", "Brief", "due", "end_of_morning", "is_morning"]
