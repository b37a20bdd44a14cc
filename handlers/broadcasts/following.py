"""How far a broadcast is: counts, names, taking back what waits, chasing who keeps silent."""

from handlers import pages
from handlers.broadcasts.common import At, broadcast_at, campaign_of
from handlers.dialogue import Choice, Part, State, Turn
from models import broadcasts
from models.broadcasts import Broadcast, BroadcastChase, Progress, Told

ON_A_PAGE = 12


def list_sent(turn: Turn, _: str = "") -> State:
    found = broadcasts.sent_in(turn.session, campaign_of(turn))
    offers = [
        Choice("broadcast_open", each.id, at=each.confirmed_at, text=each.text) for each in found
    ]
    always = [Choice("broadcast"), Choice("menu")]
    return turn.ask(At.LIST, "broadcasts_sent", offers, always=always, count=len(found))


def show_progress(turn: Turn, value: str) -> State:
    broadcast = broadcast_at(turn, value)
    now = broadcasts.progress(turn.session, broadcast)
    last = broadcasts.last_chase(turn.session, broadcast)
    return turn.ask(
        At.PROGRESS,
        "broadcast_state",
        progress_choices(turn, broadcast, now, last),
        at=broadcast.confirmed_at,
        sender=broadcast.confirmed_by.name if broadcast.confirmed_by else "",
        text=broadcast.text,
        total=now.total,
        queued=now.queued,
        sent=now.sent,
        opened=now.opened,
        acknowledged=acknowledged_part(broadcast, now, last),
        problems=problems_of(now),
        cancelled=cancelled_part(broadcast, now),
    )


def progress_choices(
    turn: Turn, broadcast: Broadcast, now: Progress, last: BroadcastChase | None
) -> list[Choice]:
    id = broadcast.id
    offers = []
    owing = broadcasts.owing(turn.session, broadcast) if broadcast.wants_acknowledgement else []
    if not broadcasts.why_not_chase(broadcast, last, owing, turn.now):
        number = last.number + 1 if last else 1
        offers.append(Choice("broadcast_chase", f"{id}:{number}", count=len(owing)))
    offers += [Choice("broadcast_refresh", id), Choice("broadcast_told", id)]
    if now.queued and broadcast.cancelled_at is None:
        offers.append(Choice("broadcast_cancel", id, count=now.queued))
    return [*offers, Choice("broadcasts_sent"), Choice("menu")]


def acknowledged_part(
    broadcast: Broadcast, now: Progress, last: BroadcastChase | None
) -> list[Part]:
    if not broadcast.wants_acknowledgement:
        return []
    parts = [Part("broadcast_acknowledged_count", count=now.acknowledged, total=now.total)]
    if last is not None:
        parts.append(Part("broadcast_chased", at=last.chased_at, count=last.recipients))
    return parts


def problems_of(now: Progress) -> list[Part]:
    found = [("failed", now.failed), ("unknown", now.unknown), ("left", now.left)]
    return [Part(f"broadcast_problem.{name}", count=count) for name, count in found if count]


def cancelled_part(broadcast: Broadcast, now: Progress) -> Part | None:
    if broadcast.cancelled_at is None:
        return None
    return Part("broadcast_cancelled_at", at=broadcast.cancelled_at, count=now.withdrawn)


def list_told(turn: Turn, value: str) -> State:
    """Everybody it was for, and how far it got; who does not have it comes first."""
    broadcast, (_, page) = broadcast_at(turn, value), pages.subject_and_page(value)
    found = broadcasts.told(turn.session, broadcast)
    shown, turning = pages.cut(found, page, "broadcast_told_page", broadcast.id, ON_A_PAGE)
    return turn.ask(
        At.PROGRESS,
        "broadcast_told",
        [*turning, Choice("broadcast_progress_back", broadcast.id), Choice("menu")],
        count=len(found),
        people=[told_part(each) for each in shown],
    )


def told_part(told: Told) -> Part:
    values = {"name": told.name, "unit": told.unit, "state": told.state}
    at = Part("told_at", at=told.at) if told.at else ""
    return Part("broadcast_told_line", **values, at=at)


def cancel(turn: Turn, value: str) -> State:
    broadcast = broadcast_at(turn, value)
    broadcasts.cancel(turn.session, turn.by, broadcast)
    return show_progress(turn, value)


def chase(turn: Turn, value: str) -> State:
    broadcast, number = broadcast_at(turn, value), value.partition(":")[2]
    broadcasts.chase(turn.session, turn.by, broadcast, int(number))
    return show_progress(turn, str(broadcast.id))
