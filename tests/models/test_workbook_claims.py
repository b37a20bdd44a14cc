"""Claims and the days of figures, filled in and brought back by the rules of the chat (F25)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from bot.words import Words
from models import assessment, workbook
from models.assessment import AdjustmentKind, Claim, open_adjustments
from models.assessment.data_days import are_figures, bears_day
from models.messages import Part
from models.workbook.cells import from_json
from models.workbook.differences import Differences, compare
from tests.models.office import DAY, Office, refused
from tests.models.test_workbook import RULES, inputs_of, made
from tests.workbooks import CLAIM, EXPLANATION, REASON, filled, found_in, received
from tests.workbooks import DAY as ON

RATIO, YES_NO, MANUAL = "1.3.3", "1.1.1", "1.7.1"
WHY = "Theo biên bản kiểm tra"
ALL_DONE = "50/50 = 100%. Từ 100% trở lên được điểm tối đa"
WORDS = Words()


@given(st.data())
def test_a_rule_bears_a_day_exactly_where_its_inputs_are_figures(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(inputs_of)))
    assert bears_day(RULES[kind]) == are_figures(data.draw(inputs_of[kind]))


@pytest.fixture
def office(province: sessionmaker[Session]) -> Iterator[Office]:
    with province() as session:
        yield Office(session)


def back(office: Office, beside: dict[tuple[str, int], Any], **values: Any) -> bytes:
    return filled(made(office.session, office.sheet), values.get("inputs"), beside=beside)


def differences(office: Office, content: bytes) -> Differences:
    return compare(office.session, office.an, office.sheet, from_json(found_in(content) or {}))


def said(parts: list[Part]) -> list[str]:
    return [WORDS.plain(part.name, "vi", **part.values) for part in parts]


def bad(office: Office, beside: dict[tuple[str, int], Any], **values: Any) -> list[str]:
    """The names of the refusals; nothing else may have come of it."""
    found = differences(office, back(office, beside, **values))
    assert found.changes == []
    return [part.values["why"].name.removeprefix("refusal.") for part in found.refused]


def applied(office: Office, content: bytes) -> None:
    file = received(content)
    assert file.workbook is not None
    kept = workbook.receive(office.session, office.an, office.sheet, file, file.workbook)
    workbook.apply(office.session, office.an, kept)


def now(office: Office, code: str) -> tuple[D | None, D | None, str, date | None]:
    score = assessment.score_of(office.session, office.line(code).id)
    assert score is not None
    return score.points, score.rule_points, score.claim_reason, score.data_as_of


@pytest.mark.parametrize("typed", ["0,25", "0.25", 0.25, " 0,25 "])
def test_a_claim_comes_back_with_its_reason(office: Office, typed: Any) -> None:
    """Decimal comma, decimal point, a number of Excel's own: the same claim (13c 4)."""
    content = back(office, {(RATIO, CLAIM): typed, (RATIO, REASON): WHY})
    found = differences(office, content)
    assert said([change.says for change in found.changes]) == [
        f"1.3.3: 1 điểm → 0,25 điểm ({ALL_DONE}), số liệu tính đến 12/11/2026. "
        f"Theo quy tắc 1 điểm, lý do tự chấm khác: {WHY}"
    ]
    applied(office, content)
    assert now(office, RATIO) == (D("0.25"), D(1), WHY, DAY.date())
    assert differences(office, made(office.session, office.sheet)).changes == []


@pytest.mark.parametrize("typed", ["31/10/2026", "31/10", "31-10-2026", date(2026, 10, 31)])
def test_the_day_of_the_figures_comes_back_as_a_date_or_as_text(
    office: Office, typed: Any
) -> None:
    content = back(office, {(RATIO, ON): typed})
    found = differences(office, content)
    assert said([change.says for change in found.changes]) == [
        f"1.3.3: vẫn 1 điểm ({ALL_DONE}), số liệu tính đến 31/10/2026"
    ]
    applied(office, content)
    assert now(office, RATIO) == (D(1), D(1), "", date(2026, 10, 31))


def test_new_figures_with_day_and_claim_are_one_line_of_the_summary(office: Office) -> None:
    beside = {(RATIO, ON): "31/10/2026", (RATIO, CLAIM): "1", (RATIO, REASON): WHY}
    content = back(office, beside, inputs={f"{RATIO}/2": "45"})
    found = differences(office, content)
    assert said([change.says for change in found.changes]) == [
        "1.3.3: 1 điểm → 1 điểm (45/50 = 90%. Từ 80% trở lên được tính theo tỷ lệ), "
        "số liệu tính đến 31/10/2026. "
        f"Theo quy tắc 0,9 điểm, lý do tự chấm khác: {WHY}"
    ]
    applied(office, content)
    assert now(office, RATIO) == (D(1), D("0.9"), WHY, date(2026, 10, 31))


