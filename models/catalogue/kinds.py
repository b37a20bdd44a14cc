"""The kinds of scoring rules: how the inputs of a line become its points (domain.md 2).

Each kind is a small frozen class with the rule's own labels; ``rules.parse`` makes them. Points
are exact and are rounded once, at the end, to two decimals, half up.

The inputs are plain JSON, figures as text with a point:

=========  ==========================================
yes_no     ``{"answer": true}``
steps      ``{"option": 0}``, counted from 0
checklist  ``{"ticked": [0, 2]}``
tiers      ``{"value": "85"}``, in percent or cases
ratio      ``{"numerator": "47", "denominator": "50"}``
penalty    ``{"cases": [0, 2]}``, one for each kind
manual     ``{"points": "0.25", "reason": "…"}``
survey     ``{"value": "4.2"}``, the mean or the percent
=========  ==========================================

Inputs that do not fit their rule raise ``ValueError``: conversations ask by the rule's labels
and cannot produce them.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from models.catalogue.figures import FIGURE_PLACES, POINT_PLACES, Fault, number

Inputs = Mapping[str, Any]


class NotAssessed(enum.Enum):
    """Instead of points: the line drops out for this unit this year (``if_none=na``)."""

    NOTHING_AROSE = "nothing_arose"


class Measure(enum.StrEnum):
    PERCENT = "percent"
    COUNT = "count"


class IfNone(enum.StrEnum):
    """What holds when the denominator is 0."""

    MAX = "max"
    ZERO = "zero"
    NOT_ASSESSED = "na"


class Formula(enum.StrEnum):
    MEAN_OVER_SCALE = "mean_over_scale"
    SATISFIED_PERCENT = "satisfied_percent"


class RespondentGroup(enum.StrEnum):
    """Who is asked in the survey (domain.md 8)."""

    HDND_TINH = "HDND_TINH"
    HDND_HUYEN = "HDND_HUYEN"
    LD_SO = "LD_SO"
    LD_HUYEN = "LD_HUYEN"
    LD_PHONG = "LD_PHONG"
    CC_XA = "CC_XA"
    NGUOI_DAN = "NGUOI_DAN"
    DOANH_NGHIEP = "DOANH_NGHIEP"


@dataclass(frozen=True)
class Option:
    """A labelled number of points: a step, an item to tick, a deduction for each case."""

    label: str
    points: Decimal


@dataclass(frozen=True)
class Tier:
    at_least: Decimal
    points: Decimal


@dataclass(frozen=True)
class YesNo:
    max_points: Decimal
    yes: Decimal
    no: Decimal

    def score(self, inputs: Inputs) -> Decimal:
        answer = inputs.get("answer")
        if not isinstance(answer, bool):
            raise ValueError(f"not an answer: {answer!r}")
        return self.yes if answer else self.no


@dataclass(frozen=True)
class Steps:
    """``options``: best first, the last gives 0."""

    max_points: Decimal
    options: tuple[Option, ...]

    def score(self, inputs: Inputs) -> Decimal:
        return self.options[_place(inputs.get("option"), len(self.options))].points


@dataclass(frozen=True)
class Checklist:
    max_points: Decimal
    items: tuple[Option, ...]

    def score(self, inputs: Inputs) -> Decimal:
        ticked = {_place(place, len(self.items)) for place in _list(inputs.get("ticked"))}
        return sum((self.items[place].points for place in ticked), Decimal(0))


@dataclass(frozen=True)
class Tiers:
    """``tiers`` from the highest threshold down; ``otherwise`` is what is left below them."""

    max_points: Decimal
    measure: Measure
    tiers: tuple[Tier, ...]
    otherwise: Decimal

    def score(self, inputs: Inputs) -> Decimal:
        value = _figure(inputs.get("value"))
        return next((t.points for t in self.tiers if value >= t.at_least), self.otherwise)


@dataclass(frozen=True)
class Ratio:
    """``floor`` and ``full`` are in percent of numerator over denominator."""

    max_points: Decimal
    numerator: str
    denominator: str
    floor: Decimal
    full: Decimal
    if_none: IfNone

    def score(self, inputs: Inputs) -> Decimal | NotAssessed:
        percent = self.percent(inputs)
        if percent is None:
            return self._score_of_none()
        if percent >= Fraction(self.full):
            return self.max_points
        if percent < Fraction(self.floor):
            return Decimal(0)
        return half_up(Fraction(self.max_points) * percent / Fraction(self.full))

    def percent(self, inputs: Inputs) -> Fraction | None:
        """Numerator over denominator in percent; None where the denominator is 0."""
        numerator = _figure(inputs.get("numerator"))
        denominator = _figure(inputs.get("denominator"))
        return Fraction(numerator) * 100 / Fraction(denominator) if denominator else None

    def _score_of_none(self) -> Decimal | NotAssessed:
        if self.if_none is IfNone.NOT_ASSESSED:
            return NotAssessed.NOTHING_AROSE
        return self.max_points if self.if_none is IfNone.MAX else Decimal(0)


@dataclass(frozen=True)
class Penalty:
    """``deductions`` are below 0, each for one case of its kind."""

    max_points: Decimal
    deductions: tuple[Option, ...]
    least: Decimal

    def score(self, inputs: Inputs) -> Decimal:
        cases = _list(inputs.get("cases"))
        if len(cases) != len(self.deductions):
            raise ValueError(f"not {len(self.deductions)} numbers of cases: {cases!r}")
        taken = sum(
            (d.points * _count(n) for d, n in zip(self.deductions, cases, strict=True)),
            Decimal(0),
        )
        return max(self.max_points + taken, self.least)


@dataclass(frozen=True)
class Manual:
    """A judgement in a range, with its reason."""

    max_points: Decimal
    least: Decimal
    guidance: str

    def score(self, inputs: Inputs) -> Decimal:
        given = _figure(inputs.get("points"))
        if not self.least <= given <= self.max_points or given != round(given, 2):
            raise ValueError(f"not within the range: {given}")
        return given


@dataclass(frozen=True)
class Survey:
    """Computed from respondents' answers, which all count alike; nobody enters it by hand."""

    max_points: Decimal
    groups: tuple[RespondentGroup, ...]
    scale: Decimal
    formula: Formula

    def score(self, inputs: Inputs) -> Decimal:
        value = _figure(inputs.get("value"))
        if value > self.scale:
            raise ValueError(f"above the scale of {self.scale}: {value}")
        return half_up(Fraction(self.max_points) * Fraction(value) / Fraction(self.scale))


Rule = YesNo | Steps | Checklist | Tiers | Ratio | Penalty | Manual | Survey


def half_up(value: Fraction, places: int = POINT_PLACES) -> Decimal:
    """``value``, not below 0, rounded to ``places`` decimals, half up."""
    steps = 10**places
    return Decimal(int(value * steps + Fraction(1, 2))).scaleb(-places)


def _place(value: object, count: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < count:
        raise ValueError(f"not one of {count} places: {value!r}")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"not a number of cases: {value!r}")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"not a list: {value!r}")
    return value


def _figure(value: object) -> Decimal:
    if not isinstance(value, str):
        raise ValueError(f"not a figure: {value!r}")
    try:
        figure = number(value, places=FIGURE_PLACES)
    except Fault as fault:
        raise ValueError(f"not a figure: {value!r}") from fault
    if figure < 0:
        raise ValueError(f"a figure is never negative: {value!r}")
    return figure
