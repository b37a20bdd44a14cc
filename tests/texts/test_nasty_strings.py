"""Whatever people write stands in messages as they wrote it, and breaks none (T12)."""

import html
import re
from html.parser import HTMLParser

import pytest

from bot.channel import Letter
from bot.telegram.writing import pieces, to_html
from bot.web.render import Renderer
from bot.words import LANGUAGES, Words
from models.messages import Choice
from models.text import clean
from tests.nasty import STRINGS

WORDS = Words()
PLACEHOLDER = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
# Templates whose values are texts alone: a date or a number is formatted and is never hostile.
NAMES = sorted(
    name
    for name, template in WORDS.names("vi").items()
    if PLACEHOLDER.search(template) and not re.search(r"\{\w+:[^}]*\}", template)
)


class Telegram(HTMLParser):
    """What Telegram would read: its text, and a fault where it would refuse."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text, self.open, self.faults = "", 0, list[str]()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += 1
        if tag != "b" or attrs:
            self.faults.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.open -= 1
        if tag != "b" or self.open < 0:
            self.faults.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data
        if "<" in data or "&" in data:
            self.faults.append(data[:20])

    def handle_entityref(self, name: str) -> None:
        self.text += html.unescape(f"&{name};")
        if name not in {"lt", "gt", "amp", "quot"}:
            self.faults.append(name)

    def handle_charref(self, name: str) -> None:
        self.faults.append(f"#{name}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(data)

    handle_comment = handle_decl = handle_pi = unknown_decl


def read(markup: str) -> Telegram:
    reader = Telegram()
    reader.feed(markup)
    reader.close()
    if reader.open:
        reader.faults.append("left open")
    return reader


def test_there_are_enough_of_them() -> None:
    assert len(set(STRINGS)) == len(STRINGS) >= 50
    assert len(NAMES) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_says_what_it_was_given_in_markup_that_telegram_takes(
    language: str,
) -> None:
    wrong = []
    for name in NAMES:
        keys = {match[1] for match in PLACEHOLDER.finditer(WORDS.names(language)[name])}
        for string in STRINGS:
            spans = WORDS.text(name, dict.fromkeys(keys, string), language)
            shown = "".join(span.text for span in spans)
            reader = read(to_html(spans))
            said = _seen(string)
            if (
                reader.faults
                or reader.text != shown
                or (keys and said and said.lower() not in shown.lower())
            ):
                wrong.append((name, string[:20], reader.faults[:3]))
            if not all(_is_storable(span.text) for span in spans):
                wrong.append((name, string[:20], ["not storable"]))
    assert wrong == []


def _seen(string: str) -> str:
    """The longest run of it that nobody would take for something unseen or for spaces."""
    return max(re.findall(r"[!-~À-ỹ]+", string), key=len, default="")


def _is_storable(text: str) -> bool:
    return text.encode("utf-8", "replace").decode() == text


@pytest.mark.parametrize("string", STRINGS)
def test_pieces_and_labels_and_bubbles_hold(string: str) -> None:
    spans = WORDS.text("stranger", {}) + WORDS.text("invited_name", {"name": string}) * 3
    for piece in pieces(Letter("1", spans, ())):
        assert read(piece.html).faults == []
        assert len(read(piece.html).text.encode("utf-16-le", "replace")) <= 2 * 4096
    label = WORDS.label(Choice("act_as", unit=string, role="x"))
    assert "\n" not in label
    assert "\ue000" not in label


@pytest.mark.parametrize("string", STRINGS)
def test_what_is_cleaned_is_kept_by_every_database_and_shows_all_there_is(string: str) -> None:
    kept = clean(string)
    assert kept == clean(kept)
    assert _is_storable(kept)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069]", kept)
    shown = html.unescape(re.sub(r"<[^>]*>", "", html.escape(kept)))
    assert shown == kept


def test_pages_escape_by_themselves() -> None:
    renderer = Renderer(WORDS)
    for string in STRINGS:
        page = renderer.page("problem.html", "vi", sentence=string, status=400)
        assert "<script>alert" not in page
        assert "<img" not in page
