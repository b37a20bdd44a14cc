"""What may be sent to many, when it is asked about, and when it can be taken back (F18, C13)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from models.broadcasts.segments import Segment, Selection
from models.broadcasts.tables import Broadcast, BroadcastChase
from models.files import Received
from models.messages import Choice
from models.people import codes
from models.reach.members import Candidate
from models.refusals import Refusal
from models.text import fold

TEXT_SIGNS = 1200  # With what stands around it, it fits the shortest platform's message.
FILE_BYTES = 20 << 20  # What every platform that carries files takes.
REPEATED_WITHIN = timedelta(days=1)
CHASED_AGAIN_AFTER = timedelta(hours=4)


def fingerprint(segment: Segment, text: str, sha256: str) -> str:
    content = [segment.as_json(), fold(text), sha256]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def seen_mark(selection: Selection) -> str:
    """A mark of exactly these recipients: what is confirmed is what was counted."""
    ids = ",".join(str(candidate.person_id) for candidate in selection.recipients)
    return hashlib.sha256(ids.encode()).hexdigest()[:16]


def why_not_write(text: str) -> Refusal | None:
    if not text.strip():
        return Refusal("broadcast_empty")
    if len(text) > TEXT_SIGNS:
        return Refusal("broadcast_too_long", signs=len(text), limit=TEXT_SIGNS)
    if codes.hash_in(text):
        return Refusal("broadcast_holds_code")
    return None


def why_not_enclose(files: Sequence[Received]) -> Refusal | None:
    """One file, taken by the intake, of a size that every platform carries."""
    if len(files) != 1:
        return Refusal("broadcast_one_file", count=len(files))
    [file] = files
    if file.refusal is not None:
        return file.refusal
    if file.size > FILE_BYTES:
        return Refusal("broadcast_file_large", file=file.name, size=file.size, limit=FILE_BYTES)
    return None


def why_not_change(broadcast: Broadcast) -> Refusal | None:
    """What was sent, or given up, stays as it is."""
    if broadcast.confirmed_at is not None:
        ways = [Choice("broadcast_progress", broadcast.id)]
        return Refusal("broadcast_sent_before", ways, at=broadcast.confirmed_at)
    if broadcast.cancelled_at is not None:
        return Refusal("broadcast_given_up", [Choice("broadcast")])
    return None


def why_not_send(
    broadcast: Broadcast,
    selection: Selection,
    seen: str,
    before: Broadcast | None,
) -> Refusal | None:
    """``seen`` is the mark of the recipients that were counted; ``before`` the same text to the
    same segment within the last day, where it is to be asked about (C13)."""
    mark, count = seen_mark(selection), len(selection.recipients)
    if not count:
        ways = [Choice("broadcast_left_out", broadcast.id), Choice("broadcast")]
        return Refusal("broadcast_to_nobody", ways, count=len(selection.left_out))
    ways = [Choice("broadcast_preview", broadcast.id), Choice("broadcast_drop", broadcast.id)]
    if before is not None:
        again = Choice("broadcast_send_again", f"{broadcast.id}:{mark}", count=count)
        there = Choice("broadcast_progress", before.id)
        return Refusal("broadcast_repeated", [there, again, *ways], at=before.confirmed_at)
    if mark != seen:
        send = Choice("broadcast_send", f"{broadcast.id}:{mark}", count=count)
        return Refusal("broadcast_changed", [send, *ways], count=count)
    return None


def why_not_cancel(broadcast: Broadcast, queued: int) -> Refusal | None:
    ways = [Choice("broadcast_progress", broadcast.id)]
    if broadcast.cancelled_at is not None:
        return Refusal("broadcast_cancelled_before", ways, at=broadcast.cancelled_at)
    if broadcast.confirmed_at is None:
        return Refusal("broadcast_not_sent", [Choice("broadcast_preview", broadcast.id)])
    if not queued:
        return Refusal("broadcast_all_sent", ways)
    return None


def why_not_chase(
    broadcast: Broadcast,
    last: BroadcastChase | None,
    owing: Sequence[Candidate],
    now: datetime,
) -> Refusal | None:
    """Only who was asked to acknowledge is chased, and not every hour."""
    ways = [Choice("broadcast_progress", broadcast.id)]
    if not broadcast.wants_acknowledgement:
        return Refusal("acknowledgement_not_asked", ways)
    if last is not None and now < last.chased_at + CHASED_AGAIN_AFTER:
        again = last.chased_at + CHASED_AGAIN_AFTER
        values = {"at": last.chased_at, "count": last.recipients, "again": again}
        return Refusal("broadcast_chased_before", ways, **values)
    if not owing:
        return Refusal("nobody_to_chase", ways)
    return None
