"""Roles are taken away and handed over at once, and what was done under them stays (F2, N24)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import people, units
from models.acquaintances import Acquaintances
from models.audit import AuditEntry, check_chain
from models.conversations import Chat
from models.people import Account, Binding, By, Language, Person, Role, invitations
from models.refusals import Refusal
from models.units import Unit
from tests.clock import TestClock


class Office:
    def __init__(self, session: Session, clock: TestClock) -> None:
        self.session = session
        self.clock = clock
        self.operator = By(clock())
        self.an = self.person("Nguyễn Văn An")
        self.binh = self.person("Trần Thị Bình")
        self.role = self.bind(self.an, "STP", Role.FOCAL_OFFICER)

    def person(self, name: str) -> Person:
        person = Person(name=name, created_at=self.clock())
        self.session.add(person)
        self.session.flush()
        return person

    def unit(self, code: str) -> Unit:
        unit = units.by_code(self.session, code)
        assert unit is not None
        return unit

    def bind(self, person: Person, unit: str, role: Role) -> Binding:
        at = self.clock()
        return invitations.bind(self.session, person, self.unit(unit), role, None, at)

    def holders(self, *roles: Role) -> list[str]:
        found = people.holders(self.session, self.unit("STP").id, roles)
        return [person.name for person in found]


@pytest.fixture
def office(province: sessionmaker[Session], clock: TestClock) -> Office:
    return Office(province(), clock)


def test_a_revoked_role_is_gone_at_once_and_its_row_stays(office: Office) -> None:
    people.end_binding(office.session, office.role, " chuyển công tác ", office.operator)
    assert people.active_bindings(office.session, office.an.id) == []
    assert (office.role.ended_at, office.role.end_reason) == (office.clock(), "chuyển công tác")
    with pytest.raises(Refusal) as refused:
        people.end_binding(office.session, office.role, "lần nữa", office.operator)
    assert refused.value == Refusal("role_ended_already")


def test_a_role_is_not_taken_without_a_reason_or_by_the_wrong_person(office: Office) -> None:
    stc = office.bind(office.binh, "STC", Role.HEAD)
    for reason, by, expected in (
        ("  ", office.operator, "reason_missing"),
        ("vì", By(office.clock(), office.binh, stc, 1), "not_your_unit"),
        ("vì", By(office.clock(), office.an, office.role, 1), "role_not_yours_to_give"),
    ):
        with pytest.raises(Refusal) as refused:
            people.end_binding(office.session, office.role, reason, by)
        assert refused.value.name == expected
    assert office.holders(Role.FOCAL_OFFICER) == ["Nguyễn Văn An"]


def test_the_head_hands_the_focal_officers_role_over(office: Office) -> None:
    head = office.bind(office.person("Lê Thị Hoa"), "STP", Role.HEAD)
    by = By(office.clock(), head.person, head, 1)
    office.bind(office.binh, "STP", Role.DEPUTY)
    successor = people.hand_over(office.session, office.role, office.binh, by)
    assert (successor.person, successor.role) == (office.binh, Role.FOCAL_OFFICER)
    assert office.holders(Role.FOCAL_OFFICER, Role.DEPUTY) == ["Trần Thị Bình"]
    assert people.active_bindings(office.session, office.an.id) == []
    office.session.commit()
    last = office.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.details) == (
        "role_handed_over",
        {"binding": office.role.id, "successor": successor.id},
    )
    assert check_chain(office.session) is None


def test_handed_over_to_somebody_new_by_a_code(office: Office) -> None:
    code = people.hand_over_by_invitation(
        office.session, office.role, "Phạm Minh", office.operator
    )
    assert office.holders(Role.FOCAL_OFFICER) == []
    hash = invitations.hash_of(code)
    found = invitations.find_usable(office.session, hash, office.clock())
    assert found is not None
    invitations.accept(office.session, found, "test", "minh", office.clock())
    assert office.holders(Role.FOCAL_OFFICER) == ["Phạm Minh"]


def test_nobody_hands_a_role_to_themselves(office: Office) -> None:
    with pytest.raises(Refusal) as refused:
        people.hand_over(office.session, office.role, office.an, office.operator)
    assert refused.value.name == "handed_to_holder"


def test_one_person_holds_roles_in_several_units_with_one_account(office: Office) -> None:
    for unit, role in (("STP", Role.DEPUTY), ("STC", Role.REVIEWER)):
        code = invitations.invite(
            office.session, office.operator, unit=office.unit(unit), role=role
        )
        found = invitations.find_usable(office.session, invitations.hash_of(code), office.clock())
        assert found is not None
        invitations.accept(office.session, found, "test", "binh", office.clock())
    person = people.person_at(office.session, "test", "binh")
    assert person is not None
    held = [(b.unit.code, b.role) for b in people.active_bindings(office.session, person.id)]
    assert held == [("STP", Role.DEPUTY), ("STC", Role.REVIEWER)]
    assert [a.address for a in people.accounts_of(office.session, person.id)] == ["binh"]


def test_writing_again_makes_an_account_reachable(office: Office) -> None:
    at = office.clock()
    account = Account(channel="test", address="a", person_id=office.an.id)
    account.bound_at = account.last_used_at = account.unreachable_since = at
    office.session.add_all([account, Chat(channel="test", address="a", memory={})])
    office.session.flush()
    assert people.last_seen(office.session, [office.an.id])[office.an.id].reachable is False
    later = office.clock.forward(hours=1)
    Acquaintances().meet(office.session, "test", "a", later)
    assert people.last_seen(office.session, [office.an.id, office.binh.id]) == {
        office.an.id: people.Seen(later, reachable=True)
    }


def test_a_language_is_ones_own(office: Office) -> None:
    by = By(office.clock(), office.an, office.role, 1)
    people.choose_language(office.session, office.an, Language.ENGLISH, by)
    assert office.an.language is Language.ENGLISH
    with pytest.raises(Refusal):
        people.choose_language(office.session, office.binh, Language.ENGLISH, by)


def test_units_without_a_focal_officer_are_known(office: Office) -> None:
    ids = [office.unit("STP").id, office.unit("STC").id]
    lacking = people.units_without(office.session, ids, Role.FOCAL_OFFICER)
    assert lacking == {office.unit("STC").id}
