"""The web chat, and files by a one-time link: what was answered with 2xx is kept (I1)."""

import uuid
from collections.abc import Callable

import httpx
from sqlalchemy import select

from bot.web.door import COOKIE, TOKEN_HEADER, form_token
from models import uploads, web_sessions
from models.clock import wall_clock
from models.evidence import Evidence
from models.people import Account, By
from models.people import Person as PersonRow
from tests.faults.crash_points.scenarios.registry import scenario
from tests.faults.crash_points.stage import PATIENCE, Stage
from tests.faults.stage import eventually, looking
from tests.papers import pdf


def _insist(post: Callable[[], httpx.Response]) -> int:
    """Try until somebody answers, as the page does; the status."""

    def ask() -> int:
        try:
            return post().status_code
        except httpx.TransportError:
            return 0

    return eventually(ask, PATIENCE)


def _browser(stage: Stage) -> httpx.Client:
    """An officer's browser, with a session of the web chat."""
    stage.officer("An", "STP")
    chat = "c" * 16
    with stage.sessions.begin() as session:
        token = web_sessions.open_session(session, chat, wall_clock())
        person = session.scalars(select(PersonRow)).one()
        at = stage.clock()
        account = Account(channel="web", address=chat, person_id=person.id)
        account.bound_at = account.last_used_at = at
        session.add(account)
    return httpx.Client(
        base_url=f"{stage.web}/c/{chat}/",
        cookies={COOKIE: token},
        headers={"Origin": stage.web, TOKEN_HEADER: form_token(token)},
        timeout=10,
    )


def _filed(stage: Stage, name: str) -> None:
    def kept() -> bool:
        with looking(stage.engine) as session:
            return name in session.scalars(select(Evidence.name)).all()

    eventually(kept, PATIENCE)


@scenario
def a_message_on_the_web(stage: Stage) -> None:
    browser, id = _browser(stage), str(uuid.uuid4())
    stage.begin()
    with browser:
        post = {"id": id, "text": "/minhchung 1.1.1"}
        assert _insist(lambda: browser.post("messages", json=post)) == 200


@scenario
def an_upload_on_the_web(stage: Stage) -> None:
    browser, id = _browser(stage), str(uuid.uuid4())
    stage.begin()
    with browser:
        form = {"id": id, "caption": "1.1.1"}
        files = [("file", ("KH-12.pdf", pdf("Kế hoạch")))]
        assert _insist(lambda: browser.post("files", data=form, files=files)) == 200
    _filed(stage, "KH-12.pdf")


@scenario
def an_upload_by_a_one_time_link(stage: Stage) -> None:
    """A second try may find the link used up: then the first one was kept."""
    an = stage.officer("An", "STP")
    with stage.sessions.begin() as session:
        by = By(stage.clock(), session.scalars(select(PersonRow)).one())
        code, _ = uploads.make_link(session, by, "telegram", str(an.user.id), "1.1.1")
    stage.begin()
    with httpx.Client(headers={"Origin": stage.web}, timeout=10) as browser:
        files = {"file": ("lon.pdf", pdf("Lớn"))}
        url = f"{stage.web}/tai-len/{code}"
        assert _insist(lambda: browser.post(url, files=files)) in {200, 403}
    an.sees("✓ Đã lưu 1/1 tệp cho 1.1.1")
