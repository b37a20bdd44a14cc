"""Other points than the rule's, and the day of the figures (domain.md 5, 13c 6; F36, I7)."""

from decimal import Decimal as D

import pytest

from models import campaigns, conduct
from models.campaigns import Step
from models.people import By, Role
from tests.bench import Bench, Officer
from tests.clock import at
from tests.handlers.test_self_assessment import scores
from tests.handlers.test_submission import complete, newest

REASON = "Còn 3 vấn đề đang trong thời hạn xử lý"


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def opens(officer: Officer, code: str) -> None:
    """By its code, typed at home; scored already or not."""
    officer.types("/menu")
    officer.types(code)
    scored = any(choice.action == "change_figures" for choice in officer.choices)
    officer.picks("change_figures" if scored else "score")


def scores_the_ratio(an: Officer, above: str = "47") -> None:
    opens(an, "1.3.3")
    an.types("50")
    an.types(above)


def claims(an: Officer, points: str, reason: str = REASON) -> None:
    an.picks("claim_other")
    an.types(points)
    an.types(reason)


def test_a_claim_stands_beside_the_rule_s_points_with_its_reason(
    bench: Bench, an: Officer
) -> None:
    """13c 6: both are kept and shown; what counts is the claim."""
    scores_the_ratio(an)
    an.picks("claim_other")
    assert an.text == (
        "1.3.3 Xử lý vấn đề phát hiện qua kiểm tra (tối đa 1 điểm)\n"
        "47/50 = 94%. Từ 80% trở lên được tính theo tỷ lệ. Kết quả theo quy tắc: 0,94/1 điểm.\n"
        "Anh/chị tự chấm bao nhiêu điểm? Nhập từ 0 đến 1, ví dụ 0,75."
    )
    for text, refusal in (
        ("1,01", "points_out_of_range"),
        ("0,945", "number_too_fine"),
        ("một", "number_unreadable"),
        ("0.94", "claim_is_the_rules"),
    ):
        an.types(text)
        an.sees(f"refusal.{refusal}")
    an.types("1")
    assert "cao hơn kết quả theo quy tắc (0,94 điểm)" in an.text
    an.types("x" * 501)
    an.sees("reason_is_too_long", length=501, limit=500)
    an.types(REASON)
    assert an.text.startswith(
        "47/50 = 94%. Từ 80% trở lên được tính theo tỷ lệ. Kết quả theo quy tắc: 0,94/1 điểm; "
        f"đơn vị tự chấm 1/1 điểm. Lý do: {REASON}\n"
    )
    an.types("1.3.3")
    assert (
        "✓ Tự chấm: 1/1 điểm; theo quy tắc 0,94 điểm "
        "(47/50 = 94%. Từ 80% trở lên được tính theo tỷ lệ).\n"
        f"Lý do tự chấm khác: {REASON}" in an.text
    )
    figures = {"numerator": "47", "denominator": "50"}
    assert scores(bench, "1.3.3") == [(1, figures, D("0.94")), (2, figures, D(1))]


@pytest.mark.parametrize(
    ("pick", "counts"), [("by_rule", D("0.98")), ("keep_claim", D(1))], ids=["rule", "claim"]
)
def test_new_figures_drop_a_claim_only_when_it_is_said(
    bench: Bench, an: Officer, pick: str, counts: D
) -> None:
    scores_the_ratio(an)
    claims(an, "1")
    scores_the_ratio(an, "49")
    an.sees("claim_in_doubt")
    assert "Số liệu mới chưa được ghi" in an.text
    assert len(scores(bench, "1.3.3")) == 2
    an.picks(pick)
    assert scores(bench, "1.3.3")[2:] == [
        (3, {"numerator": "49", "denominator": "50"}, counts),
    ]
    assert ("tự chấm" in an.text) is (pick == "keep_claim")


def test_figures_that_give_what_was_claimed_leave_nothing_to_ask(
    bench: Bench, an: Officer
) -> None:
    scores_the_ratio(an)
    claims(an, "1")
    scores_the_ratio(an, "50")
    an.sees("self_score_recorded")
    assert "tự chấm" not in an.text


def test_a_line_that_drops_out_takes_its_claim_along(bench: Bench, an: Officer) -> None:
    """13c 3: what is not assessed has no points to claim."""
    opens(an, "2.1.1")
    an.types("50")
    an.types("40")
    claims(an, "0,25")
    opens(an, "2.1.1")
    an.types("0")
    an.picks("figures_right")
    an.sees("claim_in_doubt")
    assert an.labels[0] == "Theo quy tắc: không đánh giá"
    an.picks("by_rule_not_assessed")
    assert scores(bench, "2.1.1")[-1][2] is None
    an.types("2.1.1")
    assert [c.action for c in an.choices if c.action == "claim_other"] == []


