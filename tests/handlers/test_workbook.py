"""/bieumau: the sheet goes out as a workbook, comes back, and is applied as a whole (F25)."""

import re
from datetime import date
from decimal import Decimal as D

import pytest
from sqlalchemy import select

from models import assessment, units
from models.assessment import SelfScore
from models.catalogue.tables import RuleKind
from models.files import StoredFile
from models.people import Role
from models.workbook import WorkbookReturn
from tests import workbooks
from tests.bench import Bench, Officer
from tests.workbooks import CLAIM, DAY, REASON, filled, received, taken


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def code_of(bench: Bench, kind: RuleKind, unit: str = "STP", nth: int = 0) -> str:
    """A line of the unit's own work with this kind of rule."""
    with bench.sessions() as session:
        of = units.by_code(session, unit)
        assert of is not None
        sheet = assessment.sheet_of(session, of.id)
        assert sheet is not None
        codes = [s.code for s in assessment.standings(session, sheet.id)]
        lines = [assessment.find_line(session, sheet.id, code) for code in codes]
        fitting = [line.item.code for line in lines if line and line.item.rule_kind is kind]
        return fitting[nth]


def scores(bench: Bench) -> list[SelfScore]:
    with bench.sessions() as session:
        return list(session.scalars(select(SelfScore).order_by(SelfScore.id)))


def test_the_sheet_goes_out_comes_back_and_is_applied_at_the_press(
    bench: Bench, an: Officer
) -> None:
    """R6.2: what is sent back is shown first; nothing is recorded without the press."""
    answer, ratio = code_of(bench, RuleKind.YES_NO), code_of(bench, RuleKind.RATIO)
    sheet = taken(an)
    assert an.last.name == "workbook_to_fill"
    back = filled(
        sheet,
        {answer: "Có", f"{ratio}/1": 50, f"{ratio}/2": "47"},
        {answer: "Theo Kế hoạch số 12/KH-STP."},
    )
    an.sends(received(back, "bất kỳ tên gì.xlsx"), caption="1.1.1 không liên quan")
    an.sees("workbook_summary", new=3, changed=0, refused=0, unchanged=83)
    lines = an.text.split("\n")
    assert lines[0] == (
        "Biểu Excel của Sở Tư pháp: 3 mới, 0 thay đổi, 0 ô chưa nhận, 83 tiêu chí giữ nguyên."
    )
    assert any(line.startswith(f"{answer}: chưa chấm → ") for line in lines)
    assert any("(47/50 = 94%" in line for line in lines)
    assert f"{answer}, giải trình mới: Theo Kế hoạch số 12/KH-STP." in lines
    assert an.labels == ["Áp dụng 3 thay đổi", "Không áp dụng", "Về trang đầu"]
    assert scores(bench) == []
    an.picks("workbook_apply")
    an.sees("workbook_applied", scores=2, explanations=1, not_scored=83)
    recorded = {str(sorted(score.inputs.items())) for score in scores(bench)}
    assert recorded == {
        "[('answer', True)]",
        "[('denominator', '50'), ('numerator', '47')]",
    }


def test_a_claim_and_the_day_of_figures_come_back_and_wait_for_the_press(
    bench: Bench, an: Officer
) -> None:
    """F25, 13c 6: what the chat asks for one by one may stand in the sheet as well."""
    values = {"1.3.3/1": "50", "1.3.3/2": "45"}
    beside = {("1.3.3", DAY): "31/10/2026", ("1.3.3", CLAIM): "1", ("1.3.3", REASON): "Có QĐ 5"}
    an.sends(received(filled(taken(an), values, beside=beside)))
    an.sees("workbook_summary", new=1, changed=0, refused=0)
    assert "1.3.3: chưa chấm → 1 điểm (45/50 = 90%" in an.text
    assert scores(bench) == []
    an.picks("workbook_apply")
    an.sees("workbook_applied", scores=1)
    newest = scores(bench)[-1]
    kept = (newest.points, newest.rule_points, newest.claim_reason, newest.data_as_of)
    assert kept == (D(1), D("0.9"), "Có QĐ 5", date(2026, 10, 31))
    an.sends(received(taken(an)))
    an.sees("workbook_says_the_same", unchanged=85)
    an.sends(received(filled(taken(an), beside={("1.3.3", DAY): "31/02/2026"})))
    an.sees("workbook_summary", new=0, changed=0, refused=1)
    assert '"31/02/2026" không phải một ngày có trong lịch' in an.text
    an.picks("menu")
    assert len(scores(bench)) == 2


