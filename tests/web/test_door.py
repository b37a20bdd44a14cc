"""Who gets in: invitations, sessions, foreign pages (N24, I8)."""

import re

import httpx
import pytest
from sqlalchemy import update

from bot.web.door import COOKIE, TOKEN_HEADER, form_token
from bot.web.pages import WRONG_CODES_OF_A_PLACE
from models.outbox import OutboxMessage
from models.people import Binding, Role, WrongCode, invitations
from models.web_sessions import WebSession
from tests.web.site import Guest, Site

UNUSABLE = "Mã này không dùng được (đã dùng, hết hạn hoặc gõ sai)."


def test_looking_at_an_invitation_redeems_nothing_and_the_button_opens_a_chat(site: Site) -> None:
    code = site.invite()
    with httpx.Client(base_url=site.address, headers={"Origin": site.address}) as client:
        looked = client.get(f"/start/{code}")
        assert (looked.status_code, site.rows(WebSession), site.events()) == (200, [], [])

        opened = client.post(f"/start/{code}")
        [event], [session] = site.events(), site.rows(WebSession)
        assert (opened.status_code, opened.headers["Location"]) == (303, f"/c/{session.address}/")
        assert event.body == {"text": invitations.seal(f"/start {code}")}
        assert code not in str(event.body)
        cookie = next(c for c in opened.headers.get_list("set-cookie") if COOKIE in c)
        assert f"Path=/c/{session.address}; SameSite=Lax" in cookie
        assert "HttpOnly" in cookie


def test_cookies_are_secure_except_on_loopback(site: Site) -> None:
    from bot.web.world import WebSettings

    assert WebSettings("https://cchc.example").secure


@pytest.mark.parametrize("typed", ["", "abc", "0" * 26, "U" * 26])
def test_every_unusable_code_gets_the_same_sentence_and_no_chat(site: Site, typed: str) -> None:
    answer = httpx.post(
        f"{site.address}/start", data={"code": typed}, headers={"Origin": site.address}
    )
    assert (answer.status_code, UNUSABLE in answer.text) == (403, True)
    assert (site.rows(WebSession), site.events()) == ([], [])


def test_who_tries_many_wrong_codes_is_let_in_no_more_and_nobody_else_is_barred(
    site: Site,
) -> None:
    code, there = site.invite(), {"X-Forwarded-For": "1.2.3.4, 2001:db8:0:1::7"}
    with httpx.Client(base_url=site.address, headers={"Origin": site.address}) as client:
        for _ in range(WRONG_CODES_OF_A_PLACE):
            assert client.post("/start", data={"code": "0" * 26}, headers=there).status_code == 403
        neighbour = {"X-Forwarded-For": "2001:db8:0:1::8"}
        assert client.post(f"/start/{code}", headers=neighbour).status_code == 403
        assert {row.address[:5] for row in site.rows(WrongCode)} == {"from:"}
        other = {"X-Forwarded-For": "2001:db8:0:2::7"}
        assert client.post(f"/start/{code}", headers=other).status_code == 303


