"""A coordinator drafts, confirms, cancels and chases a broadcast; its readers acknowledge it."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import audit, files, outbox, policy
from models.broadcasts import notices, queries, rules, segments
from models.broadcasts.segments import Segment, Selection
from models.broadcasts.tables import Broadcast, BroadcastChase, BroadcastRecipient
from models.campaigns.tables import Campaign
from models.files import Received
from models.people.tables import By
from models.policy import Action
from models.refusals import Refusal
from models.text import clean


def draft(
    session: Session,
    by: By,
    campaign: Campaign,
    segment: Segment,
    text: str,
    enclosed: Sequence[Received] = (),
) -> Broadcast:
    """Keep what is to be sent; nobody gets it before it is confirmed."""
    policy.check(session, by, Action.BROADCAST, campaign)
    _check(rules.why_not_write(text))
    assert by.person_id is not None  # The policy lets only people write.
    broadcast = Broadcast(
        campaign=campaign,
        segment=segment.as_json(),
        text=clean(text),
        drafted_by_id=by.person_id,
        drafted_at=by.at,
    )
    if enclosed:
        _check(rules.why_not_enclose(enclosed))
        _enclose(session, by, broadcast, enclosed[0])
    session.add(broadcast)
    session.flush()
    audit.append(session, "draft_broadcast", by, broadcast=broadcast.id)
    return broadcast


def rewrite(session: Session, by: By, broadcast: Broadcast, text: str) -> None:
    _hold_draft(session, by, broadcast)
    _check(rules.why_not_write(text))
    broadcast.text = clean(text)
    audit.append(session, "rewrite_broadcast", by, broadcast=broadcast.id)


def enclose(session: Session, by: By, broadcast: Broadcast, enclosed: Sequence[Received]) -> None:
    """Send this file along; no file takes it off again."""
    _hold_draft(session, by, broadcast)
    broadcast.file, broadcast.file_name = None, ""
    if enclosed:
        _check(rules.why_not_enclose(enclosed))
        _enclose(session, by, broadcast, enclosed[0])
    audit.append(session, "enclose_in_broadcast", by, broadcast=broadcast.id)


def ask_acknowledgement(session: Session, by: By, broadcast: Broadcast, wanted: bool) -> None:
    _hold_draft(session, by, broadcast)
    broadcast.wants_acknowledgement = wanted
    values = {"broadcast": broadcast.id, "wanted": wanted}
    audit.append(session, "ask_acknowledgement", by, **values)


def drop(session: Session, by: By, broadcast: Broadcast) -> None:
    """Give a draft up; it stays, marked so (I9)."""
    _hold_draft(session, by, broadcast)
    broadcast.cancelled_by_id, broadcast.cancelled_at = by.person_id, by.at
    audit.append(session, "drop_broadcast", by, broadcast=broadcast.id)


def confirm(
    session: Session, by: By, broadcast: Broadcast, seen: str, *, again: bool = False
) -> Broadcast:
    """Fix the recipients and queue the message to all of them.

    ``seen`` marks the recipients that were counted; ``again``: the sender knows that the same
    went out within the day. Confirmed already, nothing happens (I3).
    """
    _hold(session, by, broadcast)
    if broadcast.confirmed_at is not None:
        return broadcast
    _check(rules.why_not_change(broadcast))
    segment = Segment.from_json(broadcast.segment)
    selection = segments.select_people(session, broadcast.campaign, segment, by)
    sha256 = broadcast.file.sha256 if broadcast.file else ""
    broadcast.fingerprint = rules.fingerprint(segment, broadcast.text, sha256)
    before = None if again else queries.sent_before(session, broadcast, by.at)
    _check(rules.why_not_send(broadcast, selection, seen, before))
    broadcast.confirmed_by_id, broadcast.confirmed_at = by.person_id, by.at
    broadcast.left_out = [
        {"unit": each.unit_id, "person": each.person_id, "reason": each.reason.value}
        for each in selection.left_out
    ]
    session.flush()
    _queue(session, by, broadcast, selection)
    audit.append(
        session,
        "confirm_broadcast",
        by,
        broadcast=broadcast.id,
        recipients=len(selection.recipients),
        left_out=len(selection.left_out),
        fingerprint=broadcast.fingerprint,
        again=again,
    )
    return broadcast


def cancel(session: Session, by: By, broadcast: Broadcast) -> int:
    """Take back what has not been sent yet; how many messages these were."""
    _hold(session, by, broadcast)
    _check(rules.why_not_cancel(broadcast, queries.progress(session, broadcast).queued))
    keys = select(BroadcastRecipient.message_key).where(
        BroadcastRecipient.broadcast_id == broadcast.id
    )
    count = outbox.withdraw(session, keys, by.at)
    broadcast.cancelled_by_id, broadcast.cancelled_at = by.person_id, by.at
    audit.append(session, "cancel_broadcast", by, broadcast=broadcast.id, withdrawn=count)
    return count


def acknowledge(session: Session, by: By, recipient: BroadcastRecipient | None) -> bool:
    """Keep that its reader has it; False where that was so already."""
    if recipient is None:
        raise Refusal("not_your_notice")
    policy.check(session, by, Action.ANSWER_BROADCAST, recipient)
    session.refresh(recipient, with_for_update=True)
    if recipient.acknowledged_at is not None:
        return False
    recipient.acknowledged_at = by.at
    audit.append(session, "acknowledge_broadcast", by, broadcast=recipient.broadcast_id)
    return True


def chase(session: Session, by: By, broadcast: Broadcast, number: int) -> BroadcastChase:
    """Ask those once more who have not acknowledged it. ``number`` is which time this is: the
    same button pressed twice chases once (I3)."""
    _hold(session, by, broadcast)
    last = queries.last_chase(session, broadcast)
    if last is not None and last.number >= number:
        return last
    owing = queries.owing(session, broadcast)
    _check(rules.why_not_chase(broadcast, last, owing, by.at))
    assert by.person_id is not None
    made = BroadcastChase(
        broadcast_id=broadcast.id,
        number=number,
        recipients=len(owing),
        chased_by_id=by.person_id,
        chased_at=by.at,
    )
    session.add(made)
    session.flush()
    keys = {f"broadcast:{broadcast.id}:chase:{number}:{c.person_id}": c.recipient for c in owing}
    notices.chase(session, broadcast, keys, by.at)
    details = {"broadcast": broadcast.id, "number": number, "recipients": len(owing)}
    audit.append(session, "chase_broadcast", by, **details)
    return made


def _queue(session: Session, by: By, broadcast: Broadcast, selection: Selection) -> None:
    keyed = {f"broadcast:{broadcast.id}:{each.person_id}": each for each in selection.recipients}
    rows = [
        {
            "broadcast_id": broadcast.id,
            "person_id": each.person_id,
            "binding_id": each.binding_id,
            "unit_id": each.unit_id,
            "message_key": key,
            "acknowledged_at": None,
        }
        for key, each in keyed.items()
    ]
    session.execute(insert(BroadcastRecipient), rows)
    recipients = {key: each.recipient for key, each in keyed.items()}
    notices.send(session, broadcast, recipients, by.at)


def _enclose(session: Session, by: By, broadcast: Broadcast, file: Received) -> None:
    broadcast.file, broadcast.file_name = files.keep(session, file, by.at), file.name


def _hold_draft(session: Session, by: By, broadcast: Broadcast) -> None:
    _hold(session, by, broadcast)
    _check(rules.why_not_change(broadcast))


def _hold(session: Session, by: By, broadcast: Broadcast) -> None:
    """Two coordinators wait for each other; what the first did is then read afresh."""
    policy.check(session, by, Action.BROADCAST, broadcast.campaign)
    session.refresh(broadcast, with_for_update=True)


def _check(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refusal