def test_nothing_is_applied_where_one_line_cannot_be(bench: Bench, an: Officer) -> None:
    """All or nothing: a rule that says no at the press undoes what came before it."""
    values = {"1.3.3/1": "50", "1.3.3/2": "45", "1.3.1": "Có"}
    beside = {("1.3.3", DAY): "31/10", ("1.3.3", CLAIM): "1", ("1.3.3", REASON): "Có QĐ 5"}
    an.sends(received(filled(taken(an), values, beside=beside)))
    an.sees("workbook_summary", new=2, refused=0)
    with bench.sessions.begin() as session:
        kept = session.scalars(select(WorkbookReturn)).one()
        first, last = kept.changes
        kept.changes = [first, {**last, "as_of": "2027-01-01"}]
    an.picks("workbook_apply")
    an.sees("refusal.data_day_ahead")
    assert scores(bench) == []


def test_the_file_itself_is_kept(bench: Bench, an: Officer) -> None:
    """Nothing handed in is lost: the bytes stay in the store by their content."""
    back = received(filled(taken(an), {code_of(bench, RuleKind.YES_NO): "Không"}))
    an.sends(back)
    with bench.sessions() as session:
        kept = session.scalars(select(StoredFile.sha256)).all()
    assert list(kept) == [back.sha256]


def test_a_sheet_that_nobody_changed_says_so(an: Officer) -> None:
    an.sends(received(taken(an)))
    an.sees("workbook_says_the_same", unchanged=85)
    assert an.labels == ["Về trang đầu"]


def test_a_second_press_records_nothing_twice(bench: Bench, an: Officer) -> None:
    """I3: an old summary is answered by what became of it."""
    an.sends(received(filled(taken(an), {code_of(bench, RuleKind.YES_NO): "Có"})))
    summary = an.last
    an.picks("workbook_apply")
    an.picks("workbook_apply", on=summary)
    an.sees("refusal.workbook_applied_before", person="Nguyễn Văn An")
    an.picks("workbook_discard", on=summary)
    an.sees("refusal.workbook_applied_before")
    assert len(scores(bench)) == 1


def test_a_newer_sheet_takes_the_older_ones_place(bench: Bench, an: Officer) -> None:
    code = code_of(bench, RuleKind.YES_NO)
    sheet = taken(an)
    an.sends(received(filled(sheet, {code: "Có"})))
    older = an.last
    an.sends(received(filled(sheet, {code: "Không"})))
    an.picks("workbook_apply", on=older)
    an.sees("refusal.workbook_superseded")
    an.picks("workbook_apply")
    assert [score.inputs for score in scores(bench)] == [{"answer": False}]


def test_one_that_was_set_aside_is_not_applied(bench: Bench, an: Officer) -> None:
    an.sends(received(filled(taken(an), {code_of(bench, RuleKind.YES_NO): "Có"})))
    summary = an.last
    an.picks("workbook_discard")
    an.sees("workbook_set_aside")
    an.picks("workbook_apply", on=summary)
    an.sees("refusal.workbook_discarded")
    assert scores(bench) == []


def test_bad_cells_are_named_and_the_good_ones_kept(bench: Bench, an: Officer) -> None:
    """Bad input never loses what was good."""
    good, bad = (code_of(bench, RuleKind.YES_NO, nth=n) for n in (0, 1))
    back = filled(taken(an), {good: "Có", bad: "có lẽ"})
    an.sends(received(back))
    an.sees("workbook_summary", new=1, refused=1)
    address = re.search(r"Ô (F\d+) \(([\d.]+)\): \"có lẽ\" không có trong danh sách", an.text)
    assert address is not None, an.text
    assert address[2] == bad
    an.picks("workbook_apply")
    an.sees("workbook_applied", scores=1)
    assert "1 ô chưa nhận vẫn giữ như trước" in an.text


def test_only_bad_cells_leave_nothing_to_press(bench: Bench, an: Officer) -> None:
    an.sends(received(filled(taken(an), {code_of(bench, RuleKind.TIERS): -5})))
    an.sees("workbook_summary", new=0, refused=1)
    assert "số không được nhỏ hơn 0" in an.text
    assert an.labels == ["Về trang đầu"]


