"""``cchc hold`` and ``cchc release``: let nothing leave, and let it leave again (X22)."""

from datetime import datetime

import click

from bot.desk import Desk
from models import calendar, holds
from models.holds import Held, Hold
from models.messages import Part
from models.people import By
from models.refusals import Refusal


@click.command()
@click.option("--reason", required=True, help="kept in the record")
@click.pass_obj
def hold(desk: Desk, reason: str) -> None:
    """Hold all sending, answers too. The bot goes on taking in what people send."""
    try:
        with desk.sessions.begin() as session:
            holds.hold(session, By(desk.clock()), reason)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("sending_is_held")


@click.command()
@click.option(
    "--drop-older-than",
    "drop",
    metavar="INSTANT",
    help='leave out what was queued or fell due before it: "17:00 13/11/2026", time of Vietnam',
)
@click.option("--send-all", is_flag=True, help="leave out nothing, also after a restore")
@click.option("--yes", is_flag=True, help="do not ask")
@click.pass_obj
def release(desk: Desk, drop: str | None, send_all: bool, yes: bool) -> None:
    """Show what waits, ask, and let it leave.

    After a restore, what was queued or fell due before the restore is left out, because it was
    most likely sent already; --drop-older-than sets another instant, --send-all sends it.
    """
    if drop and send_all:
        raise click.UsageError("--drop-older-than or --send-all, not both")
    try:
        drop_before = calendar.parse_opening(drop, desk.clock().year) if drop else None
        with desk.sessions() as session:
            found = holds.standing(session)
            if found is None:
                raise Refusal("sending_not_held")
            if not drop and not send_all:
                drop_before = found.drop_before
            stays = holds.waiting(session, before=drop_before) if drop_before else []
            goes = holds.waiting(session, since=drop_before)
        _show(desk, found, drop_before, stays, goes)
        if not yes and not _agreed(desk):
            desk.fail("sending_still_held")
        with desk.sessions.begin() as session:
            done = holds.release(session, By(desk.clock()), drop_before)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("sending_released", messages=done.messages, reminders=done.reminders)


def _show(
    desk: Desk, found: Hold, drop_before: datetime | None, stays: list[Held], goes: list[Held]
) -> None:
    name = "held_by_restore" if found.backup_made_at else "held_by_operator"
    desk.say(name, since=found.since, reason=found.reason, made_at=found.backup_made_at)
    if drop_before is not None:
        desk.say("release_leaves_out", before=drop_before, lines=_lines(stays))
    desk.say("release_sends", lines=_lines(goes))


def _lines(found: list[Held]) -> list[Part]:
    if not found:
        return [Part("held_nothing")]
    return [
        Part(
            "held_line",
            count=held.count,
            message=held.name,
            oldest=held.oldest,
            newest=held.newest,
        )
        for held in found
    ]


def _agreed(desk: Desk) -> bool:
    try:
        return click.confirm(desk.words.plain("release_ask", desk.language), default=False)
    except click.Abort:
        return False
