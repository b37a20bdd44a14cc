"""Who is in a segment, and what becomes of a broadcast to each of them (F18, F3, I3, I5)."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from models import appraisal, broadcasts, claiming, people, sending, units
from models.broadcasts import Audience, LeftOutReason, Segment, SegmentKind
from models.campaigns import Campaign
from models.outbox import LEFT_ROLE, OutboxMessage, SendStatus
from models.people import Account, Binding, By, Person, Role
from models.reach import Reached
from models.refusals import Refusal
from models.units import Unit
from tests import sheets
from tests.clock import at

NOW = at("2026-11-11 08:00")


class World:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.campaign = session.scalars(select(Campaign)).one()
        self.lan = self.by("SNV", Role.COORDINATOR, "Lan")

    def by(self, unit: str, role: Role, name: str, *, joined: bool = True) -> By:
        person = Person(name=name, created_at=NOW)
        binding = Binding(person=person, unit=self.unit(unit), role=role, since=NOW)
        self.session.add_all([person, binding])
        self.session.flush()
        if joined:
            times = {"bound_at": NOW, "last_used_at": NOW}
            account = Account(channel="telegram", address=name, person_id=person.id, **times)
            self.session.add(account)
            self.session.flush()
        return By(NOW, person, binding, event_id=1)

    def unit(self, code: str) -> Unit:
        unit = units.by_code(self.session, code)
        assert unit is not None
        return unit

    def names(self, segment: Segment) -> list[str]:
        found = broadcasts.select_people(self.session, self.campaign, segment, self.lan)
        return [candidate.name for candidate in found.recipients]

    def confirmed(self, segment: Segment, *, wants: bool = False) -> broadcasts.Broadcast:
        made = broadcasts.draft(self.session, self.lan, self.campaign, segment, "Họp 08:00")
        broadcasts.ask_acknowledgement(self.session, self.lan, made, wants)
        found = broadcasts.select_people(self.session, self.campaign, segment, self.lan)
        mark = broadcasts.seen_mark(found)
        return broadcasts.confirm(self.session, self.lan, made, mark)


@pytest.fixture
def world(province: sessionmaker[Session]) -> Iterator[World]:
    with province() as session:
        yield World(session)
        session.rollback()


WORKERS = Segment(SegmentKind.GROUP, "department", audience=Audience.WORKERS)


def test_each_segment_has_its_people_and_nobody_else(world: World) -> None:
    session = world.session
    an = world.by("STP", Role.FOCAL_OFFICER, "An")
    world.by("STP", Role.DEPUTY, "Phó")
    world.by("STP", Role.HEAD, "Giám đốc")
    world.by("HSONDONG", Role.FOCAL_OFFICER, "Sơn")
    reviewer = world.by("STP", Role.REVIEWER, "Thẩm")
    world.by("SNV", Role.REVIEWER, "Rảnh")
    world.by("HLUCNAM", Role.REVIEWER, "Của xã")  # R5.4b: for the district's own campaign.
    world.by("SNV", Role.ADMIN, "Quản trị")
    assert reviewer.person is not None
    appraisal.assign(session, By(NOW), world.campaign, world.unit("STP"), "2", reviewer.person)
    assert an.person is not None
    sheet = sheets.complete(session, "STP", an.person.id, NOW)
    sheet.locked_at = NOW
    gone = session.scalars(select(Account).where(Account.address == "Sơn")).one()
    gone.unreachable_since = NOW
    session.flush()
    chosen = (world.unit("STP").id, world.unit("SNV").id)
    kind = SegmentKind
    assert {
        "role": world.names(Segment(kind.ROLE, "focal_officer")),
        "reviewers": world.names(Segment(kind.ROLE, "reviewer")),
        "departments": world.names(WORKERS),
        "heads": world.names(Segment(kind.GROUP, "department", audience=Audience.HEADS)),
        "districts": world.names(Segment(kind.GROUP, "district")),
        "area 2": world.names(Segment(kind.AREA, "2")),
        "unfinished": world.names(Segment(kind.UNFINISHED)),
        "unreachable": world.names(Segment(kind.UNREACHABLE)),
        "units": world.names(Segment(kind.UNITS, unit_ids=chosen, audience=Audience.ALL)),
    } == {
        "role": ["An", "Sơn"],
        "reviewers": ["Rảnh", "Thẩm"],
        "departments": ["An", "Phó"],
        "heads": ["Giám đốc"],
        "districts": ["Sơn"],
        "area 2": ["Thẩm"],
        "unfinished": ["Sơn"],
        "unreachable": ["Sơn"],
        "units": ["An", "Phó", "Giám đốc"],
    }


def test_a_commune_outside_the_campaign_is_in_no_segment(world: World) -> None:
    commune = world.session.scalars(select(Unit).where(Unit.kind == "commune")).first()
    assert commune is not None
    world.by(commune.code, Role.FOCAL_OFFICER, "Xã")
    chosen = Segment(SegmentKind.UNITS, unit_ids=(commune.id,), audience=Audience.ALL)
    assert world.names(chosen) == world.names(Segment(SegmentKind.ROLE, "focal_officer")) == []


def test_a_person_of_several_roles_gets_it_once_and_the_sender_never(world: World) -> None:
    an = world.by("STP", Role.FOCAL_OFFICER, "An")
    for person, role in ((an.person, Role.DEPUTY), (world.lan.person, Role.FOCAL_OFFICER)):
        world.session.add(Binding(person=person, unit=world.unit("STC"), role=role, since=NOW))
    world.session.flush()
    found = broadcasts.select_people(world.session, world.campaign, WORKERS, world.lan)
    assert [candidate.name for candidate in found.recipients] == ["An"]
    sender = [each.name for each in found.left_out if each.reason is LeftOutReason.SENDER]
    assert sender == ["Lan"]


def test_who_left_the_unit_before_their_turn_is_not_sent_to_and_that_is_recorded(
    world: World,
) -> None:
    """C19: recipients are fixed when it is confirmed, and checked again at the sending."""
    session = world.session
    an, binh = (world.by(u, Role.FOCAL_OFFICER, n) for u, n in (("STP", "An"), ("STC", "Bình")))
    broadcast = world.confirmed(WORKERS)
    assert an.binding is not None
    people.end_binding(session, an.binding, "chuyển công tác", world.lan)
    rows = session.scalars(select(OutboxMessage)).all()
    claimed = claiming.claim(session, [row.id for row in rows], NOW)
    sending.settle(session, claimed[0].id, SendStatus.SENT, NOW)
    session.expire_all()
    assert [message.address for message in claimed] == ["Bình"]
    assert {(row.address, row.status, row.error) for row in rows} == {
        ("An", SendStatus.SUPERSEDED, LEFT_ROLE),
        ("Bình", SendStatus.SENT, ""),
    }
    assert broadcasts.progress(session, broadcast).states == {
        Reached.LEFT_ROLE: 1,
        Reached.DELIVERED: 1,
    }
    assert binh.person is not None


def test_only_who_has_it_and_keeps_silent_is_chased(world: World) -> None:
    session = world.session
    for name, unit in (
        ("Im", "STP"),
        ("Đã", "STC"),
        ("Mất", "SXD"),
        ("Rời", "SCT"),
        ("Chờ", "SYT"),
    ):
        world.by(unit, Role.FOCAL_OFFICER, name)
    broadcast = world.confirmed(WORKERS, wants=True)
    of = {row.address: row for row in session.scalars(select(OutboxMessage))}
    for name, status in (("Im", "sent"), ("Đã", "unknown"), ("Mất", "unreachable")):
        of[name].status = SendStatus(status)
    of["Rời"].status, of["Rời"].error = SendStatus.SUPERSEDED, LEFT_ROLE
    done = broadcasts.recipient_of(session, broadcast.id, of["Đã"].person_id)
    assert done is not None
    done.acknowledged_at = NOW
    session.flush()
    owing = {candidate.name for candidate in broadcasts.owing(session, broadcast)}
    assert owing == {"Im", "Mất"}  # An account that failed once is tried again.
    assert broadcasts.progress(session, broadcast).acknowledged == 1


def test_a_thousand_recipients_take_as_many_statements_as_one(
    province: sessionmaker[Session],
) -> None:
    """Queued with one statement, in one transaction."""

    def confirm(count: int) -> int:
        with province() as session:
            world = World(session)
            for number in range(count):
                world.by("STP", Role.FOCAL_OFFICER, f"Người {number}")
            statements: list[str] = []
            listen = counting(statements)
            event.listen(session.connection().engine, "before_cursor_execute", listen)
            broadcast = world.confirmed(WORKERS)
            event.remove(session.connection().engine, "before_cursor_execute", listen)
            assert broadcasts.progress(session, broadcast).queued == count
            session.rollback()
            return len(statements)

    assert confirm(1000) == confirm(1)


def counting(statements: list[str]) -> Callable[..., None]:
    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    return note


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_only_a_coordinator_drafts_and_nobody_answers_for_another(
    world: World, role: Role
) -> None:
    """I8."""
    world.by("STP", Role.FOCAL_OFFICER, "An")
    broadcast = world.confirmed(WORKERS, wants=True)
    other = world.by("SNV", role, "Khác")
    recipient = world.session.scalars(select(broadcasts.BroadcastRecipient)).one()
    deeds: list[Callable[[], object]] = [
        lambda: broadcasts.draft(world.session, other, world.campaign, WORKERS, "x"),
        lambda: broadcasts.cancel(world.session, other, broadcast),
        lambda: broadcasts.chase(world.session, other, broadcast, 1),
        lambda: broadcasts.acknowledge(world.session, other, recipient),
    ]
    heard = []
    for deed in deeds:
        with pytest.raises(Refusal) as refused:
            deed()
        heard.append(refused.value.name)
    assert heard == ["not_your_role", "not_your_role", "not_your_role", "not_your_notice"]
