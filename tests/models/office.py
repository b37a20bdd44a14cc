"""An office that is about to hand in: its sheet is complete, its officer and heads are there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import assessment, submission
from models.assessment import Line
from models.campaigns import Step, Window
from models.people import Binding, By, Person, Role
from models.refusals import Refusal
from models.submission import Proposal, Submission
from tests import sheets
from tests.clock import at

DAY = at("2026-11-12 16:41")
END = at("2026-11-16 00:00")


class Office:
    """STP with a complete sheet, an officer and two heads; SNV's coordinator."""

    def __init__(self, session: Session, now: datetime = DAY) -> None:
        self.session, self.now = session, now
        self.an = self.by("STP", Role.FOCAL_OFFICER)
        self.head, self.other = self.by("STP", Role.HEAD), self.by("STP", Role.HEAD)
        self.lan = self.by("SNV", Role.COORDINATOR)
        assert self.an.person is not None
        self.sheet = sheets.complete(session, "STP", self.an.person.id, now)

    def by(self, unit: str, role: Role) -> By:
        owner = sheets.sheet_of(self.session, unit).unit
        person = Person(name=f"{unit} {role}", created_at=self.now)
        binding = Binding(person=person, unit=owner, role=role, since=self.now)
        self.session.add_all([person, binding])
        self.session.flush()
        return By(self.now, person, binding, event_id=1)

    def line(self, code: str) -> Line:
        line = assessment.find_line(self.session, self.sheet.id, code)
        assert line is not None
        return line

    def propose(self, now: datetime | None = None) -> Proposal:
        by = replace(self.an, at=now or self.now)
        return submission.propose(self.session, by, self.sheet)

    def send(self, now: datetime | None = None) -> Submission:
        by = replace(self.head, at=now or self.now)
        return submission.approve(self.session, by, self.propose(now))

    def grace(self, minutes: int) -> None:
        of_step = Window.step == Step.SELF_ASSESSMENT
        self.session.scalars(select(Window).where(of_step)).one().grace_minutes = minutes
        self.session.flush()


def refused(deed: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        deed()
    return caught.value
