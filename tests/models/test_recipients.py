"""Whether its reader may still have a message is asked when it is sent (T8, T19)."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import claiming, outbox, people
from models.messages import Kind
from models.outbox import OutboxMessage, Recipient, SendStatus
from models.people import Account, By, Person, Role
from tests.bench import Bench, Officer

SENDING, SUPERSEDED = SendStatus.SENDING, SendStatus.SUPERSEDED


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def queue(bench: Bench, an: Officer, kind: Kind, *, in_role: bool) -> None:
    with bench.sessions.begin() as session:
        person = session.get_one(Person, an.person_id)
        binding = people.active_bindings(session, person.id)[0]
        outbox.enqueue(
            session,
            "edit_not_recorded",
            to=person,
            key=f"{kind} {in_role}",
            at=bench.clock(),
            kind=kind,
            binding_id=binding.id if in_role else None,
        )


def claim(sessions: sessionmaker[Session], bench: Bench) -> dict[str, SendStatus]:
    """What became of everything that was queued."""
    with sessions.begin() as session:
        ids = list(session.scalars(select(OutboxMessage.id)))
        claimed = claiming.claim(session, ids, bench.clock())
    with sessions() as session:
        rows = list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
        assert {item.id for item in claimed} == {row.id for row in rows if row.status is SENDING}
        settled = {row.id for row in rows if row.settled_at is not None}
        assert settled == {row.id for row in rows if row.status is SUPERSEDED}
        return {row.key: row.status for row in rows}


def end_role(bench: Bench, an: Officer, unit: str) -> None:
    with bench.sessions.begin() as session:
        for binding in people.active_bindings(session, an.person_id or 0):
            if binding.unit.code == unit:
                people.end_binding(session, binding, "chuyển công tác", By(bench.clock()))


def let_account_go(bench: Bench, an: Officer, unit: str) -> None:
    with bench.sessions.begin() as session:
        account = people.accounts_of(session, an.person_id or 0)[0]
        account.ended_at = bench.clock()


@pytest.mark.parametrize("change", [end_role, let_account_go])
def test_what_a_leaver_was_to_be_told_is_not_sent_but_answers_are(
    bench: Bench, an: Officer, change: Callable[[Bench, Officer, str], None]
) -> None:
    for kind in Kind:
        for in_role in (True, False):
            queue(bench, an, kind, in_role=in_role)
    bench.clock.forward(minutes=1)
    change(bench, an, "STP")
    assert claim(bench.sessions, bench) == {
        "answer True": SENDING,
        "answer False": SENDING,
        "document True": SUPERSEDED,
        "document False": SUPERSEDED,
        "notice True": SUPERSEDED,
        "notice False": SUPERSEDED,
    }


def test_that_the_role_has_ended_is_told(bench: Bench, an: Officer) -> None:
    end_role(bench, an, "STP")
    with bench.sessions.begin() as session:
        person = session.get_one(Person, an.person_id)
        outbox.enqueue(session, "role_given_up", to=person, key="after", at=bench.clock())
    assert claim(bench.sessions, bench) == {"after": SENDING}


def test_who_keeps_another_role_is_told_what_is_not_of_the_ended_one(
    bench: Bench, an: Officer
) -> None:
    queue(bench, an, Kind.NOTICE, in_role=True)
    queue(bench, an, Kind.NOTICE, in_role=False)
    bench.officer("Nguyễn Văn An", "STC", Role.OBSERVER)
    bench.clock.forward(minutes=1)
    end_role(bench, an, "STP")
    assert claim(bench.sessions, bench) == {"notice True": SUPERSEDED, "notice False": SENDING}


def test_an_address_that_is_somebody_elses_now_gets_nothing_meant_for_the_first(
    bench: Bench, an: Officer
) -> None:
    queue(bench, an, Kind.NOTICE, in_role=False)
    let_account_go(bench, an, "")
    with bench.sessions.begin() as session:
        hoa = Person(name="Hoa", created_at=bench.clock())
        session.add(hoa)
        session.flush()
        account = Account(channel=an.channel, address=an.address, person_id=hoa.id)
        account.bound_at = account.last_used_at = bench.clock()
        session.add(account)
        to = Recipient(an.channel, an.address, hoa.id)
        outbox.enqueue(session, "edit_not_recorded", to=to, key="hers", at=bench.clock())
    assert claim(bench.sessions, bench) == {"notice False": SUPERSEDED, "hers": SENDING}