def test_a_line_changed_between_summary_and_press_stops_all_of_it(
    bench: Bench, an: Officer
) -> None:
    """Never partly: the other line is not recorded either."""
    first, second = (code_of(bench, RuleKind.YES_NO, nth=n) for n in (0, 1))
    an.sends(received(filled(taken(an), {first: "Có", second: "Có"})))
    summary = an.last
    binh = bench.officer("Trần Bình", "STP", Role.DEPUTY)
    binh.types(f"/tinhtrang {first}")
    binh.types(first)
    binh.picks("score")
    binh.picks("answer_no")
    an.picks("workbook_apply", on=summary)
    an.sees("refusal.workbook_is_stale", codes=[first], count=1)
    assert [score.inputs for score in scores(bench)] == [{"answer": False}]


def test_an_old_sheet_does_not_undo_what_was_entered_since(bench: Bench, an: Officer) -> None:
    """A cell that nobody touched changes nothing; one that both changed is refused."""
    first, second = (code_of(bench, RuleKind.YES_NO, nth=n) for n in (0, 1))
    sheet = taken(an)
    an.types(first)
    an.picks("score")
    an.picks("answer_yes")
    an.sends(received(filled(sheet, {second: "Có"})))
    an.sees("workbook_summary", new=1, changed=0, refused=0)
    an.sends(received(filled(sheet, {first: "Không"})))
    an.sees("workbook_summary", new=0, refused=1)
    assert "đã được sửa trong hệ thống sau khi lấy biểu này" in an.text
    an.sends(received(filled(sheet, {first: "Có"})))
    an.sees("workbook_says_the_same")


def test_a_change_shows_what_it_was(bench: Bench, an: Officer) -> None:
    code = code_of(bench, RuleKind.YES_NO)
    an.sends(received(filled(taken(an), {code: "Có"})))
    an.picks("workbook_apply")
    an.sends(received(filled(taken(an), {code: "Không"})))
    an.sees("workbook_summary", new=0, changed=1)
    assert re.search(rf"^{re.escape(code)}: [\d,]+ điểm → 0 điểm \(Không\)$", an.text, re.M)
    an.picks("workbook_apply")
    assert [score.version for score in scores(bench)] == [1, 2]  # I7


def test_what_stands_cannot_be_taken_away_by_an_empty_cell(bench: Bench, an: Officer) -> None:
    """I9: no score and no explanation is erased."""
    code = code_of(bench, RuleKind.YES_NO)
    an.sends(received(filled(taken(an), {code: "Có"}, {code: "Có kế hoạch."})))
    an.picks("workbook_apply")
    an.sends(received(filled(taken(an), {code: None}, {code: None})))  # type: ignore[dict-item]
    an.sees("workbook_summary", changed=0, refused=2)
    assert an.text.count("không xoá được bằng cách để trống") == 2


def test_outside_the_window_nothing_is_compared_or_applied(bench: Bench, an: Officer) -> None:
    """R6.2: with the dates, when it comes and when it is pressed."""
    back = received(filled(taken(an), {code_of(bench, RuleKind.YES_NO): "Có"}))
    an.sends(back)
    bench.clock.set("2026-11-16 00:00")
    an.picks("workbook_apply")
    an.sees("refusal.window_closed", unit="Sở Tư pháp")
    an.sends(back)
    an.sees("refusal.window_closed")
    an.types("/bieumau")
    an.sees("workbook_to_read")
    assert scores(bench) == []


def test_another_units_sheet_is_known_and_refused(bench: Bench, an: Officer) -> None:
    chi = bench.officer("Lê Chi", "STC")
    an.sends(received(filled(taken(chi), {code_of(bench, RuleKind.YES_NO): "Có"})))
    an.sees("refusal.workbook_of_other_unit", unit="Sở Tư pháp")
    assert an.labels == ["Biểu Excel", "Về trang đầu"]


def test_another_units_people_cannot_press_apply(bench: Bench, an: Officer) -> None:
    """I8: a press carries no right."""
    an.sends(received(filled(taken(an), {code_of(bench, RuleKind.YES_NO): "Có"})))
    token = an._token("workbook_apply", None, None)
    chi = bench.officer("Lê Chi", "STC")
    chi.presses(token)
    chi.sees("refusal.press_unknown")
    reviewer = bench.officer("Trần Thị Bình", "SNV", Role.REVIEWER)
    reviewer.sends(received(taken(an)))
    reviewer.sees("refusal.not_your_role")
    assert scores(bench) == []


