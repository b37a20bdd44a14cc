"""``cchc campaign``: dates are repeated in words and asked for (F9, reliability.md 6)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, campaigns
from models.assessment import Assessment
from models.campaigns import Campaign, Step
from models.campaigns.tables import SignOff
from models.files import StoredFile
from tests import sheets
from tests.clock import at
from tests.models.office import Office

Cchc = Callable[..., Result]
Sessions = sessionmaker[Session]


def closes(sessions: Sessions) -> object:
    with sessions() as session:
        found = session.scalars(select(Campaign)).one()
        return campaigns.effective_window(session, found, Step.SELF_ASSESSMENT, None).closes_at


def test_a_date_is_repeated_in_words_and_nothing_happens_without_a_yes(
    province: Sessions, cchc: Cchc
) -> None:
    for typed in ("n\n", ""):
        done = cchc("move", "--step", "self_assessment", "--closes", "trước 22/11", typed=typed)
        assert done.exit_code == 1
        assert "đến 24:00 thứ Bảy, 21/11/2026" in done.output
        assert "hết 24:00 Chủ nhật, 22/11/2026" in done.output
        assert "▲ Tự đánh giá: 24:00 thứ Bảy, 21/11/2026 không phải ngày làm việc" in done.output
        assert "Chưa thay đổi gì." in done.output
    assert closes(province) == at("2026-11-16 00:00")


@pytest.mark.parametrize(("arguments", "typed"), [(["--yes"], ""), ([], "y\n")])
def test_a_window_is_moved_when_it_is_agreed(
    province: Sessions, cchc: Cchc, arguments: list[str], typed: str
) -> None:
    done = cchc(
        "move",
        "--step",
        "self_assessment",
        "--closes",
        "17:00 20/11/2026",
        *arguments,
        typed=typed,
    )
    assert (done.exit_code, closes(province)) == (0, at("2026-11-20 17:00"))
    assert done.output.endswith("đến 17:00 thứ Sáu, 20/11/2026\n")


def test_one_unit_gets_an_extension(province: Sessions, cchc: Cchc) -> None:
    words = ["extend", "--unit", "STP", "--step", "self_assessment", "--closes", "đến hết 18/11"]
    done = cchc(*words, "--reason", "Công văn số 215/SNV-CCHC", "--yes")
    assert done.exit_code == 0, done.output
    assert closes(province) == at("2026-11-16 00:00")


def test_the_plan_opens_the_campaign_and_its_file_is_kept(
    province: Sessions, cchc: Cchc, tmp_path: Path
) -> None:
    file = tmp_path / "kế hoạch.pdf"
    file.write_bytes(b"%PDF-1.4 plan")
    with province.begin() as session:
        found = session.scalars(select(Campaign)).one()
        found.opened_at, found.plan_dated_on, found.plan_number = None, None, ""
    words = ["plan", "--number", "7/KH-SNV", "--file", str(file), "--date"]
    ahead = cchc(*words, "04/11/2026")
    assert (ahead.exit_code, ahead.output) == (
        1,
        "Chưa ghi: ngày 04/11/2026 chưa đến. Ghi ngày ký của kế hoạch đã ban hành.\n",
    )
    with province() as session:
        assert session.scalars(select(Campaign)).one().opened_at is None
    words.append("12/10/2026")
    assert cchc(*words).exit_code == 0
    with province() as session:
        found = session.scalars(select(Campaign)).one()
        kept = session.scalars(select(StoredFile)).one()
        issued = (found.plan_number, found.plan_dated_on, found.plan_file_id)
    assert issued == ("7/KH-SNV", date(2026, 10, 12), kept.id)
    again = cchc(*words)
    assert again.exit_code == 1
    assert "đã ban hành (số 7/KH-SNV ngày 12/10/2026)" in again.output


def test_a_campaign_is_made_once_and_shown_with_its_dates(province: Sessions, cchc: Cchc) -> None:
    words = ["create", "--owner", "SNV", "--catalogue", "department=departments"]
    done = cchc(*words, "--year", "2027")
    assert done.exit_code == 0, done.output
    assert "2027, Sở Nội vụ chủ trì, 20 đơn vị" in done.output
    assert "Tự đánh giá: từ 00:00 thứ Sáu, 15/10/2027 đến 24:00 thứ Hai, 15/11/2027" in done.output
    assert cchc(*words, "--year", "2027").exit_code == 1


@pytest.mark.parametrize(
    ("words", "way"), [([], SignOff.HEAD), (["--sign-off", "scan"], SignOff.SCAN)]
)
def test_a_signed_report_is_accepted_only_where_it_is_asked_for(
    province: Sessions, cchc: Cchc, words: list[str], way: SignOff
) -> None:
    """F39."""
    made = ["create", "--owner", "SNV", "--catalogue", "department=departments", "--year", "2027"]
    done = cchc(*made, *words)
    assert done.exit_code == 0, done.output
    with province() as session:
        found = session.scalars(select(Campaign).where(Campaign.year == 2027)).one()
    assert found.sign_off is way


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["move", "--step", "plan", "--opens", "1/10/2026", "--yes"], 1, "chỉ có thời hạn"),
        (["move", "--step", "round_1", "--closes", "mai"], 1, 'không đọc được "mai"'),
        (["move", "--step", "lunch", "--closes", "1/12"], 2, "lunch"),
        (["move", "--step", "round_1"], 2, "--opens or --closes"),
        (["move", "--step", "round_1", "--closes", "1/12", "--year", "2031"], 1, "không có đợt"),
        (["create", "--year", "2028", "--owner", "XYZ", "--catalogue", "district=d"], 1, "mã XYZ"),
        (["create", "--year", "2028", "--owner", "SNV", "--catalogue", "district=d"], 1, '"d"'),
        (["create", "--year", "2028", "--owner", "SNV", "--catalogue", "d"], 2, "KIND=NAME"),
    ],
)
def test_a_wrong_call_says_what_and_changes_nothing(
    province: Sessions, cchc: Cchc, arguments: list[str], status: int, sentence: str
) -> None:
    done = cchc(*arguments)
    assert (done.exit_code, sentence in done.output) == (status, True), done.output


def test_a_unit_that_has_sent_is_reopened_with_a_reason(province: Sessions, cchc: Cchc) -> None:
    """F37: and one that has not is not."""
    words = ("reopen", "--unit", "STP", "--until", "20/11", "--reason", "CV 12/STP", "--yes")
    done = cchc(*words)
    assert done.exit_code == 1
    assert "không có gì để mở lại" in done.stderr
    with province.begin() as session:
        code = Office(session).send().code
    done = cchc(*words)
    assert done.exit_code == 0, done.output
    assert f"✓ Đã mở lại phiếu của Sở Tư pháp đến 24:00 thứ Sáu, 20/11/2026; biên nhận {code}" in (
        done.output
    )
    with province() as session:
        sheet = sheets.sheet_of(session, "STP")
        window = campaigns.effective_window(
            session, sheet.campaign, Step.SELF_ASSESSMENT, sheet.unit_id
        )
        assert (sheet.locked_at, window.closes_at) == (None, at("2026-11-21 00:00"))


def test_caps_of_bonus_and_penalty_points_are_set_when_a_campaign_is_made(
    province: Sessions, cchc: Cchc
) -> None:
    """domain.md 2 7: none by default; what is no number of points makes no campaign."""
    made = ("create", "--year", "2027", "--owner", "SNV", "--catalogue", "department=departments")
    refused = cchc(*made, "--bonus-cap", "hai")
    assert refused.exit_code == 1
    assert "nhập bằng chữ số" in refused.output
    assert "trần điểm trừ là 0" in cchc(*made, "--penalty-cap", "0").output
    assert cchc(*made, "--bonus-cap", "2", "--penalty-cap", "1,5").exit_code == 0
    with province() as session:
        years = {c.year: c.id for c in campaigns.all_campaigns(session)}
        caps = {
            year: [
                (each.kind.value, each.cap)
                for sheet in session.scalars(
                    select(Assessment).where(Assessment.campaign_id == id).limit(1)
                )
                for each in assessment.adjustments(session, sheet.id)
            ]
            for year, id in years.items()
        }
    assert caps == {2026: [], 2027: [("bonus", Decimal(2)), ("penalty", Decimal("1.5"))]}
