"""Each action that changes or shows something refuses by itself whoever may not do it: roles ×
actions × own, other, led (T6), and no reviewer has to do with their own unit (T7, I8)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    appraisal,
    evidence,
    people,
    policy,
    submission,
)
from models.appraisal import AppraisalTask
from models.assessment import Assessment, Line
from models.catalogue.tables import Item
from models.people import Binding, By, Person, Role
from models.policy import Action, Grant
from models.refusals import Refusal
from tests.clock import at
from tests.models.deeds import DEEDS, SIGNING, World, hears

NOW = at("2026-11-03 10:05")
LATE = at("2026-11-16 00:00")
UNITS = ("STP", "SNV", "STC")


@pytest.fixture
def world(province: sessionmaker[Session]) -> Iterator[World]:
    with province() as session:
        yield World(session)
        session.rollback()


def right(world: World, by: By, action: Action) -> bool:
    """What the policy, which has a matrix of its own, says of the thing."""
    thing: policy.Thing = {
        Action.FILE_EVIDENCE: world.line,
        Action.EXPLAIN: world.line,
        Action.SCORE: world.line,
        Action.ASSIGN_TASKS: world.campaign,
        Action.RUN_CAMPAIGN: world.campaign,
        Action.ANSWER_TASK: world.task,
    }.get(action, Grant(world.unit("STP"), Role.DEPUTY))
    return policy.why_not(world.session, by, action, thing) is None


WHEN = {
    "planned": at("2026-10-01 10:00"),
    "open": NOW,
    "closed": LATE,
    "a year later": at("2027-11-03 10:05"),
}
WORK = {Action.FILE_EVIDENCE, Action.EXPLAIN, Action.SCORE}


def test_every_action_asks_the_policy_by_itself(world: World) -> None:
    """Roles × units × deeds × times: allowed by the policy, and in its window where it is work
    on the sheet, and done; or refused and nothing left."""
    actors = {(r, u): world.by(u, r, f"{r} {u}") for r in Role for u in UNITS}
    actors |= {("the task's reviewer", "SNV"): world.reviewer}  # type: ignore[dict-item]
    cells, surprises, done = 0, [], set()
    for name, (action, deed) in DEEDS.items():
        for who, somebody in actors.items():
            for when, now in WHEN.items():
                if when != "open" and action not in WORK:
                    continue  # Nothing but work on the sheet has a window.
                by = replace(somebody, at=now)
                heard, allowed = hears(world, deed, by), right(world, by, action)
                allowed &= when == "open" or action not in WORK
                cells += 1
                done |= {name} if heard is None else set()
                if (heard is None) != allowed:
                    surprises.append((name, who, when, heard, allowed))
    assert surprises == []
    assert done == set(DEEDS)  # Each is possible, for somebody.
    work = sum(action in WORK for action, _ in DEEDS.values())
    assert cells == (3 * len(Role) + 1) * (len(DEEDS) + work * (len(WHEN) - 1))


@pytest.mark.parametrize("name", SIGNING)
def test_signing_off_and_reopening_ask_the_policy_by_themselves(world: World, name: str) -> None:
    """F37, F39: roles × units; done where the policy allows it, or refused and nothing left."""
    action, prepare, deed = SIGNING[name]
    thing = prepare(world)
    actors = [world.by(u, r, f"{r} {u}") for r in Role for u in UNITS]
    done, surprises = 0, []
    for by in actors:
        heard = hears(world, lambda w, by: deed(w, by, thing), by)
        allowed = policy.why_not(world.session, by, action, world.sheet) is None
        done += heard is None
        if (heard is None) != allowed:
            surprises.append((by.role, by.unit, heard))
    assert surprises == []
    assert done


def test_a_receipt_is_shown_by_the_policy_and_every_other_code_is_unknown(world: World) -> None:
    """N18, I8."""
    code = world.sent().code
    for role in Role:
        for unit in UNITS:
            by = world.by(unit, role, f"{role} {unit}")
            allowed = policy.why_not(world.session, by, Action.VIEW_RECEIPT, world.sheet) is None
            heard = hears(world, lambda w, by: submission.verify(w.session, by, code), by)
            assert heard == (None if allowed else "receipt_unknown")


def test_nobody_without_a_role_or_with_one_that_ended_does_anything(world: World) -> None:
    ended = world.by("STP", Role.FOCAL_OFFICER, "Cũ")
    assert ended.binding is not None
    ended.binding.ended_at = NOW
    world.session.flush()
    for by in (ended, By(NOW, None, None, event_id=5), By(NOW, ended.person, None, event_id=6)):
        heard = {hears(world, deed, by) for _, deed in DEEDS.values()}
        assert heard <= {"role_ended", "not_your_role"}


def test_a_closed_window_is_closed_for_whoever_worked_in_it(world: World) -> None:
    late = replace(world.an, at=LATE)
    heard = {
        name: hears(world, deed, late)
        for name, (action, deed) in DEEDS.items()
        if action in {Action.FILE_EVIDENCE, Action.EXPLAIN, Action.SCORE}
    }
    assert set(heard.values()) == {"window_closed"}


def test_a_document_is_not_filed_across_units(world: World) -> None:
    both = world.by("STC", Role.FOCAL_OFFICER, "Hai nơi")
    other = world.line_of("STC", "1.1.1")
    with pytest.raises(Refusal, match="not_your_unit"):
        evidence.file_under(world.session, both, world.document, other)


# T7


def own_lines(world: World, person: Person, task: AppraisalTask) -> set[str]:
    """The reviewer's own units among those whose lines the task gives them."""
    own = {b.unit.code for b in people.active_bindings(world.session, person.id)}
    return own & {s.unit.code for s in appraisal.scope(world.session, task).shares}


def test_a_reviewer_has_nothing_to_do_with_the_own_unit_also_after_a_transfer(
    world: World,
) -> None:
    by, session = world.reviewer, world.session
    assert by.person is not None
    session.expire_all()
    assert own_lines(world, by.person, world.task) == set()
    assert evidence.why_not_see(session, by, world.line) is None
    for role in Role:  # Whatever they become at STP, its lines are closed from then on.
        savepoint = session.begin_nested()
        unit = world.unit("STP")
        session.add(Binding(person_id=by.person_id, unit_id=unit.id, role=role, since=NOW))
        session.flush()
        assert own_lines(world, by.person, world.task) == set()
        assert evidence.why_not_see(session, by, world.line) == Refusal("not_your_unit")
        savepoint.rollback()
        session.expire_all()
    lines = select(Line).join(Line.assessment).join(Line.item)
    own = session.scalars(
        lines.where(Assessment.unit_id == world.unit("SNV").id, Item.code.like("1.%"))
    ).all()
    assert own
    assert {str(evidence.why_not_see(session, by, line)) for line in own} == {"not_your_unit"}