def test_other_files_of_the_same_upload_are_kept(bench: Bench, an: Officer) -> None:
    """N14: they wait for their line."""
    back = received(filled(taken(an), {code_of(bench, RuleKind.YES_NO): "Có"}))
    an.sends(("KH-12.pdf", b"%PDF-1.4 ke hoach"), back)
    an.sees("workbook_summary", new=1)
    assert 'Tệp "KH-12.pdf" gửi kèm đã được lưu' in an.text
    an.types("/minhchung")
    assert "1 tệp đã lưu nhưng chưa gắn tiêu chí" in an.text


def test_two_sheets_at_once_are_refused(an: Officer) -> None:
    back = received(taken(an))
    an.sends(back, back)
    an.sees("refusal.workbook_one_at_a_time", count=2)


def test_a_sheet_does_not_disturb_what_was_asked(bench: Bench, an: Officer) -> None:
    code = code_of(bench, RuleKind.TIERS)
    sheet = received(taken(an))
    an.types(code)
    an.picks("score")
    an.sends(sheet)
    an.sees("workbook_says_the_same")
    an.types("95")
    an.sees("self_score_recorded", code=code)


def test_in_the_middle_of_evidence_a_sheet_is_still_a_sheet(bench: Bench, an: Officer) -> None:
    sheet = received(taken(an))
    an.types("/minhchung 1.1.1")
    an.sends(sheet)
    an.sees("workbook_says_the_same")


def test_a_sheet_saved_as_another_table_says_which_form_is_read(an: Officer) -> None:
    """It is kept like every file, and may be a document after all."""
    an.sends(("bieu-cchc-2026-stp.ods", b"PK ods"))
    assert "hệ thống chỉ đọc dạng .xlsx" in an.text
    an.sees("evidence_which_line", file="bieu-cchc-2026-stp.ods")
    an.sends(("KH-12.pdf", b"%PDF-1.4 ke hoach"))
    assert ".xlsx" not in an.text


def test_many_changes_are_paged(bench: Bench, an: Officer) -> None:
    codes = [code_of(bench, RuleKind.YES_NO, nth=n) for n in range(7)]
    an.sends(received(filled(taken(an), dict.fromkeys(codes, "Có"))))
    assert "… và 2 nội dung nữa." in an.text
    an.picks("workbook_page")
    assert f"{codes[6]}: chưa chấm" in an.text
    assert an.labels[:2] == ["Áp dụng 7 thay đổi", "Xem phần trước"]
    an.picks("workbook_page_before")
    assert f"{codes[0]}: chưa chấm" in an.text


def test_a_chat_without_files_points_to_the_web(bench: Bench) -> None:
    """I10: the workbook is fetched there, sent by a link, and applied here by a number."""
    dung = bench.officer("Phạm Dũng", "STP", channel="plain")
    dung.types("/bieumau")
    there, words = dung.messages[-2:]
    assert (there.name, words.name) == ("file_on_the_web", "workbook_to_fill")
    assert words.enclosure is None
    an = bench.officer("Nguyễn Văn An", "STP")
    dung.sends(received(filled(taken(an), {code_of(bench, RuleKind.YES_NO): "Có"})))
    dung.sees("workbook_summary", new=1)
    dung.types("1")
    dung.sees("workbook_applied", scores=1)


def test_the_sheet_speaks_the_readers_language(bench: Bench, an: Officer) -> None:
    an.types("/caidat")
    an.picks("switch_language", "en")
    sheet = taken(an)
    an.sends(received(filled(sheet, {code_of(bench, RuleKind.YES_NO): "yes"})))
    an.sees("workbook_summary", new=1, refused=0)


def test_a_broken_sheet_says_what_to_do(an: Officer) -> None:
    def swap(book: workbooks.Workbook) -> None:
        workbooks.sheet_of(book)["F5"].value = "Số khác"

    an.sends(received(workbooks.changed(taken(an), swap)))
    an.sees("refusal.workbook_columns_moved")
    assert an.labels == ["Biểu Excel", "Về trang đầu"]
