"""Several officers on the same line at once: nothing is lost, nothing unseen is replaced."""

import pytest

from models.people import Role
from tests.bench import Bench, Officer


@pytest.fixture
def an(bench: Bench) -> Officer:
    bench.clock.set("2026-11-03 10:05")
    return bench.officer("Nguyễn Văn An", "STP")


@pytest.fixture
def dung(bench: Bench) -> Officer:
    return bench.officer("Vũ Thị Dung", "STP", Role.DEPUTY)


def test_who_scores_second_sees_the_first_before_replacing_it(
    bench: Bench, an: Officer, dung: Officer
) -> None:
    """F2, I7: both versions stay."""
    for officer in (an, dung):
        officer.types("1.1.1")
        officer.picks("score")
    an.picks("pick_option", 0)
    an.sees("self_score_recorded")
    dung.picks("pick_option", 1)
    assert dung.text.startswith(
        "Chưa ghi nhận: 1.1.1 vừa được chấm lại lúc 10:05 thứ Ba, 03/11/2026 bởi Nguyễn Văn An: "
    )
    assert dung.labels[0] == "Ghi đè bằng số liệu của tôi"
    an.types("1.1.1")
    assert "Nguyễn Văn An chấm lúc" in an.text  # Nothing was replaced so far.
    dung.picks("overwrite_score")
    dung.sees("self_score_recorded")
    an.types("1.1.1")
    assert "Vũ Thị Dung chấm lúc" in an.text


def test_one_more_score_meanwhile_is_shown_once_more(
    bench: Bench, an: Officer, dung: Officer
) -> None:
    for officer in (an, dung):
        officer.types("1.1.1")
        officer.picks("score")
    an.picks("pick_option", 0)
    dung.picks("pick_option", 1)
    an.picks("change_figures")
    an.picks("pick_option", 1)
    dung.picks("overwrite_score")
    dung.sees("refusal.line_scored_since", person="Nguyễn Văn An")
    dung.picks("overwrite_score")
    dung.sees("self_score_recorded")


def test_whoever_changes_their_own_mind_is_not_asked(an: Officer) -> None:
    an.types("1.1.1")
    an.picks("score")
    question = an.last
    an.picks("pick_option", 0)
    an.picks("pick_option", 1, on=question)
    an.sees("self_score_recorded")


def test_an_explanation_is_not_replaced_unseen(bench: Bench, an: Officer, dung: Officer) -> None:
    """N5, I9."""
    for officer in (an, dung):
        officer.types("/minhchung 1.1.1")
        officer.picks("explain")
    an.types("Theo hồ sơ của An")
    an.sees("evidence_explained")
    dung.types("Theo hồ sơ của Dung")
    dung.sees("refusal.line_explained_since", person="Nguyễn Văn An", text="Theo hồ sơ của An")
    dung.picks("overwrite_explanation")
    dung.sees("evidence_explained", text="Theo hồ sơ của Dung")


def test_documents_of_both_are_kept(bench: Bench, an: Officer, dung: Officer) -> None:
    for officer, content in ((an, b"%PDF 1"), (dung, b"%PDF 2")):
        officer.types("/minhchung 1.1.1")
        officer.sends((f"{officer.address}.pdf", content))
        officer.sees("evidence_saved")
    an.types("/minhchung 1.1.1")
    an.sees("evidence_of_line")
    assert [label for label in an.labels if label.endswith(".pdf")] == [
        "Nguyễn Văn An.pdf",
        "Vũ Thị Dung.pdf",
    ]
