"""A coordinator says how the units' sheets are signed off in the campaign (F39)."""

from handlers.dialogue import Choice, Conversation, State, Turn, on_choice
from models import appraisal, conduct, policy
from models.campaigns import Campaign
from models.campaigns.tables import SignOff
from models.people import Role
from models.policy import Action
from models.refusals import Refusal


class At(State):
    WAY = "way"


def show(turn: Turn, _: str = "") -> State:
    campaign = campaign_of(turn)
    other = SignOff.HEAD if campaign.sign_off is SignOff.SCAN else SignOff.SCAN
    return turn.ask(
        At.WAY,
        "sign_off_of_campaign",
        [Choice("choose_sign_off", other, way=other), Choice("menu")],
        year=campaign.year,
        way=campaign.sign_off,
    )


def choose(turn: Turn, value: str) -> State | None:
    campaign, way = campaign_of(turn), SignOff(value)
    conduct.choose_sign_off(turn.session, turn.by, campaign, way)
    return turn.end("sign_off_is_chosen", [Choice("sign_off"), Choice("menu")], way=way)


def campaign_of(turn: Turn) -> Campaign:
    """The newest campaign that the coordinator's unit leads."""
    campaign = appraisal.campaign_led_by(turn.session, turn.by.unit_id)
    if campaign is None:
        raise Refusal("leads_no_campaign", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.RUN_CAMPAIGN, campaign)
    return campaign


conversation = Conversation(
    name="sign_off",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[on_choice("sign_off", show)],
    states={At.WAY: [on_choice("choose_sign_off", choose)]},
)
