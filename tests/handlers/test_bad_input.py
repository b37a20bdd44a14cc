"""What officers should not type, typed into every question of a sheet (N9, domain.md 13c 4).

Each is refused in one sentence with a way on; nothing is recorded, and what was entered before
still stands.
"""

import pytest
from sqlalchemy import func, select

from models.assessment import SelfScore
from models.assessment.claims import REASON_SIGNS
from models.catalogue.tables import RuleKind
from tests.bench import Bench, Officer
from tests.handlers.test_workbook import code_of

FIGURES = {
    "1.234,5": "refusal.number_with_two_marks",
    "1.234": "refusal.number_ambiguous",
    "-5": "refusal.number_negative",
    "NaN": "refusal.number_unreadable",
    "vô cùng": "refusal.number_unreadable",
    "∞": "refusal.number_unreadable",
    "1e9": "refusal.number_unreadable",
    "🙂": "refusal.number_unreadable",
    "٤٧": "refusal.number_unreadable",
    "=1+1": "refusal.number_unreadable",
    "9" * 10_000: "refusal.number_too_long",
    "x" * 10_000: "refusal.number_unreadable",
    "0,12345": "refusal.number_too_fine",
}
DAYS = {
    "31/02": "refusal.data_day_unreadable",
    "31/02/2026": "refusal.data_day_unreadable",
    "00/00/0000": "refusal.data_day_unreadable",
    "31/10/99999": "refusal.data_day_unreadable",
    "🙂": "refusal.data_day_unreadable",
    "x" * 10_000: "refusal.data_day_unreadable",
    "31/12/2025": "refusal.data_day_of_other_year",
    "31/12": "refusal.data_day_ahead",
}


@pytest.fixture
def an(bench: Bench) -> Officer:
    bench.clock.set("2026-11-03 10:05")
    return bench.officer("Nguyễn Văn An", "STP")


def scores(bench: Bench) -> int:
    with bench.sessions() as session:
        return session.scalar(select(func.count()).select_from(SelfScore)) or 0


def asked(bench: Bench, an: Officer, kind: RuleKind) -> None:
    an.types(code_of(bench, kind))
    an.picks("score")


def hears(an: Officer, bad: dict[str, str]) -> None:
    """Each by its own name, in one line, and the question above it still waits."""
    for text, name in bad.items():
        an.types(text)
        an.sees(name)
        assert "\n" not in an.text, an.text
        assert len(an.text) < 300
        assert "score_later" in [choice.action for choice in an.choices], text[:20]


@pytest.mark.parametrize(
    "kind", [RuleKind.TIERS, RuleKind.RATIO, RuleKind.PENALTY, RuleKind.MANUAL]
)
def test_a_figure_that_is_none_is_refused_in_one_sentence(
    bench: Bench, an: Officer, kind: RuleKind
) -> None:
    asked(bench, an, kind)
    hears(an, FIGURES)
    assert scores(bench) == 0


def test_the_first_figure_stands_whatever_is_typed_for_the_second(
    bench: Bench, an: Officer
) -> None:
    asked(bench, an, RuleKind.RATIO)
    an.types("50")
    hears(an, FIGURES)
    an.types("47")
    an.sees("self_score_recorded")
    assert an.text.startswith("47/50 = 94%")


def test_a_day_that_is_none_is_refused_in_one_sentence(bench: Bench, an: Officer) -> None:
    asked(bench, an, RuleKind.RATIO)
    an.types("50")
    an.types("50")
    an.picks("data_as_of")
    hears(an, DAYS)
    assert scores(bench) == 1
    an.types("31/10")
    an.sees("self_score_recorded")
    assert "số liệu tính đến 31/10/2026" in an.text


@pytest.mark.parametrize("sign", ["lý do ", "🙂", "ố" * 7])
def test_a_reason_of_ten_thousand_signs_is_kept_until_its_writer_decides(
    bench: Bench, an: Officer, sign: str
) -> None:
    """The limit is said, nothing is recorded, and nothing of the text is lost."""
    long = (sign * 10_000)[:10_000]
    asked(bench, an, RuleKind.RATIO)
    an.types("50")
    an.types("47")
    an.picks("claim_other")
    an.types("1")
    an.types(long)
    an.sees("reason_is_too_long", limit=REASON_SIGNS)
    assert f"vượt mức {REASON_SIGNS}" in an.text
    assert scores(bench) == 1
    an.picks("reason_beginning")
    an.sees("self_score_recorded")
    with bench.sessions() as session:
        newest = session.scalars(select(SelfScore).order_by(SelfScore.id.desc())).first()
    assert newest is not None
    assert 0 < len(newest.claim_reason) <= REASON_SIGNS
    assert long.startswith(newest.claim_reason)


def test_the_reason_of_a_line_judged_by_the_unit_has_the_same_limit(
    bench: Bench, an: Officer
) -> None:
    asked(bench, an, RuleKind.MANUAL)
    an.types("0,25")
    an.types("vì vậy " * 1_500)
    an.sees("reason_is_too_long", limit=REASON_SIGNS)
    assert scores(bench) == 0
    an.types("Theo biên bản")
    an.sees("self_score_recorded")
    assert "Theo biên bản" in an.text
