"""The lock: what it keeps, how late it is, and that nothing changes behind it (F37, 13c 7)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal as D
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, conduct, database, evidence, submission
from models.assessment import Claim, Line, SelfScore
from models.campaigns import Campaign, Step
from models.catalogue.kinds import Option, Steps
from models.evidence import EvidenceLink, Explanation
from models.people import Binding, By, Person, Role
from models.refusals import Refusal
from models.submission import Proposal, Submission
from tests.conftest import Templates
from tests.models.office import DAY, END, Office, refused
from tests.models.test_evidence import handed
from tests.province import build_province


@pytest.fixture
def office(province: sessionmaker[Session]) -> Iterator[Office]:
    with province() as session:
        yield Office(session)
        session.rollback()


def test_the_lock_keeps_what_holds_at_this_instant(office: Office) -> None:
    """domain.md 13c 7, F38: which version, which explanation, which documents of each line."""
    link = evidence.attach(
        office.session, office.an, office.line("1.1.1"), handed("a.pdf"), "tr.3"
    )
    sent = office.send()
    office.session.expire_all()
    lines = {line["code"]: line for line in sent.content["lines"]}
    kept = lines["1.1.1"]
    assert (len(lines), sent.lines, sent.documents) == (86, 86, 1)
    assert [proof["link"] for proof in kept["evidence"]] == [link.id]
    explanation = assessment.explanation_of(office.session, kept["line"])
    assert explanation is not None
    assert (kept["score"], kept["explanation"]["id"]) == (1, explanation.id)
    assert sum(D(line["points"]) for line in lines.values() if line["points"]) == sent.points
    assert office.sheet.locked_at == sent.sent_at == DAY
    assert re.fullmatch(r"STP-26-[0-9A-HJKMNP-TV-Z]{4}", sent.code)


def test_the_system_scores_the_line_of_timeliness(office: Office) -> None:
    """domain.md 13c 7: nobody enters it, it does not hold up, and it says why."""
    line = office.line("1.2.2")
    refusal = refused(lambda: assessment.score(office.session, office.an, line, {"option": 0}))
    assert refusal.name == "line_is_timed"
    office.send()
    score = assessment.score_of(office.session, line.id)
    assert score is not None
    assert (score.points, score.scored_by_id, score.version) == (D("0.5"), None, 1)
    assert score.inputs == {
        "option": 0,
        "sent_at": DAY.isoformat(),
        "due_at": END.isoformat(),
    }


@pytest.mark.parametrize(
    ("now", "points", "late"),
    [
        (END - timedelta(microseconds=1), "0.5", False),
        (END, "0.25", True),
        (END + timedelta(days=3) - timedelta(microseconds=1), "0.25", True),
        (END + timedelta(days=3), "0", True),
    ],
)
def test_lateness_is_measured_against_the_announced_end(
    office: Office, now: datetime, points: str, late: bool
) -> None:
    """I6, F6: the grace lets in, but is not the announced end; the end is exclusive."""
    office.grace(6 * 24 * 60)
    sent = office.send(now)
    score = assessment.score_of(office.session, office.line("1.2.2").id)
    assert score is not None
    assert (score.points, sent.due_at, sent.late_seconds is not None) == (D(points), END, late)


def test_with_an_extension_of_its_own_the_unit_is_in_time(office: Office) -> None:
    """domain.md 13c 9: and the others are not."""
    campaign = office.sheet.campaign
    until, step = END + timedelta(days=3), Step.SELF_ASSESSMENT
    conduct.extend(office.session, office.lan, campaign, office.sheet.unit, step, until, "bão")
    sent = office.send(END + timedelta(days=2))
    assert (sent.due_at, sent.late_seconds) == (until, None)


def test_after_the_window_nothing_is_sent(office: Office) -> None:
    """domain.md 13c 28: no record decides for the unit; it is asked to be let in."""
    proposal = office.propose()
    late = replace(office.head, at=END)
    refusal = refused(lambda: submission.approve(office.session, late, proposal))
    assert (refusal.name, office.sheet.locked_at) == ("window_closed", None)


@given(
    days=st.lists(st.integers(1, 30), min_size=0, max_size=4, unique=True),
    late=st.none() | st.integers(0, 40 * 24 * 60),
)
def test_the_later_the_fewer_points(days: list[int], late: int | None) -> None:
    """The first step for in time, else the first that names enough days, else the last."""
    labels = ["Trong hạn", *[f"Chậm không quá {n} ngày" for n in sorted(days)], "Chậm hơn"]
    places = len(labels)
    rule = Steps(
        D(places - 1),
        tuple(Option(label, D(places - 1 - n)) for n, label in enumerate(labels)),
    )
    late_by = None if late is None else timedelta(minutes=late)
    place = submission.option_for(rule, late_by)
    enough = [n for n in sorted(days) if late is not None and late < n * 24 * 60]
    expected = 0 if late is None else sorted(days).index(enough[0]) + 1 if enough else places - 1
    assert place == expected


# After the lock

ACTS: dict[str, Callable[[Office, By], object]] = {
    "score": lambda o, by: assessment.score(o.session, by, o.line("1.1.1"), {"option": 1}),
    "claim": lambda o, by: assessment.claim_points(
        o.session, by, o.line("1.1.1"), Claim(D(0), "Chưa ban hành"), on=1
    ),
    "date": lambda o, by: assessment.date_figures(
        o.session, by, o.line("1.3.3"), DAY.date(), on=1
    ),
    "date the rest": lambda o, by: assessment.date_the_rest(o.session, by, o.sheet, DAY.date()),
    "explain": lambda o, by: evidence.explain(o.session, by, o.line("1.1.2"), "Khác"),
    "attach": lambda o, by: evidence.attach(o.session, by, o.line("1.1.3"), handed("z.pdf")),
    "add": lambda o, by: evidence.add(o.session, by, o.sheet, handed("y.pdf")),
    "replace": lambda o, by: evidence.replace(o.session, by, link_of(o), handed("x.pdf")),
    "remove": lambda o, by: evidence.remove(o.session, by, link_of(o)),
    "locate": lambda o, by: evidence.set_locator(o.session, by, link_of(o), "tr. 9"),
    "describe": lambda o, by: evidence.describe(o.session, by, link_of(o), "KH 9/KH-STP"),
    "file": lambda o, by: evidence.file_under(o.session, by, link_of(o).evidence, o.line("2.1.1")),
    "propose": lambda o, by: submission.propose(o.session, by, o.sheet),
}


def link_of(office: Office) -> EvidenceLink:
    query = select(EvidenceLink).where(EvidenceLink.line_id == office.line("1.1.1").id)
    return office.session.scalars(query.order_by(EvidenceLink.id)).first() or EvidenceLink()


def rows_of(session: Session) -> list[Any]:
    tables = (SelfScore, EvidenceLink, Explanation, evidence.Evidence, Submission)
    return [
        [tuple(row) for row in session.execute(select(*table.__table__.columns))]
        for table in tables
    ]


@pytest.fixture(scope="module")
def locked(templates: Templates) -> Iterator[Office]:
    """A sheet with a document, handed in; nothing may change it, so it serves every example."""
    url = templates.copy("province", build_province)
    engine = database.create(url)
    with Session(engine) as session:
        office = Office(session)
        line = office.line("1.1.1")
        evidence.attach(session, office.an, line, handed("a.pdf"), "tr.3")
        office.send()
        session.commit()
        yield office
        session.rollback()
    engine.dispose()
    templates.drop(url)


@settings(max_examples=40, deadline=None)
@given(
    acts=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.booleans()), max_size=5),
    later=st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_after_the_lock_no_act_changes_any_line(
    locked: Office, acts: list[tuple[str, bool]], later: timedelta
) -> None:
    """F37: whoever of the unit tries what, whenever, in whatever order."""
    before = rows_of(locked.session)
    for name, as_head in acts:
        by = replace(locked.head if as_head else locked.an, at=DAY + later)
        refusal = refused(lambda name=name, by=by: ACTS[name](locked, by))
        assert (refusal.name, refusal.values["sent_at"]) == ("sheet_locked", DAY)
        locked.session.rollback()
    assert rows_of(locked.session) == before


def test_two_heads_at_once_lock_once(province: sessionmaker[Session]) -> None:
    """F39: the second finds it done, on either database."""
    with province.begin() as session:
        office = Office(session)
        proposal_id = office.propose().id
        heads = [
            (by.person_id, by.binding and by.binding.id) for by in (office.head, office.other)
        ]
    barrier, heard = Barrier(2), []

    def press(person_id: int, binding_id: int) -> None:
        try:
            with province.begin() as session:
                barrier.wait()
                person, binding = session.get(Person, person_id), session.get(Binding, binding_id)
                by = By(DAY, person, binding, event_id=1)
                found = session.get_one(Proposal, proposal_id)
                heard.append(submission.approve(session, by, found).code)
        except Refusal as refusal:
            heard.append(refusal.name)

    threads = [Thread(target=press, args=head) for head in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with province() as session:
        codes = list(session.scalars(select(Submission.code)))
    assert len(codes) == 1
    assert sorted(heard) == sorted([codes[0], "sheet_locked"])


def test_a_score_that_comes_at_the_instant_of_the_lock_is_in_the_snapshot_or_refused(
    province: sessionmaker[Session],
) -> None:
    """I2, F37: nothing slips in behind the lock."""
    with province.begin() as session:
        office = Office(session)
        proposal_id, line_id = office.propose().id, office.line("1.1.1").id
        people = {by.role: (by.person_id, by.binding and by.binding.id)
                  for by in (office.an, office.head)}  # fmt: skip
    barrier, heard = Barrier(2), []

    def by_of(session: Session, role: Role) -> By:
        person_id, binding_id = people[role]
        person, binding = session.get(Person, person_id), session.get(Binding, binding_id)
        return By(DAY, person, binding, event_id=1)

    def run(deed: Callable[[Session], object]) -> None:
        try:
            with province.begin() as session:
                barrier.wait()
                deed(session)
                heard.append("done")
        except Refusal as refusal:
            heard.append(refusal.name)

    def score(session: Session) -> object:
        by = by_of(session, Role.FOCAL_OFFICER)
        return assessment.score(session, by, session.get_one(Line, line_id), {"option": 1})

    def approve(session: Session) -> object:
        found = session.get_one(Proposal, proposal_id)
        return submission.approve(session, by_of(session, Role.HEAD), found)

    threads = [Thread(target=run, args=(deed,)) for deed in (score, approve)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) in (["done", "proposal_changed"], ["done", "sheet_locked"])
    with province() as session:
        sent = session.scalar(select(Submission))
        newest = assessment.score_of(session, line_id)
        assert newest is not None
        assert (sent is None) == (newest.version == 2)


def test_a_campaign_may_have_no_line_of_timeliness(province: sessionmaker[Session]) -> None:
    with province() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert campaign.timeliness_code == "1.2.2"
        timed = select(func.count()).select_from(Line).where(Line.timed)
        assert session.scalar(timed) == 30
