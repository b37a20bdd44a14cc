"""The people of a campaign, and the account to which a message for each of them goes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models import appraisal, campaigns
from models.appraisal.rules import REVIEWERS
from models.campaigns.tables import Campaign
from models.outbox import PREFERRED, Recipient
from models.people.tables import Account, Binding, Person, Role
from models.units import Unit

# Those of units that are assessed, and those of agencies that appraise.
UNIT_ROLES = (Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD)
MEMBERS = (*UNIT_ROLES, *sorted(REVIEWERS))


@dataclass(frozen=True)
class Candidate:
    """Somebody of a segment, in the role in which they are. An empty channel: no account."""

    person_id: int
    name: str
    binding_id: int
    role: Role
    unit_id: int
    unit: str
    channel: str
    address: str
    unreachable_since: datetime | None

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.channel, self.address, self.person_id, self.binding_id)


def is_member(session: Session, campaign: Campaign) -> ColumnElement[bool]:
    """Whether a binding makes its person one of the campaign's: in a unit that takes part, or
    reviewing for an agency that appraises (R5.2a) or for the owner (R5.1a)."""
    agencies = {area.agency.id for area in appraisal.areas(session, campaign)}
    reviewing = Binding.role.in_(REVIEWERS)
    return or_(
        and_(reviewing, Binding.unit_id.in_({campaign.owner_id, *agencies})),
        and_(
            Binding.role.in_(UNIT_ROLES),
            Binding.unit_id.in_(campaigns.units_in(session, campaign)),
        ),
    )


def candidates(session: Session, *conditions: ColumnElement[bool]) -> list[Candidate]:
    """Roles that are held now, with the account to which a message goes; one statement."""
    order = func.row_number().over(partition_by=Account.person_id, order_by=PREFERRED)
    accounts = (
        select(
            Account.person_id,
            Account.channel,
            Account.address,
            Account.unreachable_since,
            order.label("place"),
        )
        .where(Account.ended_at.is_(None))
        .subquery()
    )
    first = and_(accounts.c.person_id == Binding.person_id, accounts.c.place == 1)
    query = (
        select(
            Binding.person_id,
            Person.name,
            Binding.id,
            Binding.role,
            Binding.unit_id,
            Unit.name,
            func.coalesce(accounts.c.channel, ""),
            func.coalesce(accounts.c.address, ""),
            accounts.c.unreachable_since,
        )
        .join(Person, Person.id == Binding.person_id)
        .join(Unit, Unit.id == Binding.unit_id)
        .outerjoin(accounts, first)
        .where(Binding.ended_at.is_(None), *conditions)
        .order_by(Binding.unit_id, Binding.id)
    )
    return [Candidate(*row) for row in session.execute(query)]
