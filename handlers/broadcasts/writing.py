"""The text and its file, the preview as one recipient sees it, and the counted confirmation."""

from collections.abc import Sequence

from handlers import pages
from handlers.broadcasts import choosing
from handlers.broadcasts.common import At, broadcast_at, campaign_of
from handlers.broadcasts.following import show_progress
from handlers.dialogue import Choice, Part, State, Turn
from models import broadcasts, files
from models.broadcasts import Broadcast, LeftOut, LeftOutReason, Segment, Selection
from models.files import Received


def enter_text(turn: Turn, text: str) -> State:
    if "broadcast" in turn.memory:
        broadcast = broadcast_at(turn, str(turn.memory["broadcast"]))
        broadcasts.rewrite(turn.session, turn.by, broadcast, text)
        return show_preview(turn, str(broadcast.id))
    kept = [files.from_json(turn.memory["file"])] if "file" in turn.memory else []
    return make_draft(turn, text, kept)


def take_file(turn: Turn, received: Sequence[Received], caption: str) -> State:
    """A file goes along; its caption is the text, unless there is one already."""
    if refusal := broadcasts.why_not_enclose(received):
        raise refusal
    if "broadcast" in turn.memory:
        broadcast = broadcast_at(turn, str(turn.memory["broadcast"]))
        broadcasts.enclose(turn.session, turn.by, broadcast, received)
        return show_preview(turn, str(broadcast.id))
    if caption.strip():
        return make_draft(turn, caption, received)
    turn.memory["file"] = files.as_json(received[0])
    ways = [Choice("broadcast_restart"), Choice("menu")]
    return turn.ask(At.TEXT, "broadcast_file_kept", ways, file=received[0].name)


def make_draft(turn: Turn, text: str, enclosed: Sequence[Received]) -> State:
    about = (campaign_of(turn), choosing.segment_of(turn), text, enclosed)
    broadcast = broadcasts.draft(turn.session, turn.by, *about)
    return show_preview(turn, str(broadcast.id))


def show_preview(turn: Turn, value: str) -> State:
    """Exactly what one recipient will see, and exactly how many there are."""
    broadcast = broadcast_at(turn, value)
    if refusal := broadcasts.why_not_change(broadcast):
        raise refusal
    turn.memory.clear()
    turn.memory["broadcast"] = broadcast.id
    found = selection_of(turn, broadcast)
    first = found.recipients[0] if found.recipients else None
    return turn.ask(
        At.PREVIEW,
        "broadcast_preview",
        preview_choices(broadcast, found),
        to=Part("broadcast_first", name=first.name, unit=first.unit) if first else "",
        notice=Part(broadcasts.NAME, **broadcasts.values(broadcast)),
        count=len(found.recipients),
        units=found.units,
        unreachable=counted("broadcast_unreachable", len(found.unreachable)),
        left_out=counted("broadcast_left_out_count", len(found.left_out)),
    )


def preview_choices(broadcast: Broadcast, found: Selection) -> list[Choice]:
    id, count = broadcast.id, len(found.recipients)
    mark = broadcasts.seen_mark(found)
    send = [Choice("broadcast_send", f"{id}:{mark}", count=count)] if count else []
    wanted = broadcast.wants_acknowledgement
    wish = Choice("broadcast_without_receipt" if wanted else "broadcast_with_receipt", id)
    file = [Choice("broadcast_detach", id)] if broadcast.file else []
    left_out = [Choice("broadcast_left_out", id)] if found.left_out else []
    others = [Choice("broadcast_rewrite", id), *file, *left_out, Choice("broadcast_drop", id)]
    return [*send, wish, *others, Choice("menu")]


def counted(name: str, count: int) -> Part | None:
    return Part(name, count=count) if count else None


def ask_new_text(turn: Turn, value: str) -> State:
    broadcast = broadcast_at(turn, value)
    if refusal := broadcasts.why_not_change(broadcast):
        raise refusal
    turn.memory["broadcast"] = broadcast.id
    back = [Choice("broadcast_preview", broadcast.id), Choice("menu")]
    return turn.ask(At.TEXT, "ask_broadcast_again", back, limit=broadcasts.TEXT_SIGNS)


def with_receipt(turn: Turn, value: str) -> State:
    broadcasts.ask_acknowledgement(turn.session, turn.by, broadcast_at(turn, value), True)
    return show_preview(turn, value)


def without_receipt(turn: Turn, value: str) -> State:
    broadcasts.ask_acknowledgement(turn.session, turn.by, broadcast_at(turn, value), False)
    return show_preview(turn, value)


def detach(turn: Turn, value: str) -> State:
    broadcasts.enclose(turn.session, turn.by, broadcast_at(turn, value), ())
    return show_preview(turn, value)


def list_left_out(turn: Turn, value: str) -> State:
    """Who of the segment gets nothing, and why."""
    broadcast, (_, page) = broadcast_at(turn, value), pages.subject_and_page(value)
    if refusal := broadcasts.why_not_change(broadcast):
        raise refusal
    found = selection_of(turn, broadcast).left_out
    shown, turning = pages.cut(found, page, "broadcast_left_out_page", broadcast.id)
    ways = [Choice("broadcast_preview", broadcast.id), Choice("menu")]
    return turn.ask(
        At.PREVIEW,
        "broadcast_left_out",
        [*turning, *ways],
        count=len(found),
        people=[
            Part("broadcast_left_out_line", names=names, reason=reason)
            for reason, names in by_reason(shown).items()
        ],
    )


def by_reason(left_out: Sequence[LeftOut]) -> dict[LeftOutReason, list[str]]:
    """Names of people, or short names of units in which there is nobody."""
    found: dict[LeftOutReason, list[str]] = {}
    for each in left_out:
        found.setdefault(each.reason, []).append(each.name or each.unit)
    return found


def send(turn: Turn, value: str) -> State | None:
    return confirm(turn, value, again=False)


def send_again(turn: Turn, value: str) -> State | None:
    return confirm(turn, value, again=True)


def confirm(turn: Turn, value: str, *, again: bool) -> State | None:
    """A second press does nothing more, and shows how far it is (I3)."""
    broadcast, mark = broadcast_at(turn, value), value.partition(":")[2]
    before = broadcast.confirmed_at is not None
    broadcasts.confirm(turn.session, turn.by, broadcast, mark, again=again)
    if before:
        return show_progress(turn, str(broadcast.id))
    turn.end(
        "broadcast_confirmed",
        [Choice("broadcast_progress", broadcast.id), Choice("menu")],
        count=broadcasts.progress(turn.session, broadcast).total,
        at=turn.at,
    )
    return None


def drop(turn: Turn, value: str) -> None:
    broadcasts.drop(turn.session, turn.by, broadcast_at(turn, value))
    turn.end("broadcast_dropped", [Choice("broadcast"), Choice("menu")])


def selection_of(turn: Turn, broadcast: Broadcast) -> Selection:
    segment = Segment.from_json(broadcast.segment)
    return broadcasts.select_people(turn.session, broadcast.campaign, segment, turn.by)
