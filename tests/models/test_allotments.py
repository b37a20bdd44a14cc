"""Lines given to colleagues of the unit: who writes what, and whose they are after (F2, R5.3a)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import allotments, assessment, evidence, reminders, staffing
from models.assessment import AdjustmentKind, Assessment, Line, Standing, open_adjustments
from models.audit import AuditEntry
from models.outbox import OutboxMessage
from models.people import Account, Binding, By, Person, Role
from models.refusals import Refusal
from models.reminders import Manners, Outcome, Reminder
from tests import sheets
from tests.clock import at
from tests.models.office import refused
from tests.models.test_evidence import handed

NOW = at("2026-11-03 10:05")


class Unit:
    """STP with a focal officer, a deputy and two members; nothing is scored yet."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.sheet: Assessment = sheets.sheet_of(session, "STP")
        self.an = self.by("An", Role.FOCAL_OFFICER)
        self.dung = self.by("Dũng", Role.DEPUTY)
        self.binh = self.by("Bình", Role.MEMBER)
        self.chi = self.by("Chi", Role.MEMBER)

    def by(self, name: str, role: Role, unit: str = "STP") -> By:
        person = Person(name=name, created_at=NOW)
        owner = sheets.sheet_of(self.session, unit).unit
        binding = Binding(person=person, unit=owner, role=role, since=NOW)
        self.session.add_all([person, binding])
        self.session.flush()
        account = Account(channel="test", address=name, person_id=person.id)
        account.bound_at = account.last_used_at = NOW
        self.session.add(account)
        return By(NOW, person, binding, event_id=1)

    def line(self, code: str) -> Line:
        line = assessment.find_line(self.session, self.sheet.id, code)
        assert line is not None
        return line

    def give(self, to: By, *codes: str, by: By | None = None) -> list[allotments.Allotment]:
        assert to.binding is not None
        lines = [self.line(code) for code in codes]
        return allotments.give(self.session, by or self.an, self.sheet, lines, to.binding)

    def codes_of(self, by: By) -> list[str]:
        return [line.code for line in allotments.share_of(self.session, self.sheet, by.person_id)]

    def told(self, by: By) -> list[str]:
        query = select(OutboxMessage.name).where(OutboxMessage.person_id == by.person_id)
        return list(self.session.scalars(query.order_by(OutboxMessage.id)))


@pytest.fixture
def unit(province: sessionmaker[Session]) -> Iterator[Unit]:
    with province() as session:
        yield Unit(session)
        session.rollback()


def test_points_beside_the_100_are_given_to_nobody(unit: Unit) -> None:
    """A forged press too: the rule refuses by name, and none of the lines beside it is given."""
    caps = {AdjustmentKind.BONUS: Decimal(2), AdjustmentKind.PENALTY: Decimal(1)}
    open_adjustments(unit.session, unit.sheet.campaign, caps, NOW, proven=True)
    for by in (unit.an, unit.dung):
        for codes in (["Điểm thưởng"], ["Điểm trừ"], ["1.1.1", "Điểm thưởng"]):
            refusal = refused(lambda by=by, codes=codes: unit.give(unit.binh, *codes, by=by))  # type: ignore[misc]
            assert refusal.name == "adjustment_not_given"
    assert unit.codes_of(unit.binh) == []
    assert unit.told(unit.binh) == []
    line, inputs = unit.line("Điểm thưởng"), {"points": "1", "reason": "Giải nhất"}
    unit.give(unit.binh, "1.1.1")
    refusal = refused(lambda: assessment.score(unit.session, unit.binh, line, inputs))
    assert refusal.name == "line_not_given"


def test_a_member_writes_on_the_lines_given_and_on_no_other(unit: Unit) -> None:
    """I8: scoring, explaining, filing; until the line is taken back."""
    session, sheet, binh = unit.session, unit.sheet, unit.binh
    own, other = unit.line("1.1.1"), unit.line("1.1.2")
    deeds = {
        "score": lambda line: assessment.score(session, binh, line, {"option": 0}),
        "explain": lambda line: evidence.explain(session, binh, line, "Theo hồ sơ"),
        "attach": lambda line: evidence.attach(session, binh, line, handed("a.pdf")),
    }
    for deed in deeds.values():
        assert refused(lambda deed=deed: deed(own)) == Refusal("line_not_given")
    unit.give(binh, "1.1.1")
    for deed in deeds.values():
        deed(own)
        assert refused(lambda deed=deed: deed(other)) == Refusal("line_not_given")
    allotments.take_back(session, unit.an, sheet, [own])
    for deed in deeds.values():
        assert refused(lambda deed=deed: deed(own)) == Refusal("line_not_given")
    score = assessment.score_of(session, own.id)
    assert score is not None  # What was entered stays.
    assert score.scored_by_id == binh.person_id


