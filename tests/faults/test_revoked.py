"""Whoever has lost a role is out at once: their next message, and their presses on all that was
said to them before (N24, T8)."""

import pytest
from sqlalchemy import select

from models import people
from models.people import Role
from tests.bench import Bench, Officer
from tests.faults.stage import NEUTRAL
from tests.faults.unchanged import UNUSABLE, invite, revoke, world
from tests.papers import pdf


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
