"""What conversations of who leads a campaign share: which campaign is meant, and whether it is
theirs."""

from handlers.dialogue import Choice, Turn
from models import appraisal, policy
from models.campaigns import Campaign
from models.policy import Action
from models.refusals import Refusal


def led_campaign(turn: Turn, action: Action) -> Campaign:
    """The newest one that the person's unit leads, if they may do ``action`` to it. Raises
    Refusal."""
    campaign = appraisal.campaign_led_by(turn.session, turn.by.unit_id)
    if campaign is None:
        raise Refusal("leads_no_campaign", [Choice("menu")])
    policy.check(turn.session, turn.by, action, campaign)
    return campaign


def led(turn: Turn, value: str) -> Campaign:
    """The campaign whose number is ``value``, if ``turn.by`` runs it. Raises Refusal."""
    found = turn.session.get(Campaign, int(value)) if value.isdecimal() else None
    if found is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.RUN_CAMPAIGN, found)
    return found


def leads(turn: Turn, campaign: Campaign) -> bool:
    return policy.why_not(turn.session, turn.by, Action.RUN_CAMPAIGN, campaign) is None
