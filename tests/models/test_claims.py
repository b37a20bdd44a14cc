"""A claim beside the rule's points, and the day of the figures, as rules (domain.md 5, 13c 6)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, submission
from models.assessment import Assessment, Claim, Line, SelfScore
from models.assessment.claims import why_claim_stands, why_not_claim, why_not_claim_points
from models.assessment.data_days import why_not_as_of
from models.audit import AuditEntry
from models.campaigns import Campaign
from models.catalogue import Item
from models.catalogue.tables import RuleKind
from models.messages import decode
from models.people import Role
from models.submission import Doubt
from tests.models.office import DAY, Office, refused

HALF = Item(code="1.1.1", max_points=D("0.5"), rule_kind=RuleKind.YES_NO,
            rule_detail="yes=0.5; no=0")  # fmt: skip
LINE = Line(id=7, item=HALF)
SHEET = Assessment(campaign=Campaign(year=2026))
points = st.decimals(-1, 2, places=3).map(abs)


@given(wanted=points, by_rule=st.none() | st.sampled_from([D(0), D("0.5")]))
def test_a_claim_is_between_nothing_and_the_maximum_in_two_decimals(
    wanted: D, by_rule: D | None
) -> None:
    score = SelfScore(rule_points=by_rule, claim_reason="")
    refusal = why_not_claim_points(LINE, score, wanted)
    fits = 0 <= wanted <= D("0.5") and wanted == round(wanted, 2)
    if by_rule is None:
        assert refusal is not None
        assert refusal.name == "nothing_to_claim"
    elif not fits:
        assert refusal is not None
        assert refusal.name == "points_out_of_range"
    else:
        assert (refusal is not None) == (wanted == by_rule)


@pytest.mark.parametrize(
    ("reason", "name"),
    [("", "claim_needs_reason"), (" \n", "claim_needs_reason"), ("x" * 501, "reason_too_long")],
)
def test_a_claim_needs_a_reason_that_can_be_read(reason: str, name: str) -> None:
    refusal = why_not_claim(LINE, D(0), Claim(D("0.25"), reason))
    assert refusal is not None
    assert refusal.name == name
    assert why_not_claim(LINE, D(0), Claim(D("0.25"), "x" * 500)) is None


@given(
    claimed=st.none() | st.sampled_from([D(0), D("0.25"), D("0.5")]),
    by_rule=st.none() | st.sampled_from([D(0), D("0.25"), D("0.5")]),
)
def test_a_claim_is_never_dropped_unsaid(claimed: D | None, by_rule: D | None) -> None:
    """Only where the new inputs give just what was claimed is there nothing to say."""
    reason = "" if claimed is None else "Theo biên bản"
    before = SelfScore(points=claimed, rule_points=D("0.1"), claim_reason=reason)
    assert (why_claim_stands(before, by_rule, LINE) is None) == (
        claimed is None or claimed == by_rule
    )
    assert why_claim_stands(None, by_rule, LINE) is None


@given(day=st.dates(date(2024, 1, 1), date(2028, 1, 1)), today=st.dates(date(2026, 1, 1)))
def test_figures_stand_on_a_day_of_the_year_that_has_come(day: date, today: date) -> None:
    assert (why_not_as_of(SHEET, day, today) is None) == (day <= today and day.year == 2026)


@pytest.fixture
def office(province: sessionmaker[Session]) -> Iterator[Office]:
    with province() as session:
        yield Office(session)
        session.rollback()


def claimed(office: Office, code: str, points: str) -> SelfScore:
    wanted = Claim(D(points), "Theo biên bản kiểm tra")
    return assessment.claim_points(office.session, office.an, office.line(code), wanted, on=1)


def test_nothing_is_overwritten_and_every_step_is_in_the_log(office: Office) -> None:
    """I7, I9: the rule's score, the claim, the day, and the claim withdrawn are four versions."""
    line = office.line("1.3.3")
    day = DAY.date()
    claimed(office, "1.3.3", "0.75")
    assessment.date_figures(office.session, office.an, line, day, on=2)
    assessment.claim_points(office.session, office.an, line, None, on=3)
    query = select(SelfScore).where(SelfScore.line_id == line.id).order_by(SelfScore.version)
    kept = [(s.points, s.claim_reason, s.data_as_of) for s in office.session.scalars(query)]
    reason = "Theo biên bản kiểm tra"
    assert kept == [
        (D(1), "", day),
        (D("0.75"), reason, day),
        (D("0.75"), reason, day),
        (D(1), "", day),
    ]
    office.session.commit()
    logged = select(AuditEntry).where(AuditEntry.action == "score_line").order_by(AuditEntry.id)
    details = [decode(entry.details) for entry in office.session.scalars(logged)]
    assert [(d["version"], d["points"], d.get("reason")) for d in details] == [
        (2, D("0.75"), reason),
        (3, D("0.75"), reason),
        (4, D(1), None),
    ]


