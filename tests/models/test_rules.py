"""Scoring rules: exact, within their bounds, and as the catalogues' README says (domain.md 2)."""

import csv
from decimal import Decimal as D
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import rules
from models.catalogue.figures import Fault
from models.catalogue.kinds import Inputs, NotAssessed, Rule
from models.catalogue.tables import RuleKind

DATA = Path(__file__).parents[2] / "bot" / "demo" / "data"


def sample_rows() -> list[tuple[str, str, str, str]]:
    """(catalogue and code, kind, detail, maximum) of each scored row of both samples."""
    found = []
    for name in ("departments", "districts"):
        with (DATA / f"criteria_{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["scoring_rule"]:
                    place = f"{name} {row['code']}"
                    kind, detail = row["scoring_rule"], row["rule_detail"]
                    found.append((place, kind, detail, row["max_points"]))
    return found


SAMPLES = sample_rows()
RATIOS = [row for row in SAMPLES if row[1] == "ratio"]
TIERS = [row for row in SAMPLES if row[1] == "tiers"]

counts = st.integers(0, 10**12)
figures = st.decimals(0, 10**6, places=2, allow_nan=False).map(lambda d: f"{d:f}")


def parse(kind: str, detail: str, max_points: str) -> Rule:
    return rules.parse(RuleKind(kind), detail, D(max_points))


def best_inputs(rule: Rule) -> Inputs:
    match rule:
        case rules.YesNo():
            return {"answer": rule.yes >= rule.no}
        case rules.Steps():
            return {"option": 0}
        case rules.Checklist():
            return {"ticked": list(range(len(rule.items)))}
        case rules.Tiers():
            return {"value": str(rule.tiers[0].at_least)}
        case rules.Ratio():
            return {"numerator": "50", "denominator": "50"}
        case rules.Penalty():
            return {"cases": [0] * len(rule.deductions)}
        case rules.Manual():
            return {"points": str(rule.max_points), "reason": "phiếu kiểm tra"}
        case rules.Survey():
            return {"value": str(rule.scale)}


@st.composite
def answered(draw: st.DrawFn) -> tuple[Rule, Inputs]:
    """Any rule of the samples with any inputs that it may be given."""
    _, *row = draw(st.sampled_from(SAMPLES))
    rule = parse(*row)
    match rule:
        case rules.YesNo():
            return rule, {"answer": draw(st.booleans())}
        case rules.Steps():
            return rule, {"option": draw(st.integers(0, len(rule.options) - 1))}
        case rules.Checklist():
            places = st.integers(0, len(rule.items) - 1)
            return rule, {"ticked": draw(st.lists(places))}
        case rules.Tiers():
            return rule, {"value": draw(figures)}
        case rules.Ratio():
            top, bottom = str(draw(counts)), str(draw(counts))
            return rule, {"numerator": top, "denominator": bottom}
        case rules.Penalty():
            size = len(rule.deductions)
            cases = st.lists(st.integers(0, 10**6), min_size=size, max_size=size)
            return rule, {"cases": draw(cases)}
        case rules.Manual():
            given_points = draw(st.decimals(rule.least, rule.max_points, places=2))
            return rule, {"points": f"{given_points:f}", "reason": "x"}
        case rules.Survey():
            mean = draw(st.decimals(0, rule.scale, places=2))
            return rule, {"value": f"{mean:f}"}


def test_every_rule_of_both_samples_parses_and_its_best_is_max_points() -> None:
    results = {row[0]: parse(*row[1:]).score(best_inputs(parse(*row[1:]))) for row in SAMPLES}
    assert results == {row[0]: D(row[3]) for row in SAMPLES}
    assert len(SAMPLES) == 107 + 105


@given(answered())
def test_no_score_leaves_the_range_or_two_decimals(
    case: tuple[Rule, Inputs],
) -> None:
    rule, inputs = case
    points = rule.score(inputs)
    if isinstance(points, NotAssessed):
        assert isinstance(rule, rules.Ratio)
        assert (D(inputs["denominator"]), rule.if_none) == (0, "na")
        return
    assert 0 <= points <= rule.max_points
    assert points == round(points, 2)


@given(st.sampled_from(RATIOS), counts, counts, counts)
def test_a_ratio_never_falls_when_the_numerator_rises(
    row: tuple[str, str, str, str], bottom: int, one: int, other: int
) -> None:
    rule = parse(*row[1:])
    low, high = sorted((one, other))
    scores = [
        rule.score({"numerator": str(top), "denominator": str(bottom + 1)}) for top in (low, high)
    ]
    assert scores == sorted(scores)  # type: ignore[type-var]


@given(st.sampled_from(TIERS), figures, figures)
def test_tiers_never_fall_when_the_figure_rises(
    row: tuple[str, str, str, str], one: str, other: str
) -> None:
    rule = parse(*row[1:])
    scores = [rule.score({"value": value}) for value in sorted((one, other), key=D)]
    assert scores == sorted(scores)  # type: ignore[type-var]


@given(st.sampled_from(RATIOS), counts, st.integers(1, 10**12))
def test_a_ratio_is_exact_to_the_last_half(
    row: tuple[str, str, str, str], top: int, bottom: int
) -> None:
    """Against hundredths counted in whole numbers."""
    rule = parse(*row[1:])
    assert isinstance(rule, rules.Ratio)
    p, floor, full = Fraction(100 * top, bottom), Fraction(rule.floor), Fraction(rule.full)
    exact = Fraction(rule.max_points) * (min(p, full) / full if p >= floor else 0)
    doubled = 2 * exact * 100
    hundredths = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
    score = rule.score({"numerator": str(top), "denominator": str(bottom)})
    assert score == D(hundredths) / 100


RATIO = "numerator=đã xử lý; denominator=phát hiện; floor=80; full=100; if_none="


@pytest.mark.parametrize(
    ("kind", "detail", "max_points", "inputs", "expected"),
    [
        ("ratio", RATIO + "max", "1", {"numerator": "47", "denominator": "50"}, D("0.94")),
        ("ratio", RATIO + "max", "1", {"numerator": "4", "denominator": "5"}, D("0.8")),
        ("ratio", RATIO + "max", "1", {"numerator": "79", "denominator": "100"}, D(0)),
        ("ratio", RATIO + "max", "1", {"numerator": "75", "denominator": "50"}, D(1)),
        ("ratio", RATIO + "max", "1", {"numerator": "0", "denominator": "0"}, D(1)),
        ("ratio", RATIO + "zero", "1", {"numerator": "0", "denominator": "0"}, D(0)),
        (
            "ratio",
            RATIO + "na",
            "1",
            {"numerator": "0", "denominator": "0"},
            NotAssessed.NOTHING_AROSE,
        ),
        # 0.945 is a half: up, where binary floats and half-even would go down.
        ("ratio", RATIO + "max", "1", {"numerator": "945", "denominator": "1000"}, D("0.95")),
        ("tiers", "percent>=80=1; percent>=60=0.5; else=0", "1", {"value": "79.99"}, D("0.5")),
        ("tiers", "percent>=80=1; percent>=60=0.5; else=0", "1", {"value": "80"}, D(1)),
        ("penalty", "start=1; chậm=-0.25; thiếu=-0.5; min=0", "1", {"cases": [1, 1]}, D("0.25")),
        ("penalty", "start=1; chậm=-0.25; thiếu=-0.5; min=0", "1", {"cases": [9, 9]}, D(0)),
        ("checklist", "a=0.25; b=0.5; c=0.25", "1", {"ticked": [0, 1, 1]}, D("0.75")),
        ("survey", "groups=LD_SO; scale=5; formula=mean_over_scale", "0.75",
         {"value": "4.1"}, D("0.62")),
    ],
)  # fmt: skip
def test_scores_are_those_of_the_readme(
    kind: str, detail: str, max_points: str, inputs: Inputs, expected: object
) -> None:
    assert parse(kind, detail, max_points).score(inputs) == expected


@pytest.mark.parametrize(
    ("kind", "detail", "fault"),
    [
        ("yes_no", "yes=0.5; no=0", "rule_best_is_not_max"),
        ("yes_no", "yes=1", "rule_part_missing"),
        ("yes_no", "yes=1; no=0; maybe=0.5", "rule_part_unknown"),
        ("yes_no", "yes=1,5; no=0", "figure_comma"),
        ("yes_no", "yes=1e0; no=0", "figure_unreadable"),
        ("yes_no", "yes=１; no=0", "figure_unreadable"),
        ("yes_no", "yes=1.005; no=0", "figure_too_fine"),
        ("yes_no", "", "rule_empty"),
        ("steps", "đúng hạn=1; chậm=0.5; không=0.25", "rule_last_step_not_zero"),
        ("steps", "chậm=0.5; đúng hạn=1; không=0", "rule_steps_out_of_order"),
        ("steps", "đúng hạn=1; đúng hạn=0", "rule_part_twice"),
        ("steps", "đúng hạn=1; chậm; không=0", "rule_part_without_value"),
        ("steps", "đúng hạn=1", "rule_too_few_steps"),
        ("checklist", "a=0.5; b=0.25", "rule_best_is_not_max"),
        ("checklist", "a=1; b=0", "rule_item_without_points"),
        ("tiers", "percent>=80=1; count>=2=0.5; else=0", "rule_tiers_mixed"),
        ("tiers", "percent>=60=1; percent>=80=0.5; else=0", "rule_tiers_out_of_order"),
        ("tiers", "percent>80=1; else=0", "rule_not_a_tier"),
        ("tiers", "percent>=80=1", "rule_part_missing"),
        ("ratio", "numerator=a; denominator=b; floor=90; full=80; if_none=max",
         "rule_floor_above_full"),
        ("ratio", "numerator=a; denominator=b; floor=80; full=100; if_none=none",
         "rule_value_unknown"),
        ("penalty", "start=1; chậm=0.25; min=0", "rule_not_a_deduction"),
        ("penalty", "start=1; min=0", "rule_no_deductions"),
        ("penalty", "start=1; chậm=-0.25; min=-1", "figure_below_zero"),
        ("manual", "range=0-1; guidance=x", "rule_not_a_range"),
        ("manual", "range=0..2; guidance=x", "rule_best_is_not_max"),
        ("survey", "groups=LD_SO+LD_SA; scale=5; formula=mean_over_scale", "rule_group_unknown"),
        ("survey", "groups=LD_SO; scale=5; formula=satisfied_percent", "rule_scale"),
    ],
)  # fmt: skip
def test_a_rule_that_breaks_the_form_is_a_fault(kind: str, detail: str, fault: str) -> None:
    with pytest.raises(Fault) as caught:
        parse(kind, detail, "1")
    assert caught.value.name == fault
