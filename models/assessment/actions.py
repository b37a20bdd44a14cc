"""Making the sheets of a campaign."""

from sqlalchemy import ColumnElement, and_, exists, insert, literal, or_, select
from sqlalchemy.orm import Session

from models.assessment.tables import Assessment, Line
from models.campaigns.tables import Campaign, UnitGroup
from models.catalogue.tables import Item, ItemExclusion, Method, RuleKind
from models.units import Unit, UnitKind


def open_sheets(session: Session, campaign: Campaign) -> None:
    """A sheet for every unit of the campaign's groups, a line for each scored item.

    This freezes the list of units. Lines that the catalogue lets a unit off are made too, as
    exempt, so that every result can list them (domain.md 3). Called once, when the campaign is
    created; two statements, whatever the number of units.
    """
    session.flush()
    participants = (
        select(UnitGroup.campaign_id, Unit.id, UnitGroup.id)
        .join(Unit, and_(Unit.kind == UnitGroup.kind, _takes_part(campaign)))
        .where(UnitGroup.campaign_id == campaign.id)
        .order_by(UnitGroup.id, Unit.id)
    )
    columns = [Assessment.campaign_id, Assessment.unit_id, Assessment.group_id]
    session.execute(insert(Assessment).from_select(columns, participants))
    let_off = (ItemExclusion.item_id == Item.id, ItemExclusion.unit_id == Assessment.unit_id)
    timed = and_(
        Item.code == campaign.timeliness_code,
        Item.method == Method.SELF,
        Item.rule_kind == RuleKind.STEPS,
    )
    lines = (
        select(Assessment.id, Item.id, exists().where(*let_off), timed)
        .join(UnitGroup, UnitGroup.id == Assessment.group_id)
        .join(Item, Item.version_id == UnitGroup.catalogue_version_id)
        .where(Assessment.campaign_id == campaign.id, Item.scored)
        .order_by(Assessment.id, Item.position)
    )
    columns = [Line.assessment_id, Line.item_id, Line.exempt, Line.timed]
    session.execute(insert(Line).from_select(columns, lines))


def _takes_part(campaign: Campaign) -> ColumnElement[bool]:
    """A district leads the campaign of its own communes only (R5.4b)."""
    if campaign.owner.kind is UnitKind.DEPARTMENT:
        return literal(True)
    return or_(Unit.kind != UnitKind.COMMUNE, Unit.parent_id == campaign.owner_id)
