"""A coordinator records which acts of the procedure are done, so that reminders stop (C20)."""

from handlers import leading
from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_text
from models import milestones, reminders
from models.campaigns import Campaign
from models.milestones import Act, Milestone, Paper
from models.milestones.duty import span_of_act
from models.people import Role
from models.refusals import Refusal


class At(State):
    LIST = "list"
    PAPER = "paper"
    TAKE_BACK = "take_back"


def list_acts(turn: Turn, value: str) -> State:
    campaign = leading.led(turn, value)
    done = milestones.done(turn.session, campaign)
    offers = [offer(campaign, act, act in done) for act in Act]
    about = {"year": campaign.year, "owner": campaign.owner.short_name}
    return turn.ask(
        At.LIST,
        "acts_of_campaign",
        offers,
        always=[Choice("calendar_of", campaign.id, **about), Choice("menu")],
        year=campaign.year,
        owner=campaign.owner.name,
        acts=[act_line(turn, campaign, act, done.get(act)) for act in Act],
    )


def offer(campaign: Campaign, act: Act, done: bool) -> Choice:
    action = "take_back_act" if done else "record_act"
    return Choice(action, f"{campaign.id}:{act}", act=act)


def act_line(turn: Turn, campaign: Campaign, act: Act, done: Milestone | None) -> Part:
    if done is not None:
        return Part("act_line.done", act=act, at=done.recorded_at, paper=paper_part(done))
    closes_at = span_of_act(turn.session, campaign, act).closes_at
    if turn.now < closes_at:
        return Part("act_line.open", act=act, closes_at=closes_at)
    ago = reminders.how_late(turn.now, closes_at)
    return Part("act_line.late", act=act, closes_at=closes_at, ago=ago)


def ask_paper(turn: Turn, value: str) -> State:
    campaign, act = chosen(turn, value)
    refuse(milestones.why_not_record(campaign, act, standing(turn), Paper(), turn.at))
    back = Choice("record_acts", campaign.id)
    return turn.ask(
        At.PAPER, "ask_paper", [Choice("record_without_paper"), back, Choice("menu")], act=act
    )


def enter_paper(turn: Turn, text: str) -> State | None:
    campaign, _ = chosen(turn, turn.memory["act"])
    return record(turn, milestones.read_paper(text, campaign.year))


def record(turn: Turn, paper: Paper) -> State | None:
    campaign, act = chosen(turn, turn.memory["act"])
    made = milestones.record(turn.session, turn.by, campaign, act, paper)
    ways = [Choice("record_acts", campaign.id), Choice("menu")]
    shown = paper_part(made, recorded=True)
    return turn.end("act_recorded", ways, act=act, at=made.recorded_at, paper=shown)


def ask_take_back(turn: Turn, value: str) -> State:
    campaign, act = chosen(turn, value)
    last = standing(turn)
    refuse(milestones.why_not_take_back(campaign, act, last))
    assert last is not None  # The rule has seen that there is one.
    offers = [Choice("take_back_now"), Choice("record_acts", campaign.id), Choice("menu")]
    return turn.ask(At.TAKE_BACK, "confirm_take_back", offers, act=act, at=last.recorded_at)


def take_back(turn: Turn, _: str) -> State | None:
    campaign, act = chosen(turn, turn.memory["act"])
    milestones.take_back(turn.session, turn.by, campaign, act)
    ways = [Choice("record_acts", campaign.id), Choice("menu")]
    return turn.end("act_taken_back", ways, act=act)


def chosen(turn: Turn, value: str) -> tuple[Campaign, Act]:
    """What ``12:council`` says; kept, so that what is typed belongs to it."""
    number, _, act = value.partition(":")
    campaign = leading.led(turn, number)
    if act not in set(Act):
        raise Refusal("press_unknown", [Choice("menu")])
    turn.memory["act"] = value
    return campaign, Act(act)


def standing(turn: Turn) -> Milestone | None:
    campaign, act = chosen(turn, turn.memory["act"])
    return milestones.done(turn.session, campaign).get(act)


def refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refusal


def paper_part(of: Milestone, *, recorded: bool = False) -> Part | str:
    """A document, as a line of the list or as what was recorded just now."""
    if not of.number and of.dated_on is None:
        return ""
    kind = ("dated" if of.dated_on else "number") if of.number else "date"
    name = f"recorded_paper.{kind}" if recorded else f"act_paper.{kind}"
    return Part(name, number=of.number, dated_on=of.dated_on)


conversation = Conversation(
    name="milestones",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[
        on_choice("record_acts", list_acts),
        on_choice("record_act", ask_paper),
        on_choice("take_back_act", ask_take_back),
    ],
    states={
        At.PAPER: [
            on_text(enter_paper),
            on_choice("record_without_paper", lambda turn, _: record(turn, Paper())),
        ],
        At.TAKE_BACK: [on_choice("take_back_now", take_back)],
    },
)
