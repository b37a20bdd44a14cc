"""/dientap: a coordinator sees who would get which reminder when, before anybody gets it (N8)."""

from datetime import datetime
from typing import Any

from handlers import downloads
from handlers.dialogue import Choice, Conversation, Part, Turn, on_choice, on_command
from handlers.leading import led_campaign
from models import rehearsal
from models.campaigns import Campaign
from models.people import Role
from models.policy import Action
from models.rehearsal import Rehearsal, Wave
from models.units import some_names

SHOWN = 10  # Waves; the rest is in the file.
NAMES = 10


def show(turn: Turn, _: str = "") -> None:
    campaign = led_campaign(turn, Action.RUN_CAMPAIGN)
    found = rehearsal.rehearse(turn.session, campaign, turn.now)
    if not found.waves:
        turn.say("rehearsal_empty", [Choice("calendar"), Choice("menu")], year=campaign.year)
        return
    more = len(found.waves) - SHOWN
    turn.say(
        "rehearsal",
        [Choice("rehearsal_file"), Choice("rehearsal_picture"), Choice("menu")],
        year=campaign.year,
        waves=len(found.waves),
        messages=found.messages,
        people=found.people,
        next=[wave_part(wave) for wave in found.waves[:SHOWN]],
        more=Part("rehearsal_more", n=more) if more > 0 else None,
        warnings=list(found.warnings),
        nobody=nobody_part(found.nobody),
    )


def wave_part(wave: Wave) -> Part:
    values: dict[str, Any] = {"at": wave.at, "step": wave.step}
    values |= {"rung": rehearsal.rung_part(wave.rung), "people": wave.people, "units": wave.units}
    return Part("rehearsal_wave" if wave.people else "rehearsal_wave_nobody", **values)


def nobody_part(units: Any) -> Part | None:
    if not units:
        return None
    return Part("rehearsal_nobody", n=len(units), units=some_names(units, NAMES))


def send_file(turn: Turn, _: str) -> None:
    _send(turn, "rehearsal", "xlsx")


def send_picture(turn: Turn, _: str) -> None:
    _send(turn, "rehearsal_picture", "png")


def _send(turn: Turn, report: str, ending: str) -> None:
    campaign = led_campaign(turn, Action.RUN_CAMPAIGN)
    found = rehearsal.rehearse(turn.session, campaign, turn.now)
    name = ("dien-tap-cchc", campaign.year, campaign.owner.code)
    values = file_values(campaign, found, turn.now)
    turn.say(
        "rehearsal_as_file",
        [Choice("rehearsal"), Choice("menu")],
        enclosure=downloads.made(turn, report, ending, name, values),
        year=campaign.year,
        owner=campaign.owner.name,
        now=turn.now,
    )


def file_values(campaign: Campaign, found: Rehearsal, now: datetime) -> dict[str, Any]:
    """What ``bot.reports.rehearsal`` is made from: people once, waves by their places."""
    everybody = [each for wave in found.waves for each in wave.addressees]
    place = {each: number for number, each in enumerate(dict.fromkeys(everybody))}
    return {
        "year": campaign.year,
        "owner": campaign.owner.name,
        "made_at": now,
        "people": [[each.unit, each.person, each.role] for each in place],
        "waves": [
            {
                "at": wave.at,
                "step": wave.step,
                "rung": rehearsal.rung_part(wave.rung),
                "people": [place[each] for each in wave.addressees],
                "nobody": list(wave.nobody),
            }
            for wave in found.waves
        ],
        "warnings": list(found.warnings),
    }


conversation = Conversation(
    name="rehearsal",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[
        on_command("dientap", show, "rehearsal"),
        on_choice("rehearsal", show),
        on_choice("rehearsal_file", send_file),
        on_choice("rehearsal_picture", send_picture),
    ],
)
