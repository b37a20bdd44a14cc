"""People are read afresh in every turn, and known again only by the same columns (N24)."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from models.acquaintances import Acquaintances, Meeting
from models.people import Binding, Language, Person
from models.units import Unit
from tests.bench import Bench
from tests.clock import TestClock


@pytest.fixture
def meet(bench: Bench, clock: TestClock) -> Callable[..., Meeting]:
    """A turn of An's, in a session that is closed behind it, as those of the writing threads."""
    bench.officer("An", "STP")
    acquaintances = Acquaintances()
    sessions = sessionmaker(bench.sessions.kw["bind"], expire_on_commit=False)

    def turn(act: Callable[[Session, Meeting], None] = lambda *_: None, keep: bool = True):
        with sessions() as session:
            meeting = acquaintances.meet(session, "test", "An", clock())
            act(session, meeting)
            session.commit() if keep else session.rollback()
        return meeting

    turn()
    return turn


def test_whoever_has_not_changed_is_the_same_object(meet: Callable[..., Meeting]) -> None:
    first, second = meet(), meet()
    assert first.person is second.person
    assert first.bindings[0].unit is second.bindings[0].unit


CHANGES = {
    "a name": update(Person).values(name="Bình"),
    "a language": update(Person).values(language=Language.ENGLISH),
    "the name of a unit": update(Unit).values(name="Sở khác"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_elsewhere_is_seen_at_once(
    meet: Callable[..., Meeting], bench: Bench, what: str
) -> None:
    before = meet()
    with bench.sessions.begin() as session:
        session.execute(CHANGES[what])
    after = meet()
    assert after.person is not before.person


def test_a_role_that_ended_a_moment_ago_is_not_there(
    meet: Callable[..., Meeting], bench: Bench
) -> None:
    assert len(meet().bindings) == 1
    with bench.sessions.begin() as session:
        session.execute(update(Binding).values(ended_at=bench.clock()))
    assert meet().bindings == ()


@pytest.mark.parametrize("kept", [True, False])
def test_what_a_turn_changed_or_gave_up_is_read_again(
    meet: Callable[..., Meeting], kept: bool
) -> None:
    def choose(_: Session, meeting: Meeting) -> None:
        assert meeting.person is not None
        meeting.person.language = Language.ENGLISH

    meet(choose, keep=kept)
    person = meet().person
    assert person is not None
    assert person.language is (Language.ENGLISH if kept else Language.VIETNAMESE)


def test_what_was_loaded_beside_does_not_grow_old(
    meet: Callable[..., Meeting], bench: Bench
) -> None:
    """A list of roles that a turn looked at would miss the next one."""

    def count(_: Session, meeting: Meeting) -> None:
        assert meeting.person is not None
        counts.append(len(meeting.person.bindings))

    counts: list[int] = []
    meet(count)
    bench.officer("An", "STC")
    meet(count)
    assert counts == [1, 2]
