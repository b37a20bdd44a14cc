"""A coordinator says how the units' sheets are signed off in the campaign (F39)."""

from handlers.dialogue import Choice, Conversation, State, Turn, on_choice
from handlers.leading import led_campaign
from models import conduct
from models.campaigns.tables import SignOff
from models.people import Role
from models.policy import Action


class At(State):
    WAY = "way"


def show(turn: Turn, _: str = "") -> State:
    campaign = led_campaign(turn, Action.RUN_CAMPAIGN)
    other = SignOff.HEAD if campaign.sign_off is SignOff.SCAN else SignOff.SCAN
    return turn.ask(
        At.WAY,
        "sign_off_of_campaign",
        [Choice("choose_sign_off", other, way=other), Choice("menu")],
        year=campaign.year,
        way=campaign.sign_off,
    )


def choose(turn: Turn, value: str) -> State | None:
    campaign, way = led_campaign(turn, Action.RUN_CAMPAIGN), SignOff(value)
    conduct.choose_sign_off(turn.session, turn.by, campaign, way)
    return turn.end("sign_off_is_chosen", [Choice("sign_off"), Choice("menu")], way=way)


conversation = Conversation(
    name="sign_off",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[on_choice("sign_off", show)],
    states={At.WAY: [on_choice("choose_sign_off", choose)]},
)
