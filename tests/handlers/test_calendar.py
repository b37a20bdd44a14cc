"""/lich: where the campaign stands, and until when the unit may do what (R6.1–R6.8, F7)."""

from icalendar import Calendar
from sqlalchemy import select

from bot.reports import REPORTS
from models import conduct, units
from models.campaigns import Campaign, Step
from models.messages import decode, encode
from models.people import By, Role
from tests.bench import Bench
from tests.clock import at

CALENDAR = """\
Lịch đợt đánh giá năm 2026, Sở Nội vụ chủ trì
✓ Kế hoạch: ban hành 12/10
● Tự đánh giá: 15/10 đến hết 15/11 (còn 12 ngày)
○ Thẩm định lần 1: 16/11 đến hết 30/11
○ Giải trình, bổ sung: 01/12 đến hết 10/12
○ Thẩm định lần 2: 11/12 đến hết 20/12
○ Tổng hợp, trình: 21/12 đến hết 25/12
○ Công bố: 26/12 đến hết 31/12
Sở Tư pháp không có gia hạn riêng."""


def extend(bench: Bench, until: str) -> None:
    with bench.sessions.begin() as session:
        found, stp = session.scalars(select(Campaign)).one(), units.by_code(session, "STP")
        assert stp is not None
        by, reason = By(bench.clock()), "Công văn số 215/SNV-CCHC"
        step = Step.SELF_ASSESSMENT
        conduct.extend(session, by, found, stp, step, at(until), reason)


def test_the_calendar_reads_as_in_the_model_conversation(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/lich")
    assert an.text == CALENDAR
    assert an.labels == ["Tải lịch về điện thoại", "Về trang đầu"]
    an.types("/calendar")
    assert an.text == CALENDAR


def test_an_extension_stands_in_the_units_own_line_with_its_reason(bench: Bench) -> None:
    an, chi = bench.officer("Nguyễn Văn An", "STP"), bench.officer("Lê Chi", "STC")
    extend(bench, "2026-11-19 00:00")
    extended = "đến hết 18/11 (gia hạn riêng theo Công văn số 215/SNV-CCHC)"
    an.types("/lich")
    assert an.text.splitlines()[2] == f"● Tự đánh giá: {extended} (còn 15 ngày)"
    assert "không có gia hạn" not in an.text
    chi.types("/lich")
    assert chi.text.splitlines()[2] == "● Tự đánh giá: 15/10 đến hết 15/11 (còn 12 ngày)"


def test_an_end_within_a_day_is_shown_with_its_hour(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    extend(bench, "2026-11-18 17:00")
    an.types("/lich")
    assert "đến 17:00 ngày 18/11 (gia hạn riêng" in an.text


def test_who_leads_the_campaign_also_sees_when_the_council_is_due(bench: Bench) -> None:
    mai = bench.officer("Hoàng Mai", "SNV", Role.COORDINATOR)
    mai.types("/lich")
    assert mai.text.splitlines()[3] == "● Thành lập Hội đồng: đến hết 14/11 (còn 11 ngày)"


def test_a_unit_outside_every_campaign_is_told_so(bench: Bench) -> None:
    bench.officer("Đặng Tú", "X07201").types("/lich")
    tu = bench.stranger("Đặng Tú")
    tu.sees("refusal.no_campaign_yet")


def test_the_calendar_goes_onto_a_phone_with_whole_days_and_one_alarm_before(
    bench: Bench,
) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/lich")
    an.picks("calendar_file")
    enclosure = an.last.enclosure
    assert enclosure is not None
    assert (enclosure["name"], enclosure["report"]) == ("lich-cchc-2026-snv.ics", "calendar")
    content = REPORTS["calendar"](decode(encode(decode(enclosure["values"]))))
    events = list(Calendar.from_ical(content).walk("VEVENT"))
    first, deadline = events[0], events[1]
    days = [str(first.decoded(name)) for name in ("dtstart", "dtend")]
    assert (str(first["summary"]), days) == (
        "CCHC 2026: Tự đánh giá",
        ["2026-10-15", "2026-11-16"],
    )
    assert deadline.decoded("dtend") == at("2026-11-16 00:00")
    assert len(deadline.walk("VALARM")) == 2
    assert len({str(event["uid"]) for event in events}) == len(events) == 8
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