def test_the_admins_hear_once_of_many_wrong_codes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T2."""
    monkeypatch.setattr("bot.web.pages.WRONG_CODES_OF_A_PLACE", 5)
    site.officer()
    site.write(lambda session: session.execute(update(Binding).values(role=Role.ADMIN)))
    with httpx.Client(headers={"Origin": site.address}) as client:
        for number in range(9):
            code = f"{number}" * 26
            assert client.post(f"{site.address}/start", data={"code": code}).status_code == 403
        assert [message.name for message in site.rows(OutboxMessage)] == ["many_wrong_codes"]
        assert len(site.rows(WrongCode)) == 5


def test_no_address_of_ours_is_told_to_others(site: Site) -> None:
    """Codes stand in addresses: nothing is fetched from elsewhere, no referrer goes there."""
    an = site.officer()
    for path in (an.base, f"{site.address}/start/{site.invite()}", f"{site.address}/dang-nhap"):
        page = an.client.get(path)
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "no-store"
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text) == []


def test_a_code_may_be_pasted_as_a_link_or_typed_in_groups(site: Site) -> None:
    from bot.web.pages import read_code

    code = "K7Q2MZ9T4WXB8H3D5RVC6JN0PA"
    for typed in (
        code,
        code.lower(),
        f"https://x.test/start/{code}",
        "K7Q2MZ9T4WXB 8H3D5RVC6JNOPA",
    ):
        assert read_code(typed) == code


def test_a_foreign_page_can_do_nothing(site: Site) -> None:
    an = site.officer()
    message = {"id": "0" * 36, "text": "/menu"}
    attempts: list[dict[str, str]] = [
        {"Origin": "https://evil.test", TOKEN_HEADER: form_token(an.token)},
        {"Sec-Fetch-Site": "cross-site", "Origin": site.address},
        {"Sec-Fetch-Site": "same-site", TOKEN_HEADER: form_token(an.token)},
        {TOKEN_HEADER: form_token(an.token)},
        {"Origin": site.address},
        {"Origin": site.address, TOKEN_HEADER: form_token("x")},
        {"Origin": "null", TOKEN_HEADER: form_token(an.token)},
    ]
    for headers in attempts:
        with httpx.Client(cookies={COOKIE: an.token}, headers=headers) as client:
            assert client.post(an.base + "messages", json=message).status_code == 403, headers
    assert site.events() == []


def test_the_cookie_of_another_chat_opens_nothing(site: Site) -> None:
    an, hoa = site.officer("An"), site.officer("Hoa")
    site.say(hoa.chat)
    an.client.base_url = httpx.URL(hoa.base)
    for path in ("", "older?before=9.9", "events", "files/1"):
        assert an.client.get(path).status_code == 401, path
    assert (an.types("/menu").status_code, an.hands_in(("a.pdf", b"x")).status_code) == (401, 401)
    assert site.events() == []


def test_a_session_ends_with_the_last_role(site: Site) -> None:
    an = site.officer()
    assert an.client.get("").status_code == 200
    with an.client.stream("GET", "events") as stream:
        lines = stream.iter_lines()
        read_until(lines, "pinned")
        site.end_roles()
        site.loop.call_soon_threadsafe(site.channel.refresh)
        read_until(lines, "over")
    assert an.types("/menu").status_code == 401
    assert [session.ended_at is not None for session in site.rows(WebSession)] == [True]


def test_who_has_not_joined_may_answer_but_hand_in_nothing(site: Site) -> None:
    stranger = site.guest()
    assert stranger.types("Đúng").status_code == 200
    assert stranger.hands_in(("a.pdf", b"x")).status_code == 403
    assert [event.body for event in site.events()] == [{"text": "Đúng"}]


def test_logging_out_ends_the_session(site: Site) -> None:
    an = site.officer()
    assert an.client.post("leave").status_code == 200
    again = Guest(site, an.chat, an.token)
    assert again.client.get("").status_code == 401


def test_every_answer_carries_the_headers_of_safety(site: Site) -> None:
    an = site.officer()
    for path in ("", "events", "files/7", "nothing", "/", "/start/x", "/static/chat.js", "/none"):
        with an.client.stream("GET", path) as answer:
            headers = answer.headers
            assert "default-src 'none'" in headers["Content-Security-Policy"], path
            assert "unsafe" not in headers["Content-Security-Policy"], path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Referrer-Policy"] == "same-origin", path


def read_until(lines: object, kind: str) -> list[str]:
    """The data of the server-sent events up to and with the first of this kind."""
    data, found = [], ""
    for line in lines:  # type: ignore[attr-defined]
        if line.startswith("event: "):
            found = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data.append(line.removeprefix("data: "))
            if found == kind:
                return data
    raise AssertionError(f"no {kind} came")
