"""What becomes of letters (I5, reliability.md 3), what updates mean, and fetching files."""

import asyncio
import hashlib
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from bot.channel import (
    Attached,
    Button,
    Delivery,
    Edited,
    Fate,
    FetchFailed,
    Incoming,
    Letter,
    LetterFile,
    Press,
    Signal,
    Span,
    Typed,
)
from bot.config import Config, TelegramSection
from bot.sections import Secret
from bot.telegram import CannotUseToken, TelegramChannel, TelegramRefused, identify
from bot.telegram.writing import length, split
from tests.bot_api import TOKEN, Server, User
from tests.telegram.conftest import channel_to

T = TypeVar("T")


def using(url: str, act: Callable[[TelegramChannel], Awaitable[T]], token: str = TOKEN) -> T:
    async def run() -> T:
        channel = channel_to(url, token)
        try:
            return await act(channel)
        finally:
            await channel.close()

    return asyncio.run(run())


def deliver(api: Server, letter: Letter) -> Delivery:
    return using(api.url, lambda channel: channel.deliver(letter))


def letter_to(user: User, *text: Span, **more: object) -> Letter:
    spans = text or (Span("Đã ghi nhận."),)
    return Letter(str(user.id), spans, **more)  # type: ignore[arg-type]


def last_update(api: Server) -> dict[str, object]:
    return api.world.pending[-1]


# Letters


def test_a_letter_arrives_with_bold_words_and_buttons(api: Server) -> None:
    an = api.user("An")
    buttons = (Button("Lịch", "abcdefghijkl:0"), Button("Trợ giúp", "abcdefghijkl:1"))
    long = Button("Xem 11 tiêu chí còn thiếu", "abcdefghijkl:2")
    text = (Span("Sở Tư pháp", bold=True), Span(" & <Sở> 5 > 3\nHạn 15/11"))
    delivery = deliver(api, letter_to(an, *text, buttons=(*buttons, long)))
    (message,) = an.messages()
    assert delivery == Delivery.sent(str(message.id))
    assert message.html == "<b>Sở Tư pháp</b> &amp; &lt;Sở&gt; 5 &gt; 3\nHạn 15/11"
    assert message.text == "Sở Tư pháp & <Sở> 5 > 3\nHạn 15/11"
    assert [[key.label for key in row] for row in message.rows] == [
        ["Lịch", "Trợ giúp"],
        ["Xem 11 tiêu chí còn thiếu"],
    ]
    assert message.button("Lịch").data == "abcdefghijkl:0"


def test_a_document_goes_out_whole_under_its_vietnamese_name(api: Server, tmp_path: Path) -> None:
    path = tmp_path / "ab12"
    path.write_bytes(bytes(range(256)) * 5000)
    an = api.user()
    file = LetterFile('Biểu "tự đánh giá".xlsx', path, "application/octet-stream")
    deliver(api, letter_to(an, file=file, buttons=(Button("Lịch", "abcdefghijkl:0"),)))
    (message,) = an.messages()
    assert (message.text, message.file) == ("Đã ghi nhận.", 'Biểu "tự đánh giá".xlsx')
    assert api.file(message.file_id) == path.read_bytes()
    assert [button.label for button in message.buttons] == ["Lịch"]


@pytest.mark.parametrize("content", [None, b""])
def test_a_file_that_is_missing_or_empty_is_malformed(
    api: Server, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    an = api.user()
    delivery = deliver(api, letter_to(an, file=LetterFile("a.pdf", path, "application/pdf")))
    assert delivery == Delivery.malformed("a file of 0 bytes")


def test_a_long_text_is_cut_between_lines_and_the_buttons_come_last(api: Server) -> None:
    lines = [f"{number} Ban hành kế hoạch 😀 <đúng thời hạn>" for number in range(300)]
    an = api.user()
    deliver(api, letter_to(an, Span("\n".join(lines)), buttons=(Button("Tiếp", "a:0"),)))
    messages = an.messages()
    assert "\n".join(message.text for message in messages).split("\n") == lines
    assert [len(message.buttons) for message in messages] == [0] * (len(messages) - 1) + [1]
    assert all(length(message.text) <= 4096 for message in messages)


def test_a_line_longer_than_the_limit_is_cut_too() -> None:
    parts = list(split([Span("a\n"), Span("ờ😀" * 40, bold=True), Span("\nb")], 50))
    assert "".join(span.text for part in parts for span in part) == "a\n" + "ờ😀" * 40 + "\nb"
    assert all(sum(length(span.text) for span in part) <= 50 for part in parts)


@pytest.mark.parametrize("kind", ["429", "502"])
def test_a_letter_that_broke_off_is_not_repeated_from_the_start(api: Server, kind: str) -> None:
    an = api.user()
    lines = [str(number) * 1000 for number in range(9)]
    letter = letter_to(an, Span("\n".join(lines)), message_id=7)
    api.fault("sendMessage", kind, skip=1)

    async def act(channel: TelegramChannel) -> list[Fate]:
        return [(await channel.deliver(letter)).fate for _ in range(2)]

    assert using(api.url, act) == [Fate.LATER if kind == "429" else Fate.UNKNOWN, Fate.SENT]
    assert "\n".join(message.text for message in an.messages()).split("\n") == lines


# Six outcomes


def test_too_many_requests_says_how_long_to_wait(api: Server) -> None:
    an = api.user()
    api.fault("sendMessage", "429", retry_after=17)
    assert deliver(api, letter_to(an)) == Delivery.later(17, "Too Many Requests")
    assert an.messages() == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("blocked", Delivery.unreachable("Forbidden: bot was blocked by the user")),
        ("deactivated", Delivery.unreachable("Forbidden: user is deactivated")),
        ("not_found", Delivery.unreachable("Chat not found")),
        ("migrated", Delivery.moved("-100777")),
    ],
)
def test_a_chat_that_is_gone_is_told_apart(api: Server, state: str, expected: Delivery) -> None:
    an = api.user()
    an.becomes(state, migrated_to=-100777)
    delivery = deliver(api, letter_to(an))
    assert (delivery.fate, delivery.address) == (expected.fate, expected.address)
    assert delivery.reason.lower() in expected.reason.lower()


