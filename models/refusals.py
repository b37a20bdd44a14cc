"""A rule's "no": the name of a sentence, its values, and what can be done instead."""

from collections.abc import Sequence
from typing import Any

from models.messages import Choice


class Refusal(Exception):
    """Raised or returned by models; the dispatcher shows it as ``refusal.<name>``.

    ``offers`` are the ways out, shown as choices; without any, the screen that the person was
    on offers its own again.
    """

    def __init__(self, name: str, /, offers: Sequence[Choice] = (), **values: Any) -> None:
        super().__init__(name)
        self.name = name
        self.offers = tuple(offers)
        self.values = values

    def __repr__(self) -> str:
        return f"Refusal({self.name!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Refusal):
            return NotImplemented
        return (self.name, self.values) == (other.name, other.values)

    __hash__ = Exception.__hash__
