"""Numbers and ``name=value`` parts as a catalogue writes them, read strictly.

A catalogue is law in figures: what could be read in two ways is a fault to be reported, never a
guess. Decimals have a point (data of the catalogue's form, "Catalogue columns").
"""

import re
from collections.abc import Iterator
from decimal import Decimal

POINT_PLACES = 2  # Scores are kept to two decimals, so finer points could never be reached.
FIGURE_PLACES = 4


class Fault(Exception):
    """What is wrong with a field: the messages ``what.<name>`` and ``remedy.<name>``."""

    def __init__(self, name: str, /, **values: object) -> None:
        super().__init__(name)
        self.name = name
        self.values = values


def number(text: str, places: int = POINT_PLACES) -> Decimal:
    """A decimal with a point and at most ``places`` decimals; raises ``Fault``."""
    if re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        raise Fault("figure_comma", value=text, instead=text.replace(",", "."))
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]+)?", text):
        raise Fault("figure_unreadable", value=text)
    value = Decimal(text)
    if value != round(value, places):
        raise Fault("figure_too_fine", value=text, places=places)
    return value


def points(text: str, places: int = POINT_PLACES) -> Decimal:
    value = number(text, places)
    if value < 0:
        raise Fault("figure_below_zero", value=text)
    return value


class Parts:
    """The parts of a ``rule_detail`` in their order; names are unique.

    A part is split at its last ``=``, because a name can hold ``>=``.
    """

    def __init__(self, detail: str) -> None:
        self._values: dict[str, str] = {}
        if not detail.strip():
            raise Fault("rule_empty")
        for part in detail.split(";"):
            name, sign, value = (piece.strip() for piece in part.rpartition("="))
            if not (sign and name and value):
                raise Fault("rule_part_without_value", part=part.strip())
            if name in self._values:
                raise Fault("rule_part_twice", part=name)
            self._values[name] = value

    def take(self, name: str) -> str:
        """The value of a part that must be there; each is taken once."""
        if name not in self._values:
            raise Fault("rule_part_missing", part=name)
        return self._values.pop(name)

    def take_one_of(self, name: str, allowed: type) -> str:
        value = self.take(name)
        known = [str(member) for member in allowed.__members__.values()]  # type: ignore[attr-defined]
        if value not in known:
            raise Fault("rule_value_unknown", part=name, value=value, known=known)
        return value

    def rest(self) -> Iterator[tuple[str, str]]:
        """All that has not been taken, in the order in which it was written."""
        yield from self._values.items()
        self._values = {}

    def finish(self) -> None:
        """Raise for a part that nobody has asked for."""
        for name in self._values:
            raise Fault("rule_part_unknown", part=name)