def test_what_telegram_does_not_accept_is_malformed(api: Server) -> None:
    an = api.user()
    delivery = deliver(api, letter_to(an, buttons=(Button("Lịch", "x" * 65),)))
    assert delivery.fate is Fate.MALFORMED
    assert deliver(api, letter_to(an, Span("  "))) == Delivery.malformed("nothing to say")


@pytest.mark.parametrize("kind", ["500", "502", "reset"])
@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_is_unknown(api: Server, kind: str, after: bool) -> None:
    """Also over a connection that served before: aiohttp must not ask a second time."""
    an = api.user()
    api.fault("sendMessage", kind, after=after)

    async def act(channel: TelegramChannel) -> Delivery:
        await channel.identify()
        return await channel.deliver(letter_to(an))

    assert using(api.url, act).fate is Fate.UNKNOWN
    assert (api.state()["calls"]["sendMessage"], len(an.messages())) == (1, after)


def test_silence_is_unknown(api: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.request.READ_SECONDS", 0.2)
    an = api.user()
    api.fault("sendMessage", "hang", after=True, seconds=1)
    assert deliver(api, letter_to(an)) == Delivery.unknown("Timed out")
    assert len(an.messages()) == 1


def test_what_never_left_is_simply_for_later(api: Server) -> None:
    an = api.user()
    with api.away():
        assert deliver(api, letter_to(an)) == Delivery.later(reason="ClientConnectorError")
    assert deliver(api, letter_to(an)).fate is Fate.SENT


def test_a_wrong_token_is_refused_in_words_without_the_token(api: Server) -> None:
    wrong = "1234567890:AAwrong-token-of-nobody-at-all-here"
    with pytest.raises(TelegramRefused, match=r"telegram\.token is not accepted") as refused:
        using(api.url, lambda channel: channel.identify(), token=wrong)
    assert wrong.split(":")[1] not in str(refused.value)
    assert using(api.url, lambda channel: channel.identify()) == "cchc_test_bot"


def test_the_check_tells_a_wrong_token_from_no_network(api: Server) -> None:
    def check(token: str) -> str:
        telegram = TelegramSection(token=Secret(token), api_url=api.url)
        return asyncio.run(identify(Config(telegram=telegram)))

    assert check(TOKEN) == "cchc_test_bot"
    with pytest.raises(CannotUseToken, match="token_refused"):
        check("1234567890:AAwrong-token-of-nobody-at-all-here")
    with api.away(), pytest.raises(CannotUseToken, match="telegram_unreachable"):
        check(TOKEN)


def test_a_press_is_acknowledged_and_an_old_one_does_no_harm(api: Server) -> None:
    an = api.user()
    query = an.press_data(1, "abcdefghijkl:0")
    using(api.url, lambda channel: channel.acknowledge(Press("abcdefghijkl:0", query)))
    using(api.url, lambda channel: channel.acknowledge(Press("abcdefghijkl:0", "12345")))
    assert api.state()["answered"] == [query]


def test_requests_go_through_the_proxy(api: Server) -> None:
    an = api.user()

    async def act() -> Delivery:
        closed = f"http://127.0.0.1:{_free_port()}"
        channel = channel_to(api.url, proxy=closed)
        try:
            return await channel.deliver(letter_to(an))
        finally:
            await channel.close()

    assert asyncio.run(act()) == Delivery.later(reason="ClientProxyConnectionError")


def test_a_proxy_of_another_kind_is_refused(api: Server) -> None:
    with pytest.raises(TelegramRefused, match=r"telegram\.proxy"):
        channel_to(api.url, proxy="socks5://127.0.0.1:1080")


def test_the_server_refuses_what_goes_too_fast(api: Server) -> None:
    api.limits(chat_burst=3)
    an = api.user()

    async def act(channel: TelegramChannel) -> list[Fate]:
        return [(await channel.deliver(letter_to(an))).fate for _ in range(5)]

    assert using(api.url, act) == [Fate.SENT] * 3 + [Fate.LATER] * 2
    assert api.state()["refusals"] == {"sendMessage 429": 2}


# Updates


def read(api: Server, update: dict[str, object] | None = None) -> Signal | None:
    return channel_to(api.url).read(update or last_update(api))


def test_texts_links_presses_and_edits_are_told_apart(api: Server) -> None:
    an = api.user()
    message = an.text("/start K7Q2MZ9T4WXB8H3D5RVC6JN0PA")
    assert read(api) == Typed("/start K7Q2MZ9T4WXB8H3D5RVC6JN0PA")
    an.edit(message, "khác")
    assert read(api) == Edited(str(message))
    query = an.press_data(99, "abcdefghijkl:3")
    assert read(api) == Press("abcdefghijkl:3", query)


def test_files_photos_and_albums_are_attached(api: Server) -> None:
    an = api.user()
    an.document("KH-12.pdf", b"%PDF-1.4", "1.1.1")
    assert read(api) == Attached((_incoming(api, "KH-12.pdf", "application/pdf"),), "1.1.1")
    number = an.photo(b"x" * 100)
    size = last_update(api)["message"]["photo"][1]  # type: ignore[index]
    name = f"photo_{number}.jpg"
    assert read(api) == Attached((Incoming(name, 100, size["file_id"], "", "image/jpeg"),))
    an.album([("a.pdf", b"a"), ("b.pdf", b"b")], "2.1.1")
    both = [read(api, update) for update in list(api.world.pending)[-2:]]
    assert [(file.caption, bool(file.album)) for file in both] == [("2.1.1", True), ("", True)]  # type: ignore[union-attr]
    assert both[0].album == both[1].album  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["video", "audio", "voice", "video_note"])
