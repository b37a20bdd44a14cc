"""Messages without a known end: who may decide about which, and when they are told (I5, F17)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs.unsettled import tell_of_unsettled
from models import claiming, outbox, people, sending, unsettled
from models.messages import Kind, decode
from models.outbox import OutboxMessage, SendStatus
from models.people import By, Role
from models.refusals import Refusal
from tests.bench import Bench, Officer
from tests.clock import TestClock

Sessions = sessionmaker[Session]


def lose(bench: Bench, to: Officer, *, kind: Kind = Kind.NOTICE, alarm: bool = False) -> int:
    """A message to somebody's first role, of which nobody knows whether it arrived."""
    key = f"lost {len(to.messages)}"
    with bench.sessions.begin() as session:
        [binding, *_] = people.active_bindings(session, to.person_id or 0)
        id = outbox.enqueue(
            session,
            unsettled.ALARM if alarm else "edit_not_recorded",
            {"count": 1} if alarm else {},
            to=binding.person,
            key=key,
            at=bench.clock(),
            kind=kind,
            binding_id=binding.id,
        )
        assert id is not None
        forget(session, bench.clock, id)
        return id


def forget(session: Session, clock: TestClock, id: int) -> None:
    """It is sent as often as it may be, and each time the process ends before the outcome."""
    while session.get_one(OutboxMessage, id, populate_existing=True).status in (
        SendStatus.QUEUED,
        SendStatus.SENDING,
    ):
        claiming.claim(session, [id], clock())
        sending.recover(session, clock())


def by(session: Session, officer: Officer) -> By:
    [binding] = people.active_bindings(session, officer.person_id or 0)
    return By(officer.bench.clock(), binding.person, binding, event_id=1)


def seen_by(bench: Bench, officer: Officer) -> list[int]:
    with bench.sessions() as session:
        return [message.id for message in unsettled.waiting(session, by(session, officer))]


def alarms(officer: Officer) -> list[int]:
    """The counts that the person was told, oldest first."""
    told = [m for m in officer.messages if m.name == unsettled.ALARM]
    return [decode(message.values)["count"] for message in told]


def test_an_admin_decides_about_all_and_a_coordinator_about_notices_to_the_units_they_lead(
    bench: Bench,
) -> None:
    admin = bench.officer("Quản Trị", "SNV", Role.ADMIN)
    leader = bench.officer("Điều Phối", "SNV", Role.COORDINATOR)
    other = bench.officer("Điều Phối Huyện", "HLUCNAM", Role.COORDINATOR)
    an = bench.officer("An", "STP")
    notice, answer = lose(bench, an), lose(bench, an, kind=Kind.ANSWER)
    assert seen_by(bench, admin) == [notice, answer]
    assert seen_by(bench, leader) == [notice]
    assert seen_by(bench, other) == []
    with bench.sessions() as session:
        for id, who in ((answer, leader), (notice, other)):
            with pytest.raises(Refusal) as refused:
                unsettled.resend(session, id, by(session, who))
            assert refused.value.name == "not_your_unit"
        with pytest.raises(Refusal) as refused:
            unsettled.waiting(session, by(session, an))
        assert refused.value.name == "not_your_role"


def test_the_first_is_told_at_once_and_others_together_an_hour_later(bench: Bench) -> None:
    admin = bench.officer("Quản Trị", "SNV", Role.ADMIN)
    leader = bench.officer("Điều Phối", "SNV", Role.COORDINATOR)
    an = bench.officer("An", "STP")
    assert tell_of_unsettled(bench.sessions, bench.clock) == 0
    lose(bench, an, kind=Kind.ANSWER)
    assert tell_of_unsettled(bench.sessions, bench.clock) == 1  # No coordinator's business.
    for _ in range(2):
        bench.clock.forward(minutes=20)
        lose(bench, an)
        assert tell_of_unsettled(bench.sessions, bench.clock) == 0
    bench.clock.forward(minutes=20)
    assert tell_of_unsettled(bench.sessions, bench.clock) == 2
    assert (alarms(admin), alarms(leader)) == ([1, 3], [2])
    bench.clock.forward(hours=9)
    assert tell_of_unsettled(bench.sessions, bench.clock) == 0


def test_what_is_sent_again_and_lost_again_is_told_again(bench: Bench) -> None:
    admin, an = bench.officer("Quản Trị", "SNV", Role.ADMIN), bench.officer("An", "STP")
    id = lose(bench, an)
    tell_of_unsettled(bench.sessions, bench.clock)
    with bench.sessions.begin() as session:
        unsettled.resend(session, id, by(session, admin))
    bench.clock.forward(hours=2)
    assert tell_of_unsettled(bench.sessions, bench.clock) == 0
    with bench.sessions.begin() as session:
        forget(session, bench.clock, id)
    assert tell_of_unsettled(bench.sessions, bench.clock) == 1
    assert alarms(admin) == [1, 1]


def test_an_alarm_that_is_lost_itself_raises_no_other(bench: Bench) -> None:
    admin = bench.officer("Quản Trị", "SNV", Role.ADMIN)
    lost = lose(bench, admin, alarm=True)
    assert tell_of_unsettled(bench.sessions, bench.clock) == 0
    assert seen_by(bench, admin) == [lost]  # It can be seen all the same.


def test_a_clock_that_was_put_back_holds_no_alarm_up(bench: Bench) -> None:
    admin, an = bench.officer("Quản Trị", "SNV", Role.ADMIN), bench.officer("An", "STP")
    lose(bench, an)
    assert tell_of_unsettled(bench.sessions, bench.clock) == 1
    bench.clock.forward(days=-300)
    lose(bench, an)
    assert tell_of_unsettled(bench.sessions, bench.clock) == 1
    assert alarms(admin) == [1, 2]


def test_a_resent_message_keeps_its_key_and_its_text(bench: Bench) -> None:
    """I5: it is the same message, once more in the queue, and no second one."""
    admin, an = bench.officer("Quản Trị", "SNV", Role.ADMIN), bench.officer("An", "STP")
    id = lose(bench, an)
    with bench.sessions.begin() as session:
        before = session.get_one(OutboxMessage, id)
        key, values = before.key, before.values
        unsettled.resend(session, id, by(session, admin))
    with bench.sessions() as session:
        [found] = session.scalars(select(OutboxMessage)).all()
        assert (found.key, found.values, found.status) == (key, values, SendStatus.QUEUED)
