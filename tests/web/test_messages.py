"""What is posted is stored before it is confirmed, once; what is said reaches open pages."""

import json
import re
import uuid

from sqlalchemy import update

from bot.web.history import LOOKS_BACK
from models.inbox import InboxEvent
from models.messages import Choice
from models.outbox import OutboxMessage
from models.people import Person, codes
from tests.web.site import Guest, Site


def test_the_same_message_sent_again_acts_once(site: Site) -> None:
    """I1, I3: a page that got no answer sends the same id again."""
    an, id = site.officer(), str(uuid.uuid4())
    first, second = an.types("2.1.1", id), an.types("2.1.1", id)
    assert (first.status_code, second.status_code, second.json()) == (200, 200, {"html": ""})
    [event] = site.events()
    assert (event.channel, event.external_id, event.address) == ("web", id, an.chat)
    assert (event.body, event.made_at) == ({"text": "2.1.1"}, site.clock())


def test_codes_and_unseen_signs_are_not_stored(site: Site) -> None:
    an, code = site.officer(), codes.new()
    an.types(f"mã \u202e{code}\u200b")
    [event] = site.events()
    assert event.body == {"text": f"mã #{codes.hash_of(code)}"}
    assert code not in an.client.get("").text


def test_bad_posts_are_refused_in_words(site: Site) -> None:
    an, id = site.officer(), str(uuid.uuid4())
    for body in (
        "[]",
        "{",
        "",
        '{"id": 5, "text": "x"}',
        json.dumps({"id": id}),
        json.dumps({"id": id, "text": "  "}),
        json.dumps({"id": id, "text": "x" * 4001}),
        json.dumps({"id": id, "press": "x" * 65}),
    ):
        answer = an.client.post("messages", content=body)
        assert (answer.status_code, "Anh/chị" in answer.text) == (400, True), body
    assert site.events() == []


def test_a_flood_is_slowed_down(site: Site) -> None:
    an = site.officer()
    statuses = {an.types("x").status_code for _ in range(40)}
    assert statuses == {200, 429}


def test_text_of_people_is_never_markup(site: Site) -> None:
    """T12"""
    an = site.officer("<b>An</b>")
    answer = an.types("<img src=x onerror=alert(1)> https://x.test/?a=1&b=2")
    assert "&lt;img src=x onerror=alert(1)&gt;" in answer.json()["html"]
    page = an.client.get("").text
    assert ("<img" in page, "<b>An" in page) == (False, False)


def test_a_page_that_comes_back_gets_what_it_missed(site: Site) -> None:
    an = site.officer()
    site.say(an.chat, "unknown_here")
    first = take(an, 1)
    for _ in range(2 * LOOKS_BACK):
        site.say(an.chat, choices=())
    missed = keys(take(an, 1 + 2 * LOOKS_BACK, last=first[-1][0]))
    again = keys(take(an, LOOKS_BACK, last=f"{1 + 2 * LOOKS_BACK}.0"))
    every = [f"m{number}" for number in range(1, 2 + 2 * LOOKS_BACK)]
    assert (keys(first), missed, again) == (["m1"], every, every[-LOOKS_BACK:])


def test_what_is_said_reaches_every_open_page_of_the_chat_before_its_answer(site: Site) -> None:
    an, hoa = site.officer("An"), site.officer("Hoa")
    with an.client.stream("GET", "events") as here, hoa.client.stream("GET", "events") as other:
        lines = here.iter_lines()
        next(line for line in lines if line.startswith("event: pinned"))
        next(line for line in other.iter_lines() if line.startswith("event: pinned"))
        an.types("xin chào")
        seen = [next(line for line in lines if line.startswith("id: ")) for _ in range(2)]
        assert seen == ["id: 0.1", "id: 1.1"]
        assert site.channel.open_pages == 2


def test_a_page_whose_reader_chose_another_language_loads_again(site: Site) -> None:
    """Its own words are in the language it was loaded in."""
    an = site.officer()
    with an.client.stream("GET", "events") as stream:
        lines = stream.iter_lines()
        next(line for line in lines if line.startswith("event: pinned"))
        site.write(lambda session: session.execute(update(Person).values(language="en")))
        site.loop.call_soon_threadsafe(site.channel.refresh)
        assert next(line for line in lines if line.startswith("event: ")) == "event: reload"
    assert '<html lang="en">' in an.client.get("").text


def test_history_is_paged_and_in_order_though_the_clock_goes_back(site: Site) -> None:
    an = site.officer()
    for number in range(60):
        if number == 30:
            site.clock.forward(days=-20)
        an_event(site, an, number)
    page = an.client.get("").text
    shown = re.findall(r'data-key="(\w+)"', page)
    before = re.search(r'data-before="([\d.]+)"', page)
    while before:
        section = an.client.get(f"older?before={before[1]}").json()
        shown = keys([("", html) for html in section["entries"]]) + shown
        before = re.match("(.+)", section["older"] or "")
    assert shown == [key for n in range(1, 61) for key in (f"e{n}", f"m{n}")]


def test_a_pressed_choice_is_shown_by_its_label(site: Site) -> None:
    an = site.officer()
    choices = [Choice("menu"), Choice("back")]
    site.say(an.chat, choices=choices)
    [message] = site.rows(OutboxMessage)
    for token in (f"{message.ref}:1", "unknown-ref-:0"):
        an.client.post("messages", json={"id": str(uuid.uuid4()), "press": token})
    page = an.client.get("").text
    own = re.findall(r'class="entry own".*?<p class="text">(.*?)</p>', page, re.DOTALL)
    assert own == ["Quay lại", "(nút không còn dùng)"]


def an_event(site: Site, guest: Guest, number: int) -> None:
    """An event and its answer, written as the worker does, without the limits of a page."""
    site.clock.forward(minutes=1)
    at = site.clock()
    site.write(
        lambda session: session.add(
            InboxEvent(
                channel="web",
                external_id=str(number),
                content_hash="",
                address=guest.chat,
                body={"text": str(number)},
                received_at=at,
            )
        )
    )
    site.run(site.answer(guest.chat, f"turn:{number + 1}:1", choices=()))


def take(guest: Guest, count: int, last: str = "0.0") -> list[tuple[str, str]]:
    """The first so many entries of the live updates, as id and markup."""
    found: list[tuple[str, str]] = []
    id = ""
    with guest.client.stream("GET", "events", headers={"Last-Event-ID": last}) as stream:
        for line in stream.iter_lines():
            if line.startswith("id: "):
                id = line.removeprefix("id: ")
            elif line.startswith("data: ") and "html" in line:
                found.append((id, json.loads(line.removeprefix("data: "))["html"]))
                if len(found) == count:
                    break
    return found


def keys(entries: list[tuple[str, str]]) -> list[str]:
    return [key for _, html in entries for key in re.findall(r'data-key="(\w+)"', html)]


def test_a_press_that_no_database_would_keep_is_refused(site: Site) -> None:
    an = site.officer()
    for token in ("", "a\x00b", "\ud800", "x" * 65, "ớ", "a b"):
        body = json.dumps({"id": str(uuid.uuid4()), "press": token})
        answer = an.client.post("messages", content=body)
        assert answer.status_code == 400, token
    assert site.events() == []
