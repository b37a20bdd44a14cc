"""Codes are single use, expire, and are kept only as hashes (reliability.md 5, T2, T3)."""

import re
import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import people, units
from models.audit import AuditEntry
from models.database import is_transient
from models.people import Binding, By, Invitation, Person, Role, codes, invitations
from models.refusals import Refusal
from tests.clock import TestClock

CODES = st.text(codes.ALPHABET, min_size=26, max_size=26)


def invite(sessions: sessionmaker[Session], clock: TestClock, **values: object) -> str:
    with sessions.begin() as session:
        stp = units.by_code(session, "STP")
        assert stp is not None
        by = By(clock())
        return invitations.invite(
            session, by, unit=stp, role=Role.FOCAL_OFFICER, name="Nguyễn Văn An"
        )


def sealed(code: str) -> str:
    found = invitations.hash_in(invitations.seal(code))
    assert found is not None
    return found


def test_a_code_is_26_characters_of_crockford_and_never_the_same() -> None:
    made = {codes.new() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", code) for code in made)


@given(
    CODES,
    st.sampled_from(
        ["{}", "/start {}", "https://x.vn/start/{}", "t.me/b?start={} ạ", "x/tai-len/{}"]
    ),
)
def test_whatever_carries_a_code_is_stored_without_it(code: str, text: str) -> None:
    kept = invitations.seal(text.format(code))
    assert code not in kept
    assert invitations.hash_in(kept) == invitations.hash_of(code)


@given(CODES)
def test_small_letters_and_misread_signs_are_the_same_code(code: str) -> None:
    typed = code.replace("1", "l").replace("0", "o").lower()
    assert invitations.seal(typed) == invitations.seal(code)


@pytest.mark.parametrize(
    "text",
    [
        "/lich",
        "Kế hoạch số 12/KH-STP ngày 08/01/2026",
        "https://drive.example/d/01ARZ3NDEKTSV4RRFFQ69G5FAV/view",
        "01ARZ3NDEKTSV4RRFFQ69G5FA",
        "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
        "UUUUUUUUUUUUUUUUUUUUUUUUUU",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert invitations.seal(text) == text


def test_a_hash_read_in_the_database_opens_nothing(
    province: sessionmaker[Session], clock: TestClock
) -> None:
    code = invite(province, clock)
    with province() as session:
        stolen = session.scalar(select(Invitation.code_hash))
        assert stolen == sealed(code)
        typed = invitations.hash_in(invitations.seal(f"#{stolen}"))
        assert typed is not None
        assert invitations.find_usable(session, typed, clock()) is None


def test_accepting_binds_person_account_and_role_once(
    province: sessionmaker[Session], clock: TestClock
) -> None:
    code = invite(province, clock)
    with province.begin() as session:
        found = invitations.find_usable(session, sealed(code), clock())
        assert found is not None
        binding = invitations.accept(session, found, "test", "1", clock())
        assert isinstance(binding, Binding)
        person = people.person_at(session, "test", "1")
        assert person is not None
        assert (person.name, binding.unit.code, binding.role) == (
            "Nguyễn Văn An",
            "STP",
            Role.FOCAL_OFFICER,
        )
    with province() as session:
        assert invitations.find_usable(session, sealed(code), clock()) is None
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        assert actions[-2:] == ["invited", "invitation_accepted"]


def test_a_code_is_good_up_to_its_72nd_hour_and_not_at_it(
    province: sessionmaker[Session], clock: TestClock
) -> None:
    hash, made_at = sealed(invite(province, clock)), clock()
    last = made_at + timedelta(hours=72)
    with province() as session:
        assert invitations.find_usable(session, hash, last - timedelta(seconds=1)) is not None
        assert invitations.find_usable(session, hash, last) is None


def test_of_many_who_press_at_once_exactly_one_is_let_in(
    province: sessionmaker[Session], clock: TestClock
) -> None:
    hash = sealed(invite(province, clock))
    ready = threading.Barrier(8)
    outcomes: list[str] = []

    def press(address: str) -> None:
        with province() as session:
            found = invitations.find_usable(session, hash, clock())
            session.rollback()
            assert found is not None
            ready.wait()
            while True:
                try:
                    with session.begin():
                        invitations.accept(session, found, "test", address, clock())
                    outcomes.append("bound")
                except Refusal as refusal:
                    outcomes.append(refusal.name)
                except Exception as error:
                    if is_transient(error):
                        continue
                    outcomes.append(repr(error))
                return

    threads = [threading.Thread(target=press, args=(f"a{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["bound"] + ["code_unusable"] * 7
    with province() as session:
        assert session.scalar(select(func.count()).select_from(Binding)) == 1
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_after_five_wrong_codes_an_hour_even_the_right_one_waits(
    province: sessionmaker[Session], clock: TestClock
) -> None:
    hash = sealed(invite(province, clock))
    here = ("test", "guesser")
    with province.begin() as session:
        for _ in range(7):
            assert invitations.try_code(session, "0" * 64, *here, clock()) is None
        assert invitations.wrong_codes(session, *here, clock()) == 5
        assert invitations.try_code(session, hash, *here, clock()) is None
        assert invitations.try_code(session, hash, "test", "other", clock()) is not None
        clock.forward(hours=1)
        assert invitations.try_code(session, hash, *here, clock()) is not None


def test_a_log_in_link_gives_an_account_and_no_role(
    province: sessionmaker[Session], clock: TestClock
) -> None:
    code = invite(province, clock)
    with province.begin() as session:
        found = invitations.find_usable(session, sealed(code), clock())
        assert found is not None
        invitations.accept(session, found, "telegram", "7", clock())
        person = people.person_at(session, "telegram", "7")
        assert person is not None
        link = invitations.invite_to_log_in(session, By(clock(), person), person)
        offered = invitations.find_usable(session, sealed(link), clock())
        assert offered is not None
        assert invitations.accept(session, offered, "web", "w1", clock()) is person
        assert people.person_at(session, "web", "w1") is person
        assert len(people.active_bindings(session, person.id)) == 1


def test_nobody_lets_in_somebody_who_holds_more_than_they_may_give(
    province: sessionmaker[Session], clock: TestClock
) -> None:
    with province.begin() as session:
        snv, stp = units.by_code(session, "SNV"), units.by_code(session, "STP")
        assert snv is not None
        assert stp is not None
        coordinator = Person(name="Lê Thị Hoa", created_at=clock())
        admin = Person(name="Trần Văn Bình", created_at=clock())
        session.add_all([coordinator, admin])
        session.flush()
        leads = invitations.bind(session, coordinator, snv, Role.COORDINATOR, None, clock())
        invitations.bind(session, admin, stp, Role.FOCAL_OFFICER, None, clock())
        by = By(clock(), coordinator, leads)
        assert invitations.invite_to_log_in(session, by, admin)
        invitations.bind(session, admin, snv, Role.ADMIN, None, clock())
        with pytest.raises(Refusal) as refused:
            invitations.invite_to_log_in(session, by, admin)
        assert refused.value == Refusal(
            "role_not_yours_to_give", role=Role.ADMIN, unit="Sở Nội vụ"
        )
