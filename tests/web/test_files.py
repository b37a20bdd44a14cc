"""Files in and out of the chat page, and by a one-time link (F33, T10, design.md 6)."""

import hashlib

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channel import Abilities, Attached, Incoming
from models import uploads
from models.messages import Enclosure
from models.outbox import OutboxMessage
from models.people import Binding, By, Person, Role
from tests.web.site import Site

PDF = b"%PDF-1.4 mot"


def test_files_of_one_upload_are_one_event_and_kept_before_it(site: Site) -> None:
    an = site.officer()
    answer = an.hands_in(
        ("KH-12.pdf", PDF), ("../../phu luc\u202e.xlsx", b"PK"), caption="1.1.1 KH"
    )
    assert answer.status_code == 200
    [event] = site.events()
    digests = [hashlib.sha256(content).hexdigest() for content in (PDF, b"PK")]
    assert event.body == {
        "files": [
            {"name": "KH-12.pdf", "size": len(PDF), "sha256": digests[0]},
            {"name": "phu luc.xlsx", "size": 2, "sha256": digests[1]},
        ],
        "caption": "1.1.1 KH",
    }
    assert [site.store.path(digest).read_bytes() for digest in digests] == [PDF, b"PK"]
    read = site.channel.read(event.body)
    first = Incoming("KH-12.pdf", len(PDF), sha256=digests[0])
    assert isinstance(read, Attached)
    assert (read.files[0], read.caption) == (first, "1.1.1 KH")


def test_a_file_over_the_limit_is_refused_in_words_and_leaves_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.channel, "abilities", Abilities(file_limit=1024), raising=False)
    an = site.officer()
    answer = an.hands_in(("to.pdf", b"x" * 1025))
    assert (answer.status_code, "vượt mức 1 KB" in answer.text) == (413, True)
    assert site.events() == []
    assert [
        path for path in site.store.path("0" * 64).parents[2].rglob("*") if path.is_file()
    ] == []


def test_an_upload_without_a_file_or_an_id_is_refused(site: Site) -> None:
    an = site.officer()
    assert an.client.post("files", json={}).status_code == 400
    assert an.client.post("files", files={"other": ("a", b"x")}).status_code == 400
    assert an.client.post("files", files={"file": ("a", b"x")}).status_code == 400
    assert site.events() == []


def test_a_download_is_for_its_chat_and_never_shown_by_the_browser(site: Site) -> None:
    an, hoa = site.officer("An"), site.officer("Hoa")
    enclosure = Enclosure('Lịch "2026".html', sha256=site.keep(b"<script>"))
    site.say(an.chat, enclosure=enclosure)
    got = an.client.get("files/1")
    assert (got.status_code, got.content) == (200, b"<script>")
    assert got.headers["Content-Disposition"] == (
        'attachment; filename="L_ch__2026__html"; '
        "filename*=UTF-8''L%E1%BB%8Bch%20%222026%22.html"
    )
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert [hoa.client.get(f"files/{n}").status_code for n in (1, 2)] == [404, 404]


def test_what_was_for_a_role_that_ended_is_not_opened_by_another(site: Site) -> None:
    an = site.officer("An")
    site.say(an.chat, enclosure=Enclosure("a.pdf", sha256=site.keep(PDF)))

    def change(session: Session) -> None:
        [first] = session.scalars(select(Binding))
        session.execute(update(OutboxMessage).values(binding_id=first.id))
        other = {"role": Role.OBSERVER, "since": site.clock()}
        session.add(Binding(person_id=first.person_id, unit_id=first.unit_id, **other))

    site.write(change)
    assert an.client.get("files/1").status_code == 200
    ended = update(Binding).where(Binding.role == Role.FOCAL_OFFICER)
    site.write(lambda session: session.execute(ended.values(ended_at=site.clock())))
    assert an.client.get("files/1").status_code == 404


def test_the_upload_links_of_others_and_of_leavers_open_nothing(site: Site) -> None:
    site.officer()

    def link(session: Session) -> str:
        person = session.scalars(select(Person)).one()
        return uploads.make_link(session, By(site.clock(), person), "telegram", "4711")[0]

    code = site.write(link)
    with httpx.Client(headers={"Origin": site.address}) as client:
        for wrong in (code[:-1], code + "0", "0" * 26, code[::-1], "%2e%2e"):
            url = f"{site.address}/tai-len/{wrong}"
            assert client.get(url).status_code in {403, 404}, wrong
            assert client.post(url, files={"file": ("a", PDF)}).status_code in {403, 404}
        site.end_roles()
        url = f"{site.address}/tai-len/{code}"
        assert client.get(url).status_code == 403
        assert client.post(url, files={"file": ("a", PDF)}).status_code == 403
    assert site.events() == []


def test_a_link_brings_files_to_the_chat_that_asked_and_works_once(site: Site) -> None:
    site.officer()

    def link(session: object) -> str:
        person = session.scalars(select(Person)).one()  # type: ignore[attr-defined]
        by = By(site.clock(), person)
        return uploads.make_link(session, by, "telegram", "4711", "1.1.1")[0]  # type: ignore

    url = f"{site.address}/tai-len/{site.write(link)}"
    with httpx.Client(headers={"Origin": site.address}) as client:
        assert client.get(url).status_code == 200
        assert client.post(url, files={"file": ("lon.pdf", PDF)}).status_code == 200
        assert client.post(url, files={"file": ("lon.pdf", PDF)}).status_code == 403
        assert client.get(url).status_code == 403
    [event] = site.events()
    digest = hashlib.sha256(PDF).hexdigest()
    file = {"name": "lon.pdf", "size": len(PDF), "sha256": digest}
    assert (event.channel, event.address) == ("telegram", "4711")
    assert event.body == {"upload": {"files": [file], "caption": "1.1.1"}}
    assert site.resumed == 1
