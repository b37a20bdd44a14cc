"""The first screen of each role, and what the bot can do for it (/menu, /trogiup).

The home screen says where the campaign stands and what is owed, and offers the likeliest act
first; everything else is one screen away.
"""

from typing import Any

from handlers.dialogue import Choice, Conversation, Part, Turn, on_choice, on_command
from handlers.home_work import OTHERS, direct, others, work_of
from handlers.sheets import WORKERS
from models import (
    assessment,
    calendar,
    campaigns,
    people,
)
from models.campaigns import Campaign, EffectiveWindow, Phase

# The one is where one is; the other depends on the sheet, which the help does not look up.
NOT_IN_HELP = ("help", "allot")


def show(turn: Turn, _: str = "") -> None:
    campaign = campaign_of(turn)
    if campaign is None:
        turn.end("home_without_campaign", direct(turn, []), **who(turn))
        return
    body, offers = work_of(turn, campaign)
    turn.end(
        "home",
        offers,
        **who(turn),
        year=campaign.year,
        **stage(turn, campaign),
        body=body,
        switch=switch(turn),
    )


def campaign_of(turn: Turn) -> Campaign | None:
    """Those who work on a sheet see its campaign, the others the newest that concerns them."""
    if turn.by.unit_id is None:
        return None
    if turn.by.role in WORKERS:
        sheet = assessment.sheet_of(turn.session, turn.by.unit_id)
        return sheet.campaign if sheet else None
    return campaigns.current_campaign(turn.session, turn.by.unit_id)


def show_more(turn: Turn, _: str) -> None:
    turn.end("home_more", others(turn), always=[Choice("menu")], **who(turn))


def show_help(turn: Turn, _: str = "") -> None:
    """A few lines on what the role can do here, without leaving what one is at; nothing that
    has to be looked up first."""
    assert turn.by.role is not None
    actions = ["menu", *[action for action in OTHERS[turn.by.role] if action not in NOT_IN_HELP]]
    turn.say(
        "help",
        [Choice(action) for action in actions],
        role=turn.by.role,
        unit=turn.by.unit.name if turn.by.unit else "",
        duties=Part(f"help.{turn.by.role}"),
    )


def who(turn: Turn) -> dict[str, Any]:
    unit = turn.by.unit
    role = Part("home_role", role=turn.by.role) if turn.by.role not in WORKERS else ""
    return {"unit": unit.name if unit else "", "role": role}


def switch(turn: Turn) -> Part | None:
    """A person with several roles is told which one this is, and where to change it."""
    assert turn.by.person is not None
    held = people.active_bindings(turn.session, turn.by.person.id)
    if len(held) < 2:
        return None
    return Part("home_other_roles", role=turn.by.role, count=len(held) - 1)


def stage(turn: Turn, campaign: Campaign) -> dict[str, Any]:
    """Where the campaign stands for this unit: the step, and until when."""
    if campaign.opened_at is None:
        return {"stage": Part("home_draft"), "times": Part("home_draft_times")}
    windows = campaigns.calendar_of(turn.session, campaign, turn.by.unit_id)
    window = standing_window(windows, turn)
    if window is None:
        return {"stage": Part("home_over"), "times": None}
    if window.phase(turn.now) is Phase.AHEAD:
        times = Part("home_opens", opens_at=window.opens_at)
        return {"stage": Part("home_step_ahead", step=window.step), "times": times}
    left = calendar.time_left(turn.now, window.closes_at)
    times = Part("home_closes", closes_at=window.closes_at, left=left)
    return {"stage": Part("home_step_open", step=window.step), "times": times}


def standing_window(windows: list[EffectiveWindow], turn: Turn) -> EffectiveWindow | None:
    """The first that is open, an extension included; else the next one to open."""
    timed = [window for window in windows if window.opens_at is not None]
    for phase in (Phase.OPEN, Phase.AHEAD):
        for window in timed:
            if window.phase(turn.now) is phase:
                return window
    return None


conversation = Conversation(
    name="home",
    entry_points=[
        on_command("menu", show, "home"),
        on_command("trogiup", show_help, "help"),
        on_choice("menu", show),
        on_choice("more", show_more),
        on_choice("help", show_help),
    ],
)
