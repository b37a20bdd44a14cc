"""Laws of the scoring rules, for any rule that a catalogue may hold and any inputs (domain.md 2).

The points expected are computed here from the rule's text, in fractions and by counting whole
cents; nothing of the product takes part in that.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import rules
from models.catalogue.kinds import NotAssessed, half_up
from models.catalogue.tables import RuleKind

Case = tuple[str, str, str, dict[str, Any]]  # Kind, detail, maximum, inputs.

cents = st.integers(1, 2000)  # Points in hundredths.
amounts = st.integers(0, 10**7)  # Figures in ten-thousandths.


def points(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"


def figure(ten_thousandths: int) -> str:
    return f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04}"


def rising(minimum: int = 2, least: int = 0, most: int = 2000) -> st.SearchStrategy[list[int]]:
    numbers = st.integers(least, most)
    return st.lists(numbers, min_size=minimum, max_size=6, unique=True).map(sorted)


@st.composite
def yes_no(draw: st.DrawFn) -> Case:
    yes, no = draw(st.tuples(cents, st.integers(0, 2000)).filter(lambda pair: pair[0] != pair[1]))
    detail = f"yes={points(yes)}; no={points(no)}"
    return "yes_no", detail, points(max(yes, no)), {"answer": draw(st.booleans())}


@st.composite
def steps(draw: st.DrawFn) -> Case:
    given_points = [0, *draw(rising(minimum=1, least=1))][::-1]
    detail = "; ".join(f"mức {n}={points(value)}" for n, value in enumerate(given_points))
    option = draw(st.integers(0, len(given_points) - 1))
    return "steps", detail, points(given_points[0]), {"option": option}


@st.composite
def checklist(draw: st.DrawFn) -> Case:
    items = draw(st.lists(cents, min_size=1, max_size=7))
    detail = "; ".join(f"nội dung {n}={points(value)}" for n, value in enumerate(items))
    ticked = draw(st.lists(st.integers(0, len(items) - 1)))
    return "checklist", detail, points(sum(items)), {"ticked": ticked}


@st.composite
def tiers(draw: st.DrawFn) -> Case:
    given_points = draw(rising())[::-1]
    size = len(given_points) - 1
    limits = draw(st.lists(amounts, min_size=size, max_size=size, unique=True))
    limits.sort(reverse=True)
    measure = draw(st.sampled_from(["percent", "count"]))
    parts = [
        f"{measure}>={figure(at)}={points(value)}"
        for at, value in zip(limits, given_points, strict=False)
    ]
    value = draw(st.one_of(amounts, st.sampled_from(limits)))
    detail = "; ".join([*parts, f"else={points(given_points[-1])}"])
    return "tiers", detail, points(given_points[0]), {"value": figure(value)}


@st.composite
def ratio(draw: st.DrawFn) -> Case:
    floor, full = sorted(draw(st.tuples(amounts, st.integers(1, 10**7))))
    full = max(full, 1)
    held = draw(st.sampled_from(["max", "zero", "na"]))
    detail = f"numerator=đạt; denominator=tổng; floor={figure(floor)}; full={figure(full)}"
    inputs = {"numerator": figure(draw(amounts)), "denominator": figure(draw(amounts))}
    return "ratio", f"{detail}; if_none={held}", points(draw(cents)), inputs


@st.composite
def penalty(draw: st.DrawFn) -> Case:
    most = draw(cents)
    least = draw(st.integers(0, most - 1))
    taken = draw(st.lists(cents, min_size=1, max_size=4))
    parts = [f"loại {n}=-{points(value)}" for n, value in enumerate(taken)]
    detail = "; ".join([f"start={points(most)}", *parts, f"min={points(least)}"])
    cases = [draw(st.integers(0, 400)) for _ in taken]
    return "penalty", detail, points(most), {"cases": cases}


@st.composite
def manual(draw: st.DrawFn) -> Case:
    least, most = draw(rising().map(lambda both: (both[0], both[-1])))
    given_points = draw(st.integers(least, most))
    inputs = {"points": points(given_points), "reason": "theo biên bản"}
    detail = f"range={points(least)}..{points(most)}; guidance=theo chất lượng"
    return "manual", detail, points(most), inputs


@st.composite
def survey(draw: st.DrawFn) -> Case:
    satisfied = draw(st.booleans())
    scale = 100 * 10_000 if satisfied else draw(st.integers(1, 10**6))
    formula = "satisfied_percent" if satisfied else "mean_over_scale"
    detail = f"groups=NGUOI_DAN; scale={figure(scale)}; formula={formula}"
    inputs = {"value": figure(draw(st.integers(0, scale)))}
    return "survey", detail, points(draw(cents)), inputs


KINDS = {
    "yes_no": yes_no(),
    "steps": steps(),
    "checklist": checklist(),
    "tiers": tiers(),
    "ratio": ratio(),
    "penalty": penalty(),
    "manual": manual(),
    "survey": survey(),
}


def nearest_cent(value: Fraction) -> int:
    """Hundredths, a half up, by counting in whole numbers."""
    halves = value * 200
    return (halves.numerator // halves.denominator + 1) // 2


def parts_of(detail: str) -> list[tuple[str, str]]:
    found = [part.rpartition("=") for part in detail.split("; ")]
    return [(name, value) for name, _, value in found]


def by_hand(case: Case) -> int | None:
    """The points in cents as the README of the catalogues says; None: not assessed."""
    kind, detail, most, inputs = case
    parts, values = parts_of(detail), dict(parts_of(detail))
    exact = Fraction(0)
    match kind:
        case "yes_no":
            exact = Fraction(values["yes" if inputs["answer"] else "no"])
        case "steps":
            exact = Fraction(parts[inputs["option"]][1])
        case "checklist":
            exact = sum((Fraction(parts[n][1]) for n in set(inputs["ticked"])), Fraction(0))
        case "tiers":
            value = Fraction(inputs["value"])
            reached = [
                (limit, points_of)
                for name, points_of in parts
                if (limit := name.partition(">=")[2]) and value >= Fraction(limit)
            ]
            best = max(reached, key=lambda tier: Fraction(tier[0]), default=("", values["else"]))
            exact = Fraction(best[1])
        case "ratio":
            return ratio_by_hand(values, Fraction(most), inputs)
        case "penalty":
            deductions = [value for name, value in parts if re.match("loại", name)]
            lost = sum(
                (Fraction(d) * n for d, n in zip(deductions, inputs["cases"], strict=True)),
                Fraction(0),
            )
            exact = max(Fraction(values["start"]) + lost, Fraction(values["min"]))
        case "manual":
            exact = Fraction(inputs["points"])
        case "survey":
            exact = Fraction(most) * Fraction(inputs["value"]) / Fraction(values["scale"])
    return nearest_cent(exact)


def ratio_by_hand(values: dict[str, str], most: Fraction, inputs: dict[str, Any]) -> int | None:
    above, below = Fraction(inputs["numerator"]), Fraction(inputs["denominator"])
    if not below:
        return {"max": nearest_cent(most), "zero": 0, "na": None}[values["if_none"]]
    percent = 100 * above / below
    if percent >= Fraction(values["full"]):
        return nearest_cent(most)
    if percent < Fraction(values["floor"]):
        return 0
    return nearest_cent(most * percent / Fraction(values["full"]))


def scored(case: Case) -> int | None:
    """In cents, by the product; a part of a cent would be a failure."""
    kind, detail, most, inputs = case
    given_points = rules.parse(RuleKind(kind), detail, Decimal(most)).score(inputs)
    if isinstance(given_points, NotAssessed):
        return None
    hundredths = Fraction(given_points) * 100
    assert hundredths.denominator == 1
    return int(hundredths)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_rule_gives_what_a_calculation_in_fractions_gives(
    kind: str, data: st.DataObject
) -> None:
    """Exact to the cent, between nothing and the maximum."""
    case = data.draw(KINDS[kind])
    found = scored(case)
    assert found == by_hand(case)
    assert found is None or 0 <= found <= Fraction(case[2]) * 100


@given(st.one_of(tiers(), ratio(), survey()), amounts)
def test_a_better_figure_never_gives_less(case: Case, more: int) -> None:
    kind, detail, most, inputs = case
    name = "numerator" if kind == "ratio" else "value"
    raised = Fraction(inputs[name]) + Fraction(more, 10_000)
    if kind == "survey":
        raised = min(raised, Fraction(dict(parts_of(detail))["scale"]))
    better = inputs | {name: figure(int(raised * 10_000))}
    before, after = scored(case), scored((kind, detail, most, better))
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before


@given(st.one_of(checklist(), penalty()), st.data())
def test_one_more_item_never_takes_and_one_more_case_never_gives(
    case: Case, data: st.DataObject
) -> None:
    kind, detail, most, inputs = case
    if kind == "checklist":
        place = data.draw(st.integers(0, len(parts_of(detail)) - 1))
        changed = {"ticked": [*inputs["ticked"], place]}
        assert scored((kind, detail, most, changed)) >= scored(case)  # type: ignore[operator]
        return
    place = data.draw(st.integers(0, len(inputs["cases"]) - 1))
    cases = [n + (at == place) for at, n in enumerate(inputs["cases"])]
    assert scored((kind, detail, most, {"cases": cases})) <= scored(case)  # type: ignore[operator]


@given(st.fractions(0, 10**6), st.integers(0, 4))
def test_rounding_is_to_the_nearest_and_a_half_goes_up(value: Fraction, places: int) -> None:
    rounded = Fraction(half_up(value, places))
    step = Fraction(1, 10**places)
    assert (rounded / step).denominator == 1
    assert rounded - value <= step / 2
    assert value - rounded < step / 2
