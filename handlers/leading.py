"""What conversations of who leads a campaign share: which campaign is meant, and whether it is
theirs."""

from handlers.dialogue import Choice, Turn
from models import policy
from models.campaigns import Campaign
from models.policy import Action
from models.refusals import Refusal


def led(turn: Turn, value: str) -> Campaign:
    """The campaign whose number is ``value``, if ``turn.by`` runs it. Raises Refusal."""
    found = turn.session.get(Campaign, int(value)) if value.isdecimal() else None
    if found is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.RUN_CAMPAIGN, found)
    return found


def leads(turn: Turn, campaign: Campaign) -> bool:
    return policy.why_not(turn.session, turn.by, Action.RUN_CAMPAIGN, campaign) is None