def test_totals_count_what_is_claimed(office: Office) -> None:
    before = submission.preview(office.session, office.sheet, DAY).totals
    claimed(office, "1.3.3", "0.25")
    after = submission.preview(office.session, office.sheet, DAY).totals
    total = assessment.progress(office.session, office.sheet.id).points
    assert (before.points - after.points, after.max_points) == (D("0.75"), before.max_points)
    assert assessment.date_the_rest(office.session, office.an, office.sheet, DAY.date()) == 0
    assert total == sum(
        (s.points for s in assessment.standings(office.session, office.sheet.id) if s.points),
        D(0),
    )


def test_only_a_claim_above_the_rule_is_doubted(office: Office) -> None:
    claimed(office, "1.3.3", "0.25")
    assert submission.check(office.session, office.sheet).soft == []
    line = office.line("2.1.1")
    inputs = {"numerator": "40", "denominator": "50"}
    assessment.score(office.session, office.an, line, inputs)
    wanted = Claim(D(1), "Mười văn bản được lùi thời hạn")
    assessment.claim_points(office.session, office.an, line, wanted, on=2)
    found = submission.check(office.session, office.sheet).soft
    assert [(f.doubt, f.code, f.points, f.rule_points) for f in found] == [
        (Doubt.ABOVE_RULE, "2.1.1", D(1), D("0.8")),
        (Doubt.NO_DATA_DAY, "2.1.1", None, None),
    ]


def test_an_entry_that_asks_nobody_cannot_drop_a_claim(office: Office) -> None:
    claimed(office, "1.3.3", "0.25")
    line, inputs = office.line("1.3.3"), {"numerator": "40", "denominator": "50"}
    refusal = refused(lambda: assessment.score(office.session, office.an, line, inputs))
    assert (refusal.name, refusal.values) == ("claim_stands", {"points": D("0.25")})
    score = assessment.score(office.session, office.an, line, inputs, drops_claim=True)
    assert (score.points, score.is_claimed) == (D("0.8"), False)


def test_what_a_colleague_claimed_since_comes_before_what_becomes_of_it(office: Office) -> None:
    """The sheet was seen before the claim: first that is shown, then the claim is asked about."""
    claimed(office, "1.3.3", "0.25")
    line, inputs = office.line("1.3.3"), {"numerator": "40", "denominator": "50"}
    deputy = office.by("STP", Role.DEPUTY)

    def scores_anew(seen: int, *, drops_claim: bool = False) -> assessment.SelfScore:
        by = deputy
        return assessment.score(
            office.session, by, line, inputs, seen=seen, drops_claim=drops_claim
        )

    for drops_claim in (False, True):
        refusal = refused(lambda drops=drops_claim: scores_anew(1, drops_claim=drops))
        assert refusal.name == "line_scored_since"
        given = refusal.values["given"]
        assert given.name == "score_claimed_bare"
        assert (given.values["points"], given.values["rule_points"]) == (D("0.25"), D(1))
    assert refused(lambda: scores_anew(2)).name == "claim_stands"
    assert scores_anew(2, drops_claim=True).points == D("0.8")


def test_the_system_s_own_scores_never_wait_for_a_claim(office: Office) -> None:
    sent = office.send()
    [timed] = [line for line in sent.content["lines"] if line["code"] == "1.2.2"]
    assert (timed["points"], timed["rule_points"], timed["claim_reason"]) == ("0.50", "0.50", "")
