"""A workbook's cells are read by the rules of the chat; a round trip changes nothing (F25)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.reports import REPORTS
from models import assessment, evidence, workbook
from models.assessment import Assessment, Claim, Line
from models.catalogue import kinds, rule_of
from models.catalogue.rules import parse
from models.catalogue.tables import RuleKind
from models.messages import decode, encode
from models.people import Binding, By, Person, Role
from models.points import parse_number, parse_percent
from models.refusals import Refusal
from models.workbook.cells import Cell, Content, from_json
from models.workbook.differences import compare
from models.workbook.entries import Unreadable, entries, read, same, written
from tests.clock import at
from tests.workbooks import filled, found_in

NOW = at("2026-11-03 08:00")
DETAILS = {
    RuleKind.YES_NO: "yes=1; no=0",
    RuleKind.STEPS: "Sớm=1; Đúng hạn=0.5; Không=0",
    RuleKind.CHECKLIST: "Sản phẩm=0.5; Thời hạn=0.25; Người làm=0.25",
    RuleKind.TIERS: "percent>=80=1; percent>=60=0.5; else=0",
    RuleKind.RATIO: "numerator=Hồ sơ đúng hạn; denominator=Hồ sơ; floor=60; full=100; if_none=na",
    RuleKind.PENALTY: "start=1; Gửi chậm=-0.25; Không gửi=-0.5; min=0",
    RuleKind.MANUAL: "range=0..1; guidance=Theo chất lượng",
}
RULES = {kind: parse(kind, detail, Decimal(1)) for kind, detail in DETAILS.items()}
COUNTS = parse(RuleKind.TIERS, "count>=10=1; else=0", Decimal(1))

figures = st.decimals(0, 10**6, places=4).map(lambda value: f"{value.normalize():f}")
inputs_of = {
    RuleKind.YES_NO: st.fixed_dictionaries({"answer": st.booleans()}),
    RuleKind.STEPS: st.fixed_dictionaries({"option": st.integers(0, 2)}),
    RuleKind.CHECKLIST: st.fixed_dictionaries(
        {"ticked": st.sets(st.integers(0, 2)).map(lambda places: sorted(places))}
    ),
    RuleKind.TIERS: st.fixed_dictionaries({"value": figures}),
    RuleKind.RATIO: st.tuples(figures, figures).map(
        lambda pair: {"denominator": pair[0], "numerator": pair[1] if Decimal(pair[0]) else "0"}
    ),
    RuleKind.PENALTY: st.fixed_dictionaries(
        {"cases": st.lists(st.integers(0, 999), min_size=2, max_size=2)}
    ),
    RuleKind.MANUAL: st.fixed_dictionaries(
        {
            "points": st.decimals(0, 1, places=2).map(lambda value: f"{value.normalize():f}"),
            "reason": st.text("ab=_x0041 \n", min_size=1).filter(str.strip),
        }
    ),
}


def cell(value: object) -> Cell:
    """A cell as it is read, for a value as it is written."""
    if value is None:
        return Cell("F1")
    content = Content.PICK if isinstance(value, int) else Content.TEXT
    return Cell("F1", content, str(value))


def outcome(rule: kinds.Rule, *cells: Cell) -> dict[str, Any] | list[str] | None:
    """The inputs, or the names of the refusals."""
    try:
        return read(rule, cells)
    except Unreadable as unreadable:
        return [refusal.name for _, refusal in unreadable.faults]


def typed(parser: Any, text: str) -> Any:
    """What the chat would make of it: a value, or the name of a refusal."""
    try:
        return parser(text)
    except Refusal as refusal:
        return refusal.name


@given(st.data())
def test_what_is_written_is_read_as_the_same_inputs(data: st.DataObject) -> None:
    """For every kind of rule and all inputs that the chat can record."""
    kind = data.draw(st.sampled_from(sorted(inputs_of)))
    rule, inputs = RULES[kind], data.draw(inputs_of[kind])
    cells = [cell(value) for value in written(rule, inputs)]
    assert len(cells) == len(entries(rule))
    found = read(rule, cells)
    assert found is not None
    assert same(found, inputs)
    assert rule.score(found) == rule.score(inputs)


@pytest.mark.parametrize(
    ("rule", "parser"),
    [(COUNTS, parse_number), (RULES[RuleKind.TIERS], parse_percent)],
    ids=["count", "percent"],
)
@given(text=st.one_of(st.text("0123456789.,% -", max_size=9), st.text(max_size=5)))
def test_a_typed_cell_is_read_as_a_typed_answer(rule: Any, parser: Any, text: str) -> None:
    """models/points.py decides for both; only what the chat would ask about is refused."""
    expected = typed(parser, text)
    if not text.strip():
        assert outcome(rule, cell(text)) is None
    elif isinstance(expected, str):
        assert outcome(rule, cell(text)) == [expected]
    elif getattr(expected, "doubtful", False):
        assert outcome(rule, cell(text)) == ["workbook_percent_in_doubt"]
    else:
        found = read(rule, [cell(text)])
        assert found is not None
        assert Decimal(found["value"]) == getattr(expected, "value", expected)


@given(number=st.floats(0, 10**6, allow_nan=False), percent=st.booleans())
def test_a_number_is_what_excel_shows(number: float, percent: bool) -> None:
    """Fifteen digits; more than four decimals are refused, never cut off."""
    text = f"{number:.15g}"
    value = Decimal(text) * (100 if percent else 1)
    found = outcome(RULES[RuleKind.TIERS], Cell("F1", Content.NUMBER, text, percent))
    if isinstance(found, dict):
        assert Decimal(found["value"]) == value
    elif value == round(value, 4) and sum(sign.isdigit() for sign in f"{value:f}") < 15:
        assert (found, percent) == (["workbook_percent_in_doubt"], False)
        assert 0 < value <= 1
    else:
        names = {"number_too_fine", "number_too_long", "workbook_percent_in_doubt"}
        assert set(found or []) <= names


@pytest.mark.parametrize(
    ("text", "value"),
    [("95,5", "95.5"), ("95.5", "95.5"), (" 95 ", "95"), ("95%", "95"), ("0,95%", "0.95")],
)
def test_comma_point_and_percent_sign_are_understood(text: str, value: str) -> None:
    assert read(RULES[RuleKind.TIERS], [cell(text)]) == {"value": value}


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        (cell("0,95"), "workbook_percent_in_doubt"),
        (Cell("F1", Content.NUMBER, "0.95"), "workbook_percent_in_doubt"),
        (Cell("F1", Content.NUMBER, "-5"), "number_negative"),
        (Cell("F1", Content.NUMBER, "1e+300"), "number_too_long"),
        (Cell("F1", Content.DATE, "03/11/2026"), "workbook_date_here"),
        (Cell("F1", Content.ERROR, "#DIV/0!"), "workbook_error_here"),
        (Cell("F1", Content.FORMULA, "?"), "workbook_formula_here"),
        (cell("nhiều"), "number_unreadable"),
        (cell("NaN"), "number_unreadable"),
        (cell("1.234"), "number_ambiguous"),
        (cell("1.234,5"), "number_with_two_marks"),
    ],
)
def test_a_cell_that_is_no_clear_number_is_refused_by_its_own_name(bad: Cell, name: str) -> None:
    assert outcome(RULES[RuleKind.TIERS], bad) == [name]


def test_a_percentage_of_excel_is_clear() -> None:
    """Typed as 95 % it is kept as 0.95 with the format of a percentage."""
    shown = Cell("F1", Content.NUMBER, "0.95", percent=True)
    assert read(RULES[RuleKind.TIERS], [shown]) == {"value": "95"}


def test_half_a_line_is_refused_at_the_empty_cell() -> None:
    ratio, penalty = RULES[RuleKind.RATIO], RULES[RuleKind.PENALTY]
    assert outcome(ratio, cell("50"), cell(None)) == ["workbook_cell_missing"]
    assert outcome(ratio, cell(None), cell("47")) == ["workbook_cell_missing"]
    assert outcome(penalty, cell("1"), cell(None)) == ["workbook_cell_missing"]
    assert outcome(RULES[RuleKind.MANUAL], cell("0,5"), cell(" ")) == ["workbook_cell_missing"]
    assert outcome(RULES[RuleKind.MANUAL], cell("1,5"), cell("vì")) == ["points_out_of_range"]


def test_where_nothing_arose_there_is_nothing_to_count() -> None:
    """domain.md 2: the denominator 0 needs no numerator, and bears none."""
    ratio = RULES[RuleKind.RATIO]
    assert read(ratio, [cell("0"), cell(None)]) == {"denominator": "0", "numerator": "0"}
    assert outcome(ratio, cell("0"), cell("3")) == ["workbook_part_of_nothing"]


def test_an_item_that_is_not_marked_was_not_done() -> None:
    rule = RULES[RuleKind.CHECKLIST]
    assert read(rule, [cell(None), cell(0), cell(None)]) == {"ticked": [1]}
    assert read(rule, [cell(1), cell(None), cell(None)]) == {"ticked": []}
    assert read(rule, [cell(None)] * 3) is None


def officer_of(session: Session, sheet: Assessment) -> By:
    person = Person(name=f"Đầu mối {sheet.unit.code}", created_at=NOW)
    binding = Binding(person=person, unit=sheet.unit, role=Role.FOCAL_OFFICER, since=NOW)
    session.add_all([person, binding])
    session.flush()
    return By(NOW, person, binding)


def sheets(session: Session) -> Sequence[Assessment]:
    return session.scalars(select(Assessment).order_by(Assessment.id)).all()


def made(session: Session, sheet: Assessment) -> bytes:
    values = {**workbook.form(session, sheet, NOW), "language": "vi"}
    return REPORTS["workbook"](decode(encode(values)))


def some_inputs(rule: kinds.Rule) -> dict[str, Any]:
    """Odd ones: what a workbook could spoil on its way."""
    match rule:
        case kinds.YesNo():
            return {"answer": False}
        case kinds.Steps():
            return {"option": len(rule.options) - 1}
        case kinds.Checklist():
            return {"ticked": [len(rule.items) - 1]}
        case kinds.Tiers():
            return {"value": "0.95"}
        case kinds.Ratio():
            return {"denominator": "1.234", "numerator": "0.5"}
        case kinds.Penalty():
            return {"cases": [1000] * len(rule.deductions)}
    return {"points": "0.25", "reason": "=1+1 _x0041_ @ \n'dòng hai"}


WORKED = pytest.param(True, id="filled", marks=pytest.mark.heavy)  # Five thousand acts.


@pytest.mark.timeout(600)
@pytest.mark.parametrize("worked", [pytest.param(False, id="empty"), WORKED])
def test_a_round_trip_changes_nothing_for_any_unit(
    province: sessionmaker[Session], worked: bool
) -> None:
    """Every unit of the province, before anything is entered and after all of it is."""
    with province.begin() as session:
        for sheet in sheets(session):
            by = officer_of(session, sheet)
            if worked:
                enter_all(session, by, sheet)
            returned = from_json(found_in(made(session, sheet)) or {})
            found = compare(session, by, sheet, returned)
            own = sum(not each.timed for each in assessment.standings(session, sheet.id))
            result = (found.changes, found.refused, found.unchanged)
            assert result == ([], [], own), sheet.unit.name


def enter_all(session: Session, by: By, sheet: Assessment) -> None:
    texts = ("=SUM(A1)", "+84 240", "_x000D_ và _x005F_", "  hai\n\ndòng ", "x" * 2000, "@'\"<&>")
    own = [each for each in assessment.standings(session, sheet.id) if not each.timed]
    for n, each in enumerate(own):
        line = session.get_one(Line, each.line_id)
        inputs = some_inputs(rule_of(line.item))
        score = assessment.score(session, by, line, inputs)
        other = Decimal(0) if score.points else line.item.max_points
        if n % 3 == 0 and assessment.may_claim(line, score.rule_points):
            claim = Claim(other, texts[n % len(texts)][:500])
            score = assessment.claim_points(session, by, line, claim, on=score.version)
        if n % 2 == 0 and assessment.are_figures(inputs):
            day = date(2026, 10, 1 + n % 31)
            assessment.date_figures(session, by, line, day, on=score.version)
        evidence.explain(session, by, line, texts[n % len(texts)])


def test_a_sheet_with_each_value_changed_is_applied_through_the_rules(
    province: sessionmaker[Session],
) -> None:
    """All kinds at once: what is recorded is what the rule gives (R6.2)."""
    with province.begin() as session:
        sheet = sheets(session)[0]
        by = officer_of(session, sheet)
        standings = assessment.standings(session, sheet.id)
        lines = [session.get_one(Line, each.line_id) for each in standings if not each.timed]
        values: dict[str, Any] = {}
        expected = {}
        for line in lines:
            rule = rule_of(line.item)
            inputs = some_inputs(rule)
            shown = [words_of(rule, n, v) for n, v in enumerate(written(rule, inputs))]
            code = line.item.code
            keys = [code] if len(shown) == 1 else [f"{code}/{n + 1}" for n in range(len(shown))]
            values |= dict(zip(keys, shown, strict=True))
            expected[code] = rule.score(inputs)
        found = found_in(filled(made(session, sheet), values))
        differences = compare(session, by, sheet, from_json(found or {}))
        assert differences.refused == []
        for change in differences.changes:
            assert change.inputs is not None
            line = session.get_one(Line, change.line_id)
            score = assessment.score(session, by, line, change.inputs)
            given = expected.pop(change.code)
            assert score.points == (None if isinstance(given, kinds.NotAssessed) else given)
        assert expected == {}


def words_of(rule: kinds.Rule, place: int, value: int | str) -> str:
    """What an officer picks or types."""
    if isinstance(value, str):
        return value.replace("=1+1", "1+1")
    if isinstance(rule, kinds.Steps):
        return rule.options[value].label
    return ["Có", "Không"][value]
