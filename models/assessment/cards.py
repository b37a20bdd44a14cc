"""The way to a line's card, offered wherever something is said about the line."""

from models.assessment.tables import Line
from models.messages import Choice


def card_of(line: Line) -> Choice:
    return Choice("line", line.id, code=line.item.code, title=line.item.title)