def test_a_claim_is_withdrawn_by_a_tap_or_by_typing_the_rule_s_points(
    bench: Bench, an: Officer
) -> None:
    scores_the_ratio(an)
    claims(an, "1")
    an.picks("claim_other")
    an.picks("by_rule")
    claims(an, "0,5")
    an.picks("claim_other")
    an.types("0.94")
    an.sees("self_score_recorded")
    given = [points for _, _, points in scores(bench, "1.3.3")]
    assert given == [D("0.94"), D(1), D("0.94"), D("0.5"), D("0.94")]


def claims_elsewhere(bench: Bench) -> None:
    binh = bench.officer("Trần Thị Bình", "STP", Role.DEPUTY)
    binh.types("1.3.3")
    claims(binh, "0,5", "Hai vấn đề chưa có biên bản")


def test_two_officers_who_claim_at_once_do_not_overwrite_each_other(
    bench: Bench, an: Officer
) -> None:
    scores_the_ratio(an)
    an.picks("claim_other")
    an.types("1")
    claims_elsewhere(bench)
    an.types(REASON)
    an.sees("refusal.score_changed_meanwhile", code="1.3.3")
    assert [points for _, _, points in scores(bench, "1.3.3")] == [D("0.94"), D("0.5")]


@pytest.mark.parametrize(
    ("pick", "counts"), [("by_rule", D("0.98")), ("keep_claim", D("0.5"))], ids=["rule", "claim"]
)
def test_a_colleague_s_claim_is_shown_first_and_goes_only_when_it_is_said(
    bench: Bench, an: Officer, pick: str, counts: D
) -> None:
    """F2, 13c 6: scored since, then what becomes of the claim."""
    scores_the_ratio(an)
    opens(an, "1.3.3")
    an.types("50")
    claims_elsewhere(bench)
    an.types("49")
    an.sees("refusal.line_scored_since", person="Trần Thị Bình")
    assert (
        "đơn vị tự chấm 0,5/1 điểm, theo quy tắc 0,94 điểm, lý do: Hai vấn đề chưa có biên bản"
    ) in an.text
    an.picks("overwrite_score")
    an.sees("claim_in_doubt")
    assert len(scores(bench, "1.3.3")) == 2
    an.picks(pick)
    an.sees("self_score_recorded")
    assert scores(bench, "1.3.3")[2:] == [
        (3, {"numerator": "49", "denominator": "50"}, counts),
    ]


@pytest.mark.parametrize("pick", ["by_rule", "keep_claim"])
def test_what_a_colleague_claims_while_it_is_asked_is_shown_too(
    bench: Bench, an: Officer, pick: str
) -> None:
    scores_the_ratio(an)
    claims(an, "1")
    scores_the_ratio(an, "49")
    an.sees("claim_in_doubt")
    claims_elsewhere(bench)
    an.picks(pick)
    an.sees("refusal.line_scored_since", person="Trần Thị Bình")
    an.picks("overwrite_score")
    an.sees("claim_in_doubt")
    assert "tự chấm 0,5 điểm" in an.text
    an.picks("by_rule")
    assert [points for _, _, points in scores(bench, "1.3.3")] == [
        *(D("0.94"), D(1), D("0.5")),
        D("0.98"),
    ]


def test_a_claim_s_card_says_who_made_it(bench: Bench, an: Officer) -> None:
    scores_the_ratio(an)
    claims_elsewhere(bench)
    an.types("/menu")
    an.types("1.3.3")
    assert "Lý do tự chấm khác: Hai vấn đề chưa có biên bản\nTrần Thị Bình chấm lúc" in an.text


def test_what_a_unit_judges_itself_has_nothing_to_differ_from(bench: Bench, an: Officer) -> None:
    opens(an, "7.1.3")
    an.types("0,25")
    an.types("Trang có đủ chuyên mục")
    assert [c.action for c in an.choices if c.action in ("claim_other", "data_as_of")] == []


