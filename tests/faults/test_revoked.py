"""Whoever has lost a role is out at once: their next message, and their presses on all that was
said to them before (N24, T8). CCHC_LEAVERS makes the live run longer."""

import os

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from models import people
from models.database import is_transient
from models.inbox import EventStatus, InboxEvent
from models.messages import Kind
from models.outbox import OutboxMessage
from models.people import By, Role
from tests.bench import Bench, Officer
from tests.faults import figures
from tests.faults.stage import NEUTRAL, Stage, eventually
from tests.faults.unchanged import UNUSABLE, invite, revoke, world
from tests.papers import pdf

LEAVERS = int(os.environ.get("CCHC_LEAVERS", "4"))
IN_FLIGHT, AFTER = 50, 20


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def test_a_revoked_persons_next_message_and_old_presses_are_a_strangers(
    bench: Bench,
) -> None:
    """N24, T8: also presses on the messages with which they joined."""
    an = bench.stranger("An")
    an.types(invite(bench))
    an.picks("join")
    an.types("/menu")
    an.sends(("KH.pdf", pdf("KH")), caption="1.1.1")
    spoken = an.messages
    with bench.sessions() as session:
        an.person_id = session.scalar(select(people.Person.id))
    revoke(bench, an)
    before = world(bench)
    for act in ("/menu", "/lich", "xin chào", "/dangnhap"):
        an.types(act)
        assert (an.text, an.labels) == (NEUTRAL, [])
    an.sends(("sau.pdf", pdf("sau")), caption="1.1.1")
    assert an.text == NEUTRAL
    for message in spoken:
        heard = UNUSABLE if message.name == "invited" else NEUTRAL  # Its code is used up.
        for position in range(len(message.choices) + len(message.always)):
            an.presses(f"{message.ref}:{position}")
            assert (an.text, an.labels) == (heard, []), message.name
    assert world(bench) == before


def test_who_lost_one_of_two_roles_reads_no_further_in_the_lists_of_that_role(
    bench: Bench, an: Officer
) -> None:
    bench.officer("Nguyễn Văn An", "STC", Role.REVIEWER)
    an.types("/minhchung")
    an.picks("evidence_by_area")
    if not any(label.startswith("Trang sau") for label in an.labels):
        an.picks("evidence_area")
    old = an.last
    revoke(bench, an)
    an.presses(f"{old.ref}:p1")
    assert an.text == (
        "Vai trò này của anh/chị đã kết thúc nên không thực hiện được. "
        "Anh/chị mở trang đầu để xem những việc hiện có."
    )


def heard_of(stage: Stage, address: str) -> list[str]:
    """The answers; of what the clock brings meanwhile nothing is asked."""
    with stage.live.bot.database.readers() as session:
        here = (OutboxMessage.address == address, OutboxMessage.kind == Kind.ANSWER)
        said = select(OutboxMessage.name).where(*here)
        return list(session.scalars(said.order_by(OutboxMessage.id)))


def ended(stage: Stage, address: str) -> bool:
    """End the role; whether it worked, or others held the database too long."""
    try:
        with stage.sessions.begin() as session:
            person = people.person_at(session, "telegram", address)
            assert person is not None
            for binding in people.active_bindings(session, person.id):
                people.end_binding(session, binding, "chuyển công tác", By(stage.clock()))
    except DBAPIError as error:
        if not is_transient(error):
            raise
        return False
    return True


@pytest.mark.timeout(120 + 5 * LEAVERS)
def test_a_role_ends_in_the_midst_of_what_its_holder_does(stage: Stage) -> None:
    """Live: the role ends while fifty messages are on their way. Each is an officer's or a
    stranger's, none an officer's after a stranger's, and all that are sent later a stranger's."""
    sent = IN_FLIGHT + AFTER
    for leaver in [stage.officer(f"An {number}") for number in range(LEAVERS)]:
        address = str(leaver.user.id)
        for _ in range(IN_FLIGHT):
            leaver.user.text("/menu")
        eventually(lambda address=address: heard_of(stage, address))
        while not ended(stage, address):
            pass  # The bot writes without a pause, and the stage waits for it briefly only.
        for _ in range(AFTER):
            leaver.user.text("/menu")
        eventually(lambda address=address: len(heard_of(stage, address)) >= sent, 60)
        names = heard_of(stage, address)
        officers = names.index("stranger")
        print(f"{officers} of {IN_FLIGHT} in flight were still an officer's")
        assert 1 <= officers <= IN_FLIGHT
        assert names[officers:] == ["stranger"] * (sent - officers)
        assert "stranger" not in names[:officers]
    figures.note("T8", f"{LEAVERS:,} leavers, {IN_FLIGHT} messages of each in flight: all refused")
    with stage.live.bot.database.readers() as session:
        assert set(session.scalars(select(InboxEvent.status))) == {EventStatus.DONE}