def test_sound_and_film_are_files_too(api: Server, kind: str) -> None:
    file = {"file_id": "abc", "file_size": 9}
    update = {"message": {"message_id": 5, "chat": {"id": 1, "type": "private"}, kind: file}}
    signal = read(api, update)  # type: ignore[arg-type]
    assert isinstance(signal, Attached)
    assert signal.files[0].source == "abc"
    assert signal.files[0].name.startswith(f"{kind}_5.")


@pytest.mark.parametrize("type_", ["group", "supergroup", "channel"])
def test_only_private_chats_are_conversations(api: Server, type_: str) -> None:
    chat = {"id": -5, "type": type_}
    message = {"message_id": 5, "chat": chat, "text": "/lich"}
    query = {"id": "7", "data": "abcdefghijkl:0", "message": message}
    assert read(api, {"message": message}) is None
    assert read(api, {"edited_message": message}) is None
    assert read(api, {"callback_query": query}) is None


# Files


def fetch(api: Server, file: Incoming) -> bytes:
    async def act(channel: TelegramChannel) -> bytes:
        return b"".join([piece async for piece in channel.fetch(file)])

    return using(api.url, act)


def test_a_file_is_fetched_whole(api: Server) -> None:
    content = bytes(range(256)) * 4000
    api.user().document("báo cáo.pdf", content)
    fetched = fetch(api, _incoming(api, "báo cáo.pdf"))
    assert hashlib.sha256(fetched).digest() == hashlib.sha256(content).digest()


@pytest.mark.parametrize("kind", ["cut", "short", "502"])
def test_a_download_that_broke_off_is_worth_another_try(api: Server, kind: str) -> None:
    api.user().document("a.pdf", b"x" * 300_000)
    api.fault("download", kind, at=200_000)
    with pytest.raises(FetchFailed) as failed:
        fetch(api, _incoming(api, "a.pdf"))
    assert not failed.value.final
    assert fetch(api, _incoming(api, "a.pdf")) == b"x" * 300_000


def test_a_file_over_the_limit_is_refused_for_good(api: Server) -> None:
    api.user().document("a.pdf", b"x" * (20 * 1024 * 1024 + 1))
    told = _incoming(api, "a.pdf")
    untold = Incoming("a.pdf", 0, told.source)
    for file in (told, untold):
        with pytest.raises(FetchFailed, match=r"(?i)file is too big") as failed:
            fetch(api, file)
        assert failed.value.final
    assert api.state()["calls"] == {"getFile": 1}


def test_a_path_that_exists_here_is_never_read_from_this_machine(
    api: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.user().document("a.pdf", b"theirs")
    file = _incoming(api, "a.pdf")
    ours = tmp_path / "documents" / file.source
    ours.parent.mkdir()
    ours.write_bytes(b"ours!!")
    monkeypatch.chdir(tmp_path)
    assert fetch(api, file) == b"theirs"


def _incoming(api: Server, name: str, media_type: str = "") -> Incoming:
    file = next(file for file in api.world.files.values() if file.name == name)
    return Incoming(name, len(file.content), file.id, "", media_type)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
