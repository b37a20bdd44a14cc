"""The decision on a proposal as a duty: the unit's heads are reminded of what waits (F10, F39)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import assessment, campaigns, reminders
from models.assessment.tables import Assessment
from models.campaigns.tables import Campaign, Step
from models.messages import Choice, Part
from models.people.tables import Binding, Role
from models.reminders import Duty, Ladder, Reminder, Span
from models.submission import queries
from models.submission.rules import decision_rungs
from models.submission.tables import Proposal, ProposalOutcome

STEP = Step.SELF_ASSESSMENT


class ProposalDecision(Duty):
    name = "proposal_decision"
    ways = (Choice("decide"),)

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        """One for each proposal that waits."""
        waiting = select(Proposal).join(Proposal.assessment)
        of_campaign = Assessment.campaign_id == campaign.id
        rows = session.scalars(
            waiting.where(of_campaign, Proposal.outcome == ProposalOutcome.WAITING)
        )
        return [self.ladder_of(session, proposal) for proposal in rows]

    def ladder_of(self, session: Session, proposal: Proposal) -> Ladder:
        sheet = proposal.assessment
        closes_at = queries.due_at(session, sheet)
        rungs = decision_rungs(proposal.proposed_at, closes_at)
        of_unit = self.ladder(sheet.campaign, STEP, rungs, unit_id=sheet.unit_id)
        # Each proposal has a ladder of its own: what an earlier one planned is not said of it.
        return Ladder(f"{of_unit.subject}:{proposal.id}", of_unit.columns, rungs)

    def span_of(self, session: Session, reminder: Reminder) -> Span:
        where = (reminder.campaign, STEP, reminder.unit_id)
        window = campaigns.effective_window(session, *where)
        return Span(window.opens_at, window.closes_at)

    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        return reminders.bindings_in(session, reminder.unit_id, (Role.HEAD,))

    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        """The proposal, as long as it is the one that waits."""
        proposal = _waiting(session, reminder)
        if proposal is None:
            return None
        return Part(
            "reminder_proposal",
            person=proposal.proposed_by.name,
            proposed_at=proposal.proposed_at,
            points=proposal.points,
            max_points=proposal.max_points,
        )


DECISION = ProposalDecision()


def plan(session: Session, proposal: Proposal) -> None:
    """Make the rungs on which the heads are reminded of ``proposal``."""
    reminders.plan(session, [DECISION.ladder_of(session, proposal)], proposal.proposed_at)


def _waiting(session: Session, reminder: Reminder) -> Proposal | None:
    assert reminder.unit_id is not None
    sheet = assessment.of_unit(session, reminder.campaign_id, reminder.unit_id)
    proposal = queries.waiting(session, sheet.id) if sheet else None
    if proposal is None or reminder.subject.rpartition(":")[2] != str(proposal.id):
        return None
    return proposal
