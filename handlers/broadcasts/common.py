"""What the screens about broadcasts share: their states, and the broadcast a button means."""

from handlers.dialogue import Choice, State, Turn
from models import appraisal, policy
from models.broadcasts import Broadcast
from models.campaigns import Campaign
from models.policy import Action
from models.refusals import Refusal


class At(State):
    SEGMENT = "segment"
    VALUE = "value"
    UNITS = "units"
    AUDIENCE = "audience"
    TEXT = "text"
    PREVIEW = "preview"
    PROGRESS = "progress"
    LIST = "list"


def campaign_of(turn: Turn) -> Campaign:
    """The newest campaign that the coordinator's unit leads."""
    campaign = appraisal.campaign_led_by(turn.session, turn.by.unit_id)
    if campaign is None:
        raise Refusal("leads_no_campaign", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.BROADCAST, campaign)
    return campaign


def broadcast_at(turn: Turn, value: str) -> Broadcast:
    """The one whose number ``value`` begins with; only for who may write to its people."""
    number = value.partition(":")[0]
    broadcast = turn.session.get(Broadcast, int(number)) if number.isdecimal() else None
    if broadcast is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.BROADCAST, broadcast.campaign)
    return broadcast