def test_focal_officer_and_deputy_write_on_every_line(unit: Unit) -> None:
    unit.give(unit.binh, "1.1.1")
    for by in (unit.an, unit.dung):
        assessment.score(unit.session, by, unit.line("1.1.1"), {"option": 0})


def test_a_member_hands_documents_in_and_sets_only_the_own_ones_aside(unit: Unit) -> None:
    session, sheet = unit.session, unit.sheet
    add = refused(lambda: evidence.add(session, unit.binh, sheet, handed("a.pdf")))
    assert add == Refusal("line_not_given")
    unit.give(unit.binh, "1.1.1")
    own = evidence.add(session, unit.binh, sheet, handed("a.pdf"))
    others = evidence.add(session, unit.an, sheet, handed("b.pdf"))
    evidence.set_aside(session, unit.binh, own)
    refusal = refused(lambda: evidence.set_aside(session, unit.binh, others))
    assert refusal == Refusal("document_of_colleague")


def test_only_who_answers_for_the_sheet_gives_and_only_within_the_unit(unit: Unit) -> None:
    stranger = unit.by("Lạ", Role.MEMBER, "STC")
    observer = unit.by("Nga", Role.OBSERVER)
    assert refused(lambda: unit.give(unit.chi, "1.1.1", by=unit.binh)).name == "not_your_role"
    for to in (stranger, observer):
        assert refused(lambda to=to: unit.give(to, "1.1.1")).name == "colleague_unfit"
    foreign = unit.by("Hoa", Role.FOCAL_OFFICER, "STC")
    assert refused(lambda: unit.give(unit.chi, "1.1.1", by=foreign)).name == "not_your_unit"
    assert refused(lambda: unit.give(unit.chi, "1.2.2")).name == "line_is_timed"


def test_a_line_given_anew_is_one_colleague_s_and_both_are_told(unit: Unit) -> None:
    """I4, I9: one at a time has it; the earlier row is closed, not erased."""
    unit.give(unit.binh, "1.1.1", "1.1.2")
    unit.give(unit.chi, "1.1.2")
    assert (unit.codes_of(unit.binh), unit.codes_of(unit.chi)) == (["1.1.1"], ["1.1.2"])
    assert unit.told(unit.binh) == ["lines_given", "lines_taken_back"]
    assert unit.told(unit.chi) == ["lines_given"]
    assert refused(lambda: unit.give(unit.chi, "1.1.2")).name == "lines_given_already"
    rows = unit.session.scalars(select(allotments.Allotment)).all()
    assert [row.ended_at is None for row in rows] == [True, False, True]


def test_the_lines_of_whoever_leaves_are_the_focal_officer_s_who_is_told(unit: Unit) -> None:
    """domain.md 13c 16."""
    unit.give(unit.binh, "1.1.1", "2.1.1")
    assert unit.binh.binding is not None
    staffing.end_binding(unit.session, unit.binh.binding, "chuyển công tác", unit.an)
    line = unit.line("1.1.1")
    assert allotments.holder_of(unit.session, line.id) is None
    assert unit.told(unit.an) == ["lines_fell_back"]
    assert refused(
        lambda: assessment.score(unit.session, unit.binh, line, {"option": 0})
    ) == Refusal("role_ended")
    assert unit.binh.person is not None
    office = unit.sheet.unit
    back = Binding(person=unit.binh.person, unit=office, role=Role.MEMBER, since=NOW)
    unit.session.add(back)
    unit.session.flush()
    again = replace(unit.binh, binding=back)
    heard = refused(lambda: assessment.score(unit.session, again, line, {"option": 0}))
    assert heard == Refusal("line_not_given")  # Who comes back has no lines of before.


def test_every_act_is_in_the_log(unit: Unit) -> None:
    """I9."""
    unit.give(unit.binh, "1.1.1", "1.1.2")
    allotments.take_back(unit.session, unit.an, unit.sheet, [unit.line("1.1.1")])
    assert unit.binh.binding is not None
    staffing.end_binding(unit.session, unit.binh.binding, "nghỉ hưu", unit.an)
    unit.session.commit()
    acts = unit.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(4))
    assert list(acts) == ["lines_fall_back", "role_ended", "take_lines_back", "give_lines"]


