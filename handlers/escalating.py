"""The next step upward for each late unit, proposed; each is taken by a tap of its own (N16)."""

from handlers.chasing import sheet_at
from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice
from handlers.leading import led_campaign
from models import chasing
from models.chasing import ChaseRung
from models.chasing.proposals import Proposal
from models.people import Role
from models.policy import Action

NAMES = 8  # As many as there are buttons on a page.


class At(State):
    PROPOSED = "proposed"


def show(turn: Turn, _: str = "") -> State:
    campaign = led_campaign(turn, Action.CHASE)
    found = chasing.proposals(turn.session, campaign, turn.now)
    always = [Choice("late_units"), Choice("progress"), Choice("menu")]
    if not found:
        return turn.ask(At.PROPOSED, "no_rungs_proposed", always)
    offers = [
        Choice("take_proposed", f"{each.sheet.id}:{each.rung}", rung=each.rung, unit=short(each))
        for each in found
    ]
    lines = [line(each) for each in found[:NAMES]]
    more = Part("rungs_more", n=len(found) - NAMES) if len(found) > NAMES else None
    values = {"n": len(found), "units": lines, "more": more}
    return turn.ask(At.PROPOSED, "rungs_proposed", offers, always=always, **values)


def short(proposal: Proposal) -> str:
    return proposal.sheet.unit.short_name


def line(proposal: Proposal) -> Part:
    """What was done before, where something was."""
    if proposal.last is None:
        return Part("rung_proposed_first", unit=short(proposal), rung=proposal.rung)
    before = {"before": proposal.last.rung, "at": proposal.last.taken_at}
    return Part("rung_proposed", unit=short(proposal), rung=proposal.rung, **before)


def take(turn: Turn, value: str) -> State:
    sheet, rung = sheet_at(turn, value), ChaseRung(value.partition(":")[2])
    done = chasing.take_rung(turn.session, turn.by, sheet, rung)
    name = "rung_is_taken" if done.told else "unit_is_listed"
    turn.say(name, unit=sheet.unit.name, rung=rung, told=done.told, at=turn.at)
    return show(turn)


conversation = Conversation(
    name="escalating",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[on_choice("rungs_proposed", show), on_choice("take_proposed", take)],
)