def test_what_stays_beside_new_figures_is_pointed_out(office: Office) -> None:
    """Nothing drops a claim unasked, and nobody overlooks an old day."""
    score = assessment.score_of(office.session, office.line(RATIO).id)
    assert score is not None
    claim = Claim(D("0.25"), WHY)
    assessment.claim_points(office.session, office.an, office.line(RATIO), claim, on=1)
    content = back(office, {}, inputs={f"{RATIO}/2": "45"})
    [line] = said([change.says for change in differences(office, content).changes])
    assert line.endswith(
        ". ▲ Số liệu mới, ngày của số liệu và mức tự chấm khác vẫn như cũ, đề nghị kiểm tra"
    )
    applied(office, content)
    assert now(office, RATIO) == (D("0.25"), D("0.9"), WHY, DAY.date())


def test_emptied_cells_withdraw_a_claim_and_say_so(office: Office) -> None:
    """As in the chat: what the rule gives counts again, as the next version (I7)."""
    line = office.line(RATIO)
    assessment.claim_points(office.session, office.an, line, Claim(D("0.25"), WHY), on=1)
    content = back(office, {(RATIO, CLAIM): None, (RATIO, REASON): None})
    [line_said] = said([change.says for change in differences(office, content).changes])
    assert "▲ Mức tự chấm 0,25 điểm được thay bằng điểm theo quy tắc" in line_said
    applied(office, content)
    assert now(office, RATIO) == (D(1), D(1), "", DAY.date())
    newest = assessment.score_of(office.session, line.id)
    assert newest is not None
    assert newest.version == 3


def test_the_rules_own_points_are_no_claim(office: Office) -> None:
    """Who fills in the column on every line has claimed nothing else."""
    assert differences(office, back(office, {(RATIO, CLAIM): "1"})).changes == []
    assert bad(office, {(RATIO, CLAIM): "1", (RATIO, REASON): WHY}) == [
        "workbook_claim_is_the_rules"
    ]


def test_a_claim_falls_with_the_line_that_its_figures_take_out(office: Office) -> None:
    """if_none=na: there is nothing to claim; the summary says that it goes."""
    assessment.claim_points(
        office.session, office.an, office.line("2.1.1"), Claim(D("0.25"), WHY), on=1
    )
    none = {"2.1.1/1": "0", "2.1.1/2": "0"}
    [line] = said(
        [change.says for change in differences(office, back(office, {}, inputs=none)).changes]
    )
    assert "không đánh giá năm nay" in line
    assert "▲ Mức tự chấm 0,25 điểm được thay" in line
    other = {("2.1.1", CLAIM): "0,5"}
    assert bad(office, other, inputs=none) == ["workbook_claim_on_nothing"]


