"""The campaign that a coordinator's unit leads."""

from handlers.dialogue import Choice, Turn
from models import appraisal, policy
from models.campaigns import Campaign
from models.policy import Action
from models.refusals import Refusal


def led_campaign(turn: Turn, action: Action) -> Campaign:
    """The newest one, if the person may do ``action`` to it. Raises Refusal."""
    campaign = appraisal.campaign_led_by(turn.session, turn.by.unit_id)
    if campaign is None:
        raise Refusal("leads_no_campaign", [Choice("menu")])
    policy.check(turn.session, turn.by, action, campaign)
    return campaign
