"""The plan rehearsed: who would be told what, when (N8, F9)."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.reports import REPORTS, rehearsal_picture
from jobs.reminders import queue_due_reminders
from models import rehearsal
from models.campaigns import Campaign
from models.messages import decode
from models.outbox import OutboxMessage
from models.people import Role
from models.rehearsal import Rehearsal
from tests.bench import Bench, Officer
from tests.clock import ZONE


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-10-14 09:00")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


def rehearsed(bench: Bench) -> Rehearsal:
    with bench.sessions() as session:
        campaign = session.scalars(select(Campaign)).one()
        return rehearsal.rehearse(session, campaign, bench.clock())


def test_what_was_rehearsed_is_what_is_told_when_nobody_does_anything(
    bench: Bench, lan: Officer
) -> None:
    """N8, F10: the same instants, and the same people at each of them."""
    bench.officer("Nguyễn Văn An", "STP")
    bench.officer("Trần Thị Bình", "STP", Role.DEPUTY)
    bench.officer("Lê Chi", "STC", Role.DEPUTY)
    bench.officer("Nguyễn Văn An", "SYT")
    found = rehearsed(bench)
    expected = {(wave.at, each.person_id) for wave in found.waves for each in wave.addressees}
    assert len(expected) == found.messages > 0
    told = set()
    for at in sorted({wave.at for wave in found.waves}):
        bench.clock.set(at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S"))
        queue_due_reminders(bench.sessions, bench.clock)
        with bench.sessions() as session:
            query = select(OutboxMessage.person_id).where(
                OutboxMessage.created_at == at, OutboxMessage.key.startswith("reminder:")
            )
            told |= {(at, person_id) for person_id in session.scalars(query)}
    assert told == expected


def test_the_coordinator_sees_the_waves_the_free_days_and_who_is_missing(
    bench: Bench, lan: Officer
) -> None:
    bench.officer("Nguyễn Văn An", "STP")
    lan.types("/dientap")
    lines = lan.text.splitlines()
    assert lines[0].startswith("Diễn tập kế hoạch năm 2026: từ nay đến hết đợt đánh giá có ")
    assert "08:00 thứ Năm, 15/10/2026 · Tự đánh giá, tin mở: 1 người, 1 đơn vị" in lines
    assert any(
        line.startswith("▲ Tự đánh giá:") and "Chủ nhật, 15/11/2026" in line for line in lines
    )
    assert lines[-1].startswith("▲ 29 đơn vị chưa có người nhận: ")
    assert lan.labels == ["Tệp Excel", "Hình ảnh", "Về trang đầu"]


def test_the_workbook_lists_every_message(bench: Bench, lan: Officer) -> None:
    bench.officer("=1+1", "STP")
    lan.types("/dientap")
    lan.picks("rehearsal_file")
    enclosure = lan.last.enclosure
    assert enclosure is not None
    made = REPORTS[enclosure["report"]](decode(enclosure["values"]))
    book = load_workbook(io.BytesIO(made))
    rows = list(book["Tin nhắn"].iter_rows(min_row=2, values_only=True))
    found = rehearsed(bench)
    assert len(rows) == sum(len(wave.addressees) for wave in found.waves)
    assert rows[0][1:] == ("Tự đánh giá", "tin mở", "Sở Tư pháp", "=1+1", "công chức đầu mối")
    assert book["Tin nhắn"]["E2"].data_type == "s"
    assert str(rows[0][0]) == "2026-10-15 08:00:00"


def test_the_picture_is_made_from_the_same_values(bench: Bench, lan: Officer) -> None:
    bench.officer("Nguyễn Văn An", "STP")
    lan.types("/dientap")
    lan.picks("rehearsal_picture")
    enclosure = lan.last.enclosure
    assert enclosure is not None
    made = REPORTS[enclosure["report"]](decode(enclosure["values"]))
    assert made.startswith(b"\x89PNG")
    assert len(made) > 10_000


def test_a_long_silence_parts_the_picture() -> None:
    """The archive is told a year later: its days would leave no room for the others."""
    november = {date(2026, 11, 9), date(2026, 12, 31)}
    archive = {date(2027, 12, 20), date(2028, 1, 31)}
    assert rehearsal_picture._parted(november | archive) == (november, archive)
    assert rehearsal_picture._parted(november) == (november, set())


def test_only_who_leads_the_campaign_may_rehearse_it(bench: Bench) -> None:
    """I8."""
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/dientap")
    assert an.last.name == "refusal.not_your_role"
    elsewhere = bench.officer("Lê Chi", "STC", Role.COORDINATOR)
    elsewhere.types("/dientap")
    assert elsewhere.last.name == "refusal.leads_no_campaign"


def test_after_the_last_step_nothing_is_left_to_rehearse(bench: Bench, lan: Officer) -> None:
    bench.clock.set("2028-06-01 08:00")
    lan.types("/dientap")
    assert lan.last.name == "rehearsal_empty"
