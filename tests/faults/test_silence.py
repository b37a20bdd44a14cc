"""The platform is away over a deadline, or for longer than it keeps what people send: what they
did in time counts, and nobody is left to believe that all has arrived (X9, X25; I6)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import conduct
from models.campaigns import Campaign, Step
from models.inbox import InboxEvent
from models.people import By
from tests.faults.stage import Stage, eventually

CLOSED = "Chưa nhận: thời hạn"
BACK = "▲ Kênh này vừa hoạt động trở lại."


@pytest.mark.parametrize(("heard", "accepted"), [(30, True), (-1, False)])
def test_a_press_made_in_an_outage_over_the_deadline_counts_from_its_beginning(
    stage: Stage, heard: int, accepted: bool
) -> None:
    """The bot was last heard 30 s before the end, or 1 s after it; it is back a minute later."""
    an = stage.officer()
    closes_at = stage.clock() + timedelta(minutes=2)
    with stage.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        conduct.move(
            session, By(stage.clock()), campaign, Step.SELF_ASSESSMENT, None, closes_at, ""
        )
    card = an.asks("/minhchung 1.1.1", "1.1.1")
    stage.settled()
    stage.clock.forward(seconds=120 - heard)
    an.asks("/menu", "CCHC 2026")
    stage.settled()
    seen = len(an.texts)
    with stage.api.away():
        stage.clock.forward(seconds=heard + 60)
        data = card.button("Giải trình thay tài liệu").data
        stage.api.world.user_presses(an.user.id, card.id, data)
    [answer] = eventually(lambda: an.texts[seen:], 30)
    assert answer.startswith(CLOSED) is not accepted, answer
    with stage.sessions() as session:
        made = session.scalars(select(InboxEvent.made_at).order_by(InboxEvent.id.desc())).first()
    assert made is not None
    assert (made < closes_at) is accepted


def test_after_a_day_of_silence_everybody_is_told_once_what_may_be_missing(stage: Stage) -> None:
    """X9: Telegram keeps what people send for a day."""
    an, binh = stage.officer(), stage.officer("Bình", "STC")
    for talker in (an, binh):
        talker.asks("/menu", "CCHC 2026")
    stage.settled()
    for hours, told in ((23, 0), (25, 1), (23, 1)):
        with stage.api.away():
            stage.clock.forward(hours=hours)
        an.asks("/menu", "CCHC 2026")
        stage.settled()
        for talker in (an, binh):
            found = [text for text in talker.texts if text.startswith(BACK)]
            assert len(found) == told, f"after {hours} hours"