def test_codes_of_areas_criteria_and_lines_name_lines(unit: Unit) -> None:
    def named(text: str) -> list[str]:
        found = allotments.lines_named(unit.session, unit.sheet, text)
        return [line.item.code for line in found]

    every = [line.code for line in assessment.standings(unit.session, unit.sheet.id)]
    area = [code for code in every if code.startswith("2.")]
    assert named("2") == area
    assert named("1.1.1, 2") == ["1.1.1", *area]
    assert "1.2.2" not in named("1")  # Nobody enters it.
    assert named("không có gì như vậy") == []


# Whose turn it is


def standing(place: int, holder: int | None, *, settled: bool) -> Standing:
    return Standing(
        1, place, 1, f"1.{place}", "x", 1, settled, None, False, False, False, False, holder
    )  # type: ignore[arg-type]


LINES = st.lists(st.sampled_from([None, 1, 2, 3]), max_size=12).map(
    lambda holders: [standing(n, holder, settled=False) for n, holder in enumerate(holders)]
)
ROLES = st.sampled_from([Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD, Role.MEMBER])


@settings(deadline=None)
@given(lines=LINES, role=ROLES)
def test_own_lines_come_first_and_nothing_is_lost_or_doubled(
    lines: list[Standing], role: Role
) -> None:
    """Own, nobody's, others', each in the catalogue's order; a member's are only the own."""
    person = Person(id=1, name="x", created_at=NOW)
    by = By(NOW, person, Binding(person=person, role=role), event_id=1)
    found = assessment.own_first(lines, by)
    own = [line for line in lines if line.holder_id == 1]
    nobodys = [line for line in lines if line.holder_id is None]
    others = [line for line in lines if line.holder_id not in (None, 1)]
    assert found == (own if role is Role.MEMBER else [*own, *nobodys, *others])


def test_the_next_missing_line_is_an_own_one(unit: Unit) -> None:
    """F34."""

    def following(by: By, after: str | None = None) -> str | None:
        line = unit.line(after).id if after else None
        found = assessment.next_missing(unit.session, unit.sheet.id, line, by)
        return found.code if found else None

    assert (following(unit.an), following(unit.binh)) == ("1.1.1", None)
    unit.give(unit.binh, "1.1.1", "2.1.1")
    unit.give(unit.dung, "3.1.1")
    assert following(unit.binh) == "1.1.1"
    assert following(unit.binh, "1.1.1") == "2.1.1"
    assert following(unit.binh, "2.1.1") == "1.1.1"
    assert following(unit.dung) == "3.1.1"
    assert following(unit.an) == "1.1.2"  # Not the one that Bình does.


# Reminders


def remind(unit: Unit) -> dict[str, str]:
    """The newest rung falls due: who is told, and by which message."""
    rung = Reminder(
        key="x",
        subject="x",
        campaign_id=unit.sheet.campaign_id,
        duty="self_assessment",
        step="self_assessment",
        unit_id=unit.sheet.unit_id,
        rung="-5",
        due_at=NOW,
    )
    only_to_see = unit.session.begin_nested()
    unit.session.add(rung)
    unit.session.flush()
    notices = reminders.settle(unit.session, [rung], NOW, Manners())
    assert rung.outcome is (Outcome.QUEUED if notices else Outcome.NO_RECIPIENT)
    told = {notice.person.name: notice.items[0].debt.name for notice in notices}
    only_to_see.rollback()
    return told


def test_a_reminder_reaches_a_colleague_with_what_is_theirs(unit: Unit) -> None:
    """F10, F11: the focal officer the whole, whoever has lines their own, the others nothing."""
    whole, own = "reminder_self_assessment", "reminder_own_lines"
    assert remind(unit) == {"An": whole}
    unit.give(unit.binh, "1.1.1")
    unit.give(unit.dung, "1.1.2")
    assert remind(unit) == {"An": whole, "Bình": own, "Dũng": own}
    sheets.complete(unit.session, "STP", unit.binh.person_id, NOW, without=["1.1.2"])
    assert remind(unit) == {"An": whole, "Dũng": own}


def test_without_a_focal_officer_the_deputy_answers_for_the_whole(unit: Unit) -> None:
    """N16."""
    for by in (unit.an, unit.dung):
        assert remind(unit) == {by.person.name: "reminder_self_assessment"}  # type: ignore[union-attr]
        by.binding.ended_at = NOW  # type: ignore[union-attr]
        unit.session.flush()
    assert remind(unit) == {}