def test_the_head_and_the_receipt_see_both_points(bench: Bench) -> None:
    """F36, F39: a claim above the rule is a thing to look at, and leads to its line."""
    bench.clock.set("2026-11-12 16:30")
    an = bench.officer("Nguyễn Văn An", "STP")
    head = bench.officer("Lê Thị Hoa", "STP", Role.HEAD)
    complete(bench, an)
    scores_the_ratio(an)
    claims(an, "1")
    an.picks("data_as_of")
    an.picks("today")
    opens(an, "1.3.1")
    an.picks("answer_yes")
    an.types("1.3.1")
    claims(an, "0", "Chưa có kết luận kiểm tra")
    an.types("/guiduyet")
    in_short = (
        "2 tiêu chí tự chấm khác kết quả theo quy tắc (xem lý do tại từng tiêu chí):\n"
        "1.3.1: tự chấm 0, theo quy tắc 0,5\n"
        "1.3.3: tự chấm 1, theo quy tắc 0,94\n"
    )
    assert in_short in an.text + "\n"
    an.picks("see_findings")
    assert an.text.split("\n")[1] == (
        "○ 1.3.3: điểm tự chấm cao hơn kết quả theo quy tắc (1 so với 0,94)"
    )
    an.picks("line")
    an.sees("line_standing", code="1.3.3")
    an.types("/guiduyet")
    an.picks("propose")
    head.picks("proposal_details")
    assert in_short in head.text + "\n"
    head.picks("approve")
    sent = newest(bench)
    [line] = [line for line in sent.content["lines"] if line["code"] == "1.3.3"]
    kept = ("points", "rule_points", "claim_reason", "data_as_of")
    assert [line[name] for name in kept] == ["1.00", "0.94", REASON, "2026-11-12"]
    an.types("/bienlai")
    assert in_short in an.text + "\n"


# The day of the figures


def test_a_ratio_takes_three_messages_and_its_day_two_taps(bench: Bench, an: Officer) -> None:
    bench.clock.set("2026-11-03 10:00")
    scores_the_ratio(an)
    an.picks("data_as_of")
    assert an.text == (
        "1.3.3 Xử lý vấn đề phát hiện qua kiểm tra (tối đa 1 điểm)\n"
        "47/50 = 94%. Từ 80% trở lên được tính theo tỷ lệ.\n"
        "Số liệu này tính đến ngày nào? Anh/chị chọn, hoặc gõ ngày, ví dụ 31/10."
    )
    assert an.labels[0] == "Ngày hôm nay, 03/11/2026"
    for text, refusal in (
        ("31/02", "data_day_unreadable"),
        ("04/11", "data_day_ahead"),
        ("31/12/2025", "data_day_of_other_year"),
        ("đến hết 31/10", "data_day_unreadable"),
    ):
        an.types(text)
        an.sees(f"refusal.{refusal}")
    an.types("31/10")
    assert an.text.startswith(
        "47/50 = 94%. Từ 80% trở lên được tính theo tỷ lệ; số liệu tính đến 31/10/2026"
        ": 0,94/1 điểm.\n"
    )
    an.types("1.3.3")
    assert "; số liệu tính đến 31/10/2026" in an.text


def test_after_the_year_its_last_day_is_offered(bench: Bench, an: Officer) -> None:
    bench.clock.set("2026-11-10 10:00")
    scores_the_ratio(an)
    with bench.sessions.begin() as session:
        campaign = campaigns.all_campaigns(session)[0]
        until = at("2027-01-20 00:00")
        conduct.move(session, By(bench.clock()), campaign, Step.SELF_ASSESSMENT, None, until, "")
    bench.clock.set("2027-01-12 10:00")
    an.picks("data_as_of")
    assert an.labels[0] == "31/12/2026"
    an.types("11/01/2027")
    an.sees("refusal.data_day_of_other_year")
    an.picks("on_day", "2026-12-31")
    assert "; số liệu tính đến 31/12/2026" in an.text


def test_one_day_for_all_figures_that_have_none(bench: Bench) -> None:
    """One thing to look at for the sheet, three taps to settle it."""
    bench.clock.set("2026-11-12 16:30")
    an = bench.officer("Nguyễn Văn An", "STP")
    complete(bench, an)
    for code in ("1.3.2", "1.5"):
        opens(an, code)
        an.types("85" if code == "1.3.2" else "1")
    an.types("/guiduyet")
    assert "1 việc nên xem lại" in an.text
    an.picks("see_findings")
    assert an.text.split("\n")[1] == (
        "○ 1.3.2 và 1 tiêu chí khác: số liệu chưa ghi tính đến ngày nào"
    )
    an.picks("line")
    an.picks("data_as_of")
    an.picks("today")
    assert "Còn 1 tiêu chí có số liệu chưa ghi ngày." in an.text
    an.picks("date_rest")
    assert an.text == "✓ Đã ghi số liệu tính đến 12/11/2026 cho 1 tiêu chí."
    an.types("/guiduyet")
    assert "không có việc cần xem lại" in an.text
    an.picks("date_rest")
    an.sees("figures_dated", count=0)
