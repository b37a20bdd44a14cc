"""``/readyz`` says in words what is wrong, ``/metrics`` in numbers; the watchdog knows what a
restart can mend (reliability.md 7)."""

import json
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot import symptoms
from bot.channel import Pulse
from bot.words import Words
from models import holds, inbox, outbox, sending, settings, standing
from models.clock import wall_clock
from models.inbox import Arrival, EventStatus
from models.messages import Kind, Part
from models.outbox import Recipient, SendStatus
from models.people import By
from models.settings import LAST_BACKUP
from models.standing import Standing
from tests.bot_api import TOKEN, serve
from tests.clock import at
from tests.live import configure, running

Sessions = sessionmaker[Session]

NOW = at("2026-11-03 10:05")
WELL = Standing(
    hold=None,
    oldest_event=0.0,
    oldest_answer=0.0,
    waited_p99=0.0,
    unknown=0,
    malformed=0,
    dead=0,
    unreachable=0,
    backup_age=60.0,
)


def ask(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_state_of_the_work_is_counted(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(4):
            made = NOW - timedelta(seconds=10 * (number + 1))
            kind = Kind.NOTICE if number else Kind.ANSWER
            to = Recipient("web", str(number))
            id = outbox.enqueue(session, "menu", to=to, key=str(number), at=made, kind=kind)
            assert id is not None
            if number == 3:
                sending.settle(session, id, SendStatus.UNKNOWN, NOW)
        lost = Recipient("telegram", "7")  # A channel that does not run here.
        outbox.enqueue(session, "menu", to=lost, key="t", at=NOW - timedelta(days=1))
        arrivals = [Arrival("web", key, "an", {"text": key}) for key in ("a", "b")]
        events = inbox.store(session, arrivals, NOW - timedelta(seconds=7))
        inbox.settle(session, [events[0].id], EventStatus.DEAD, NOW, "KeyError")
        settings.put(session, LAST_BACKUP, (NOW - timedelta(hours=30)).isoformat())
        holds.hold(session, By(NOW), "thử")
    with sessions() as session:
        found = standing.look(session, ["web"], NOW)
        hold = holds.standing(session)

    assert hold is not None
    assert found == Standing(
        hold=hold,
        oldest_event=7.0,
        oldest_answer=10.0,
        waited_p99=30.0,
        unknown=1,
        malformed=0,
        dead=1,
        unreachable=0,
        backup_age=30 * 3600.0,
    )
    assert [part.name for part in symptoms.of_standing(found).warnings] == [
        "symptom.held",
        "symptom.unsettled",
        "symptom.dead_letters",
        "symptom.backup_old",
    ]


@pytest.mark.parametrize(
    ("pulse", "failing", "warnings"),
    [
        (Pulse(skew=2.0), [], []),
        (Pulse(skew=-6.0), [], ["symptom.clock_wrong"]),
        (Pulse(skew=61.0), ["symptom.clock_wrong"], []),
        (Pulse(last_good=time.monotonic() - 91), ["symptom.channel_silent"], []),
    ],
)
def test_a_channel_is_judged(pulse: Pulse, failing: list[str], warnings: list[str]) -> None:
    found = symptoms.of_channel("telegram", pulse, time.monotonic())
    assert [part.name for part in found.failing] == failing
    assert [part.name for part in found.warnings] == warnings


def test_a_late_loop_and_a_full_disk_are_seen() -> None:
    assert symptoms.of_process(1, 0.1) == symptoms.Symptoms()
    assert symptoms.of_process(1, 2.0).warnings == (Part("symptom.loop_late", seconds=2),)
    assert [part.name for part in symptoms.of_process(0, 6.0).failing] == [
        "symptom.disk_full",
        "symptom.loop_late",
    ]


def test_an_answer_that_waits_is_a_failure_unless_sending_is_held() -> None:
    waits = {**vars(WELL), "oldest_answer": 121.0}
    held = holds.Hold(NOW, "thử")
    assert symptoms.of_standing(WELL) == symptoms.Symptoms()
    assert [p.name for p in symptoms.of_standing(Standing(**waits)).failing] == [
        "symptom.answers_wait"
    ]
    assert symptoms.of_standing(Standing(**{**waits, "hold": held})).failing == ()


def test_a_running_bot_says_how_it_is(database_url: str, tmp_path: Path) -> None:
    """And Telegram being away is said, without a restart being of any use."""
    with serve() as api:
        config = configure(database_url, tmp_path, token=TOKEN, api_url=api.url)
        with running(config, wall_clock) as live:
            status, body = ask(f"{live.addresses.health}/readyz")
            said = json.loads(body)
            no_backup = Words().plain("symptom.no_backup", "vi")
            assert (status, said["status"], said["failing"]) == (200, "ok", [])
            assert said["warnings"] == [no_backup]
            assert live.bot.is_well()

            status, body = ask(f"{live.addresses.health}/metrics")
            names = {line.split("{")[0].split(" ")[0] for line in body.splitlines()}
            wanted = {
                "cchc_sending_held",
                "cchc_outbox_age_p99_seconds",
                "cchc_messages_unknown",
                "cchc_dead_letters",
                "cchc_loop_lag_seconds",
                "cchc_clock_skew_seconds",
                "cchc_channel_throttled_total",
                "cchc_channel_silent_seconds",
                "cchc_inbox_oldest_seconds",
                "cchc_accounts_unreachable",
                "cchc_storage_free_bytes",
            }
            assert (status, wanted - names) == (200, set())

            pulse = live.bot._pulses["telegram"]
            assert abs(pulse.skew or 99.0) < 2
            live.bot._started = pulse.last_good = time.monotonic() - 1000
            pulse.last_error = "no route"
            assert live.bot.is_well()
