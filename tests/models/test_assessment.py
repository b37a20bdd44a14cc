"""Sheets of a campaign, and how far the work on them is (R6.2, F23, F34, N5; domain.md 3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal as D

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, units
from models.assessment import Line, SelfScore, Tally
from models.assessment.standings import tally
from models.catalogue import Item, Method
from models.evidence.tables import Evidence, EvidenceLink, Explanation
from models.people import Person
from tests.clock import TestClock

REMAINING = {  # The README's table: points of the lines that apply, self and survey.
    "VPUBND": (D("55.5"), D("10.75")),
    "TTT": (D("51.5"), D("10.75")),
    "BDT": (D(67), D("19.25")),
    "SNGV": (D(76), D(20)),
    "BQLKCN": (D(77), D(20)),
    "HVIETYEN": (D(74), D(25)),
    "HSONDONG": (D(74), D(25)),
}


@pytest.fixture
def session(province: sessionmaker[Session]) -> Iterator[Session]:
    with province() as session:
        yield session


def sheet_of(session: Session, code: str) -> int:
    unit = units.by_code(session, code)
    assert unit is not None
    query = select(assessment.Assessment.id).where(assessment.Assessment.unit_id == unit.id)
    return session.scalars(query).one()


class Desk:
    """Puts scores, documents and explanations on lines of Sở Tư pháp, without asking anybody."""

    def __init__(self, session: Session, at: datetime) -> None:
        self.session, self.at = session, at
        self.sheet = sheet_of(session, "STP")
        self.person = Person(name="Nguyễn Văn An", created_at=at)
        session.add(self.person)
        session.flush()

    def line(self, code: str) -> Line:
        line = assessment.find_line(self.session, self.sheet, code)
        assert line is not None
        return line

    def score(self, code: str, points: str | None, version: int = 1) -> None:
        self.session.add(
            SelfScore(
                line_id=self.line(code).id,
                version=version,
                inputs={},
                points=None if points is None else D(points),
                scored_by_id=self.person.id,
                scored_at=self.at,
            )
        )
        self.session.flush()

    def prove(self, code: str) -> EvidenceLink:
        by = self.person.id
        evidence = Evidence(
            assessment_id=self.sheet, name="KH-12.pdf", added_by_id=by, added_at=self.at
        )
        self.session.add(evidence)
        self.session.flush()
        link = EvidenceLink(
            line_id=self.line(code).id,
            evidence_id=evidence.id,
            linked_by_id=by,
            linked_at=self.at,
        )
        self.session.add(link)
        self.session.flush()
        return link

    def explain(self, code: str) -> None:
        self.session.add(
            Explanation(
                line_id=self.line(code).id,
                text="Chưa có văn bản",
                written_by_id=self.person.id,
                written_at=self.at,
            )
        )
        self.session.flush()


@pytest.fixture
def desk(session: Session, clock: TestClock) -> Desk:
    return Desk(session, clock())


def test_every_unit_has_the_lines_that_its_catalogue_leaves_it(session: Session) -> None:
    query = select(units.Unit.code, Item.method, Item.max_points, Line.exempt)
    query = query.join(assessment.Assessment, assessment.Assessment.unit_id == units.Unit.id)
    query = query.join(Line, Line.assessment_id == assessment.Assessment.id).join(Line.item)
    found: dict[str, dict[Method, D]] = {}
    count = 0
    for code, method, points, exempt in session.execute(query):
        count += 1
        sums = found.setdefault(code, dict.fromkeys((Method.SELF, Method.SURVEY), D(0)))
        sums[method] += 0 if exempt else points
    assert (len(found), count) == (30, 20 * 107 + 10 * 105)
    for code, sums in found.items():
        usual = (D(80), D(20)) if code[0] in "SVTB" and code[:2] != "TP" else (D(75), D(25))
        assert (code, tuple(sums.values())) == (code, REMAINING.get(code, usual))


def test_the_ministry_of_justice_s_department_scores_86_of_107_lines(desk: Desk) -> None:
    total = assessment.progress(desk.session, desk.sheet).total
    count = select(func.count()).where(Line.assessment_id == desk.sheet)
    assert (desk.session.scalar(count), total.lines, total.not_scored) == (107, 86, 85)


def test_zero_is_a_score_and_a_corrected_score_counts_once(desk: Desk) -> None:
    """F23: 0 points, not entered and not assessed are three things."""
    desk.score("1.1.1", "0.5")
    desk.score("1.1.1", "0", version=2)
    desk.score("2.1.1", None)
    found = {s.code: s for s in assessment.standings(desk.session, desk.sheet)}
    assert [(found[c].scored, found[c].points, found[c].backed)
            for c in ("1.1.1", "1.1.2", "2.1.1")] == [
        (True, D(0), False), (False, None, False), (True, None, True)]  # fmt: skip
    assert assessment.progress(desk.session, desk.sheet).points == D(0)


def test_a_line_is_proven_by_an_open_link_and_explained_by_an_open_explanation(
    desk: Desk,
) -> None:
    for code in ("1.1.1", "1.1.2", "1.1.3", "1.6.1"):  # 1.6.1 needs no evidence.
        desk.score(code, "0.5")
    link = desk.prove("1.1.1")
    desk.explain("1.1.2")
    desk.prove("2.1.1")
    progress = assessment.progress(desk.session, desk.sheet)
    expected = Tally(
        lines=86, scored=4, proven=2, explained=1, ahead=1, not_scored=81, not_proven=1, timed=1
    )
    assert progress.total == expected
    assert [line.code for line in progress.missing] == ["1.1.3"]
    assert [(a.code, a.tally.lines, a.tally.open) for a in progress.areas][:2] == [
        ("1", 16, 12),
        ("2", 9, 9),
    ]
    link.closed_at = desk.at
    desk.session.flush()
    progress = assessment.progress(desk.session, desk.sheet)
    assert progress.total == replace(expected, proven=1, not_proven=2)
    assert assessment.owes(desk.session, desk.sheet) == assessment.Owed(81, 2)
    assert assessment.tallies(desk.session, 1)[desk.sheet] == progress.total


def test_the_counts_of_all_sheets_are_those_of_each(desk: Desk) -> None:
    """N1: lines of every standing, one scored twice, one closed again."""
    codes = [line.code for line in assessment.standings(desk.session, desk.sheet)][:48]
    for place, code in enumerate(codes):
        if place % 2:
            desk.score(code, None if place % 3 == 0 else "0")
        if place % 4 > 1:
            desk.explain(code)
        if place % 8 > 3:
            desk.prove(code)
    desk.score(codes[1], "0.25", version=2)
    desk.prove(codes[3]).closed_at = desk.at
    desk.session.flush()
    found = assessment.tallies(desk.session, 1)
    sheets = desk.session.scalars(select(assessment.Assessment.id)).all()
    assert len(found) == len(sheets) == 30
    for sheet in sheets:
        assert found[sheet] == tally(assessment.standings(desk.session, sheet))


def test_the_next_line_is_the_next_open_one_and_the_search_begins_again(desk: Desk) -> None:
    def following(code: str | None) -> str | None:
        after = desk.line(code).id if code else None
        line = assessment.next_missing(desk.session, desk.sheet, after)
        return line.code if line else None

    # 1.2.2 is scored by the sending, so it is nobody's next line.
    assert [following(c) for c in (None, "1.1.1", "1.2.1", "8.3.2")] == [
        "1.1.1",
        "1.1.2",
        "1.3.1",
        "1.1.1",
    ]


def test_lines_are_found_by_area_criterion_code_and_words_without_marks(desk: Desk) -> None:
    session, sheet = desk.session, desk.sheet
    areas = assessment.areas(session, sheet)
    criteria = assessment.criteria_in(session, sheet, areas[0].id)
    first = assessment.lines_in(session, sheet, criteria[0].id)
    itself = assessment.lines_in(session, sheet, criteria[4].id)
    found = assessment.search_lines(session, sheet, "ke hoach  KIỂM tra")
    assert [area.code for area in areas] == list("12345678")
    # 1.8 is all survey; 1.5 has no components and is a line itself (domain.md 13c, 1).
    assert [c.code for c in criteria] == ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"]
    assert [line.item.code for line in first] == ["1.1.1", "1.1.2", "1.1.3"]
    assert [line.item.code for line in itself] == ["1.5"]
    assert [line.item.code for line in found] == ["1.3.1"]
    assert (
        len(assessment.lines_in(session, sheet, areas[0].id)) == 15
    )  # Without 1.2.2, scored by the sending.
    assert assessment.find_line(session, sheet, "9.9") is None
    assert assessment.search_lines(session, sheet, "% _") == []


def test_the_office_is_let_off_the_area_it_appraises(session: Session) -> None:
    sheet = sheet_of(session, "VPUBND")
    assert "3" not in [area.code for area in assessment.areas(session, sheet)]
    line = assessment.find_line(session, sheet, "3.1.1")
    assert line is not None
    assert line.exempt


def test_the_status_takes_two_statements_whatever_is_on_the_sheet(desk: Desk) -> None:
    desk.score("1.1.1", "0.5")
    desk.prove("1.1.1")
    statements: list[str] = []
    engine = desk.session.get_bind()
    assert isinstance(engine, Engine)

    def count(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", count)
    assessment.progress(desk.session, desk.sheet)
    assert len(statements) == 2
