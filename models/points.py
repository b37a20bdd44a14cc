"""Numbers as officers type them: with a comma or a point, never guessed at (domain.md 13c, 4).

Every function raises a Refusal for what it cannot read or what could be read in two ways.
``kept`` is a message about what stays entered, shown with the refusal.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from models.messages import Part
from models.refusals import Refusal

PLACES = 2
FIGURE_PLACES = 4
MAX_DIGITS = 15

_GROUPED_BY_SPACE = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_TWO_MARKS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})*[.,][0-9]+")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_PLAIN = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


@dataclass(frozen=True)
class Percent:
    """``doubtful``: 0,95 without a sign may have been meant as 95 %."""

    value: Decimal
    doubtful: bool

    @property
    def times_hundred(self) -> Decimal:
        return self.value * 100


def parse_number(text: str, *, kept: Part | None = None) -> Decimal:
    """A number that is not negative, with at most four decimals.

    "1,25" and "1.25" are the same; "12 500" is grouped; "1.234" could be either and "1.234,5"
    has two marks, so both are refused.
    """
    typed = text.replace("\u00a0", " ").strip()
    if _GROUPED_BY_SPACE.fullmatch(typed):
        typed = typed.replace(" ", "")
    elif _THOUSANDS.fullmatch(typed):
        whole = re.sub("[.,]", "", typed)
        raise Refusal("number_ambiguous", text=typed, whole=whole, kept=kept)
    if not _PLAIN.fullmatch(typed):
        name = "number_with_two_marks" if _TWO_MARKS.fullmatch(typed) else "number_unreadable"
        raise Refusal(name, text=text.strip()[:40], kept=kept)
    if sum(sign.isdigit() for sign in typed) > MAX_DIGITS:
        raise Refusal("number_too_long", kept=kept)
    value = Decimal(typed.replace(",", "."))
    if value < 0:
        raise Refusal("number_negative", kept=kept)
    if value != round(value, FIGURE_PLACES):
        raise Refusal("number_too_fine", places=FIGURE_PLACES, kept=kept)
    return value


def parse_count(text: str, *, kept: Part | None = None) -> int:
    """A whole number of cases."""
    value = parse_number(text, kept=kept)
    if value != int(value):
        raise Refusal("number_not_whole", text=text.strip()[:40], kept=kept)
    return int(value)


def parse_points(text: str) -> Decimal:
    """Points, with at most two decimals."""
    value = parse_number(text)
    if value != round(value, PLACES):
        raise Refusal("number_too_fine", places=PLACES, kept=None)
    return value


def parse_percent(text: str) -> Percent:
    """ "95", "95,5" and "95%" are percents; "0,95" too, but doubtful."""
    bare = text.strip()
    signed = bare.endswith("%")
    value = parse_number(bare.removesuffix("%"))
    return Percent(value, doubtful=not signed and 0 < value <= 1)


def as_figure(value: Decimal | int) -> str:
    """A figure as inputs keep it: digits with a point, nothing needless behind it."""
    digits = f"{Decimal(value):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