@pytest.mark.parametrize(
    ("beside", "names"),
    [
        ({(RATIO, CLAIM): "1,01", (RATIO, REASON): WHY}, ["points_out_of_range"]),
        ({(RATIO, CLAIM): "-0,5", (RATIO, REASON): WHY}, ["number_negative"]),
        ({(RATIO, CLAIM): "0,123", (RATIO, REASON): WHY}, ["number_too_fine"]),
        ({(RATIO, CLAIM): "NaN", (RATIO, REASON): WHY}, ["number_unreadable"]),
        ({(RATIO, CLAIM): "🙂", (RATIO, REASON): WHY}, ["number_unreadable"]),
        ({(RATIO, CLAIM): "1.234,5", (RATIO, REASON): WHY}, ["number_with_two_marks"]),
        ({(RATIO, CLAIM): date(2026, 10, 31)}, ["workbook_date_here"]),
        ({(RATIO, CLAIM): "0,5"}, ["workbook_claim_needs_reason"]),
        ({(RATIO, CLAIM): "0,5", (RATIO, REASON): " \n"}, ["workbook_claim_needs_reason"]),
        ({(RATIO, REASON): WHY}, ["workbook_claim_without_points"]),
        ({(RATIO, CLAIM): "0,5", (RATIO, REASON): "x" * 501}, ["reason_too_long"]),
        ({(RATIO, ON): "31/02/2026"}, ["data_day_unreadable"]),
        ({(RATIO, ON): "hôm qua"}, ["data_day_unreadable"]),
        ({(RATIO, ON): 46326}, ["data_day_unreadable"]),
        ({(RATIO, ON): "31/10/2025"}, ["data_day_of_other_year"]),
        ({(RATIO, ON): date(2026, 11, 13)}, ["data_day_ahead"]),
        ({(RATIO, ON): None}, ["workbook_day_emptied"]),
        ({(YES_NO, ON): "31/10/2026"}, ["workbook_nothing_here"]),
        ({(f"{RATIO}/1", ON): "31/10/2026"}, ["workbook_nothing_here"]),
        ({(f"{RATIO}/2", CLAIM): "1"}, ["workbook_nothing_here"]),
        ({("1.8.1", CLAIM): "1"}, ["line_is_surveyed"]),
        ({(RATIO, ON): "1/12", (RATIO, CLAIM): "a"}, ["data_day_ahead", "number_unreadable"]),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_taken_is_refused_by_its_own_name(
    office: Office, beside: dict[tuple[str, int], Any], names: list[str]
) -> None:
    assert bad(office, beside) == names


def test_a_refused_day_is_a_sentence_with_cell_reason_and_remedy(office: Office) -> None:
    found = differences(office, back(office, {(RATIO, ON): "31/02"}))
    [line] = said(found.refused)
    assert line.startswith("▲ Ô H")
    assert line.endswith(
        '(1.3.3): Chưa ghi nhận: "31/02" không phải một ngày có trong lịch. '
        "Anh/chị gõ lại, ví dụ 31/10/2026."
    )


def test_a_line_without_a_value_takes_neither_claim_nor_day(office: Office) -> None:
    empty = office.by("STC", office.an.binding.role)  # type: ignore[union-attr]
    sheet = assessment.of_unit(office.session, office.sheet.campaign_id, empty.unit_id or 0)
    assert sheet is not None
    beside = {(RATIO, ON): "31/10/2026", (RATIO, CLAIM): "0,5", (RATIO, REASON): WHY}
    content = filled(made(office.session, sheet), beside=beside)
    found = compare(office.session, empty, sheet, from_json(found_in(content) or {}))
    assert found.changes == []
    names = [part.values["why"].name for part in found.refused]
    assert names == ["refusal.workbook_line_not_filled"] * 3


def test_an_old_workbook_does_not_undo_a_claim_made_since(office: Office) -> None:
    before = made(office.session, office.sheet)
    line = office.line(RATIO)
    assessment.claim_points(office.session, office.an, line, Claim(D("0.25"), WHY), on=1)
    assert differences(office, before).changes == []
    found = differences(office, filled(before, beside={(RATIO, ON): "31/10/2026"}))
    [part] = found.refused
    assert part.values["why"].name == "refusal.workbook_changed_meanwhile"


def test_one_of_an_older_form_is_refused_for_its_form(office: Office) -> None:
    """One that waited for its sender's answer while the bot was updated."""
    found = found_in(made(office.session, office.sheet))
    assert found is not None
    found["mark"]["form"] = 1
    found["rows"] = {key: row[:2] for key, row in found["rows"].items()}
    returned = from_json(found)

    def deed() -> object:
        return compare(office.session, office.an, office.sheet, returned)

    assert refused(deed).name == "workbook_of_other_form"


def test_bonus_and_penalty_points_are_a_block_of_their_own(office: Office) -> None:
    """domain.md 2, 7: beside the 100, with grounds; all or nothing with the rest."""
    caps = {AdjustmentKind.BONUS: D(2), AdjustmentKind.PENALTY: D("1.5")}
    open_adjustments(office.session, office.sheet.campaign, caps, DAY, proven=True)
    total = assessment.progress(office.session, office.sheet.id).points
    values = {
        "Điểm thưởng/1": "1,5",
        "Điểm thưởng/2": "Giải nhất sáng kiến",
        "Điểm trừ/1": 2,
        "Điểm trừ/2": "x",
    }
    beside = {("Điểm thưởng", EXPLANATION): "Theo QĐ 7/QĐ-BNV", ("Điểm trừ", CLAIM): "1"}
    content = back(office, beside, inputs=values)
    found = differences(office, content)
    assert said([change.says for change in found.changes]) == [
        "Điểm thưởng: chưa nhập → 1,5 (trần 2), ngoài thang điểm. Căn cứ: Giải nhất sáng kiến",
        "Điểm thưởng, giải trình mới: Theo QĐ 7/QĐ-BNV",
    ]
    assert [part.values["why"].name for part in found.refused] == [
        "refusal.workbook_nothing_here",
        "refusal.points_out_of_range",
    ]
    assert found.unchanged == 85
    applied(office, content)
    bonus, penalty = assessment.adjustments(office.session, office.sheet.id)
    assert (bonus.points, penalty.points) == (D("1.5"), None)
    assert assessment.progress(office.session, office.sheet.id).points == total
    found = differences(office, made(office.session, office.sheet))
    assert (found.changes, found.refused) == ([], [])
