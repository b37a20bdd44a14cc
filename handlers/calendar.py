"""/lich: where the campaign stands, when the unit may do what, and the calendar as a file."""

from collections.abc import Mapping
from typing import Any

from handlers import downloads, leading
from handlers.dialogue import Choice, Conversation, Part, Turn, on_choice, on_command
from models import calendar, campaigns
from models.campaigns import Campaign, EffectiveWindow, Phase, Step
from models.refusals import Refusal


def show(turn: Turn) -> None:
    """Only says, so that whoever looks up a date goes on where they were."""
    show_campaign(turn, chosen(turn, ""))


def pick(turn: Turn, value: str) -> None:
    show_campaign(turn, chosen(turn, value))


def show_campaign(turn: Turn, campaign: Campaign) -> None:
    windows = windows_of(turn, campaign)
    others = [other for other in known(turn) if other.id != campaign.id]
    turn.say(
        "campaign_calendar",
        [
            Choice("calendar_file", campaign.id),
            *leaders_choices(turn, campaign),
            *[Choice("calendar_of", c.id, year=c.year, owner=c.owner.short_name) for c in others],
            Choice("menu"),
        ],
        year=campaign.year,
        owner=campaign.owner.name,
        plan=plan_line(campaign, windows),
        steps=[step_line(turn, w) for w in windows if is_shown(turn, campaign, w)],
        extension=extension_line(turn, campaign, windows),
    )


def leaders_choices(turn: Turn, campaign: Campaign) -> list[Choice]:
    """What who leads the campaign sets from here."""
    if not leading.leads(turn, campaign):
        return []
    actions = ("record_acts", "extend_step", "ladders", "rehearsal")
    return [Choice(action, campaign.id) for action in actions]


def send_file(turn: Turn, value: str) -> None:
    campaign = chosen(turn, value)
    name = ("lich-cchc", campaign.year, campaign.owner.code)
    turn.say(
        "calendar_as_file",
        enclosure=downloads.made(turn, "calendar", "ics", name, file_values(turn, campaign)),
        year=campaign.year,
        owner=campaign.owner.name,
    )


def chosen(turn: Turn, value: str) -> Campaign:
    """The campaign that ``value`` names, if the unit has to do with it; else the newest."""
    found = known(turn)
    if not found:
        raise Refusal("no_campaign_yet", [Choice("menu")])
    return next((campaign for campaign in found if str(campaign.id) == value), found[0])


def known(turn: Turn) -> list[Campaign]:
    if turn.by.unit_id is None:
        return []
    return campaigns.campaigns_of_unit(turn.session, turn.by.unit_id)


def windows_of(turn: Turn, campaign: Campaign) -> list[EffectiveWindow]:
    return campaigns.calendar_of(turn.session, campaign, turn.by.unit_id)


def is_shown(turn: Turn, campaign: Campaign, window: EffectiveWindow) -> bool:
    """The plan has its own line; the council and the archive are the business of who leads."""
    if window.step in (Step.COUNCIL, Step.ARCHIVE):  # R6.3, R6.9
        return turn.by.unit_id == campaign.owner_id
    return window.step is not Step.PLAN


def plan_line(campaign: Campaign, windows: list[EffectiveWindow]) -> Part:
    if campaign.plan_dated_on is not None:
        return Part("calendar_plan.issued", on=campaign.plan_dated_on)
    due = next(window for window in windows if window.step is Step.PLAN)
    return Part("calendar_plan.awaited", until=end_of(due))


def step_line(turn: Turn, window: EffectiveWindow) -> Part:
    """``● Tự đánh giá: 15/10 đến hết 15/11 (còn 12 ngày)``"""
    phase = window.phase(turn.now)
    left = None
    if phase is Phase.OPEN:
        left = Part("calendar_left", left=calendar.time_left(turn.now, window.closes_at))
    values: dict[str, Any] = {"mark": Part(f"mark.{phase}"), "step": window.step}
    values |= {"until": end_of(window), "left": left or ""}
    if window.extension is not None:
        return Part("calendar_step.extended", reason=window.extension.reason, **values)
    if window.opens_at is None:
        return Part("calendar_step.due", **values)
    return Part("calendar_step.window", since=beginning_of(window), **values)


def extension_line(turn: Turn, campaign: Campaign, windows: list[EffectiveWindow]) -> Part | None:
    unit = turn.by.unit
    if unit is None or any(window.extension for window in windows):
        return None
    if not campaigns.takes_part(turn.session, campaign, unit.id):
        return None
    return Part("calendar_no_extension", unit=unit.name)


def beginning_of(window: EffectiveWindow) -> Part:
    """A day where it begins at 00:00, otherwise with the hour."""
    assert window.opens_at is not None
    whole = window.opens_at == calendar.start_of(calendar.local_day(window.opens_at))
    return Part("calendar_since.day" if whole else "calendar_since.hour", at=window.opens_at)


def end_of(window: EffectiveWindow) -> Part:
    """ "đến hết" a day where it ends at 24:00, otherwise the hour."""
    whole = window.closes_at == calendar.end_of(calendar.last_day(window.closes_at))
    return Part("calendar_until.day" if whole else "calendar_until.hour", at=window.closes_at)


def file_values(turn: Turn, campaign: Campaign) -> Mapping[str, Any]:
    """What ``bot.reports.calendar`` is made from."""
    unit = turn.by.unit
    return {
        "campaign": campaign.id,
        "year": campaign.year,
        "owner": campaign.owner.name,
        "unit": unit.name if unit else "",
        "made_at": turn.now,
        "windows": [
            {
                "step": window.step.value,
                "opens_at": window.opens_at,
                "closes_at": window.closes_at,
                "extended_by": window.extension.reason if window.extension else "",
            }
            for window in windows_of(turn, campaign)
            if is_shown(turn, campaign, window)
        ],
    }


conversation = Conversation(
    name="calendar",
    entry_points=[
        on_command("lich", show, "calendar"),
        on_choice("calendar", pick),
        on_choice("calendar_of", pick),
        on_choice("calendar_file", send_file),
    ],
)
