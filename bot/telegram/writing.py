"""A letter as Telegram takes it: HTML in pieces of bounded length, and an inline keyboard."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.channel import Button, Letter, LetterFile, Span

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
SHORT_LABEL = 16

Keyboard = dict[str, list[list[dict[str, str]]]]  # InlineKeyboardMarkup as plain JSON.


@dataclass(frozen=True)
class Piece:
    """One message on Telegram; a file's text is its caption."""

    html: str
    file: LetterFile | None = None
    keyboard: Keyboard | None = None


def pieces(letter: Letter) -> list[Piece]:
    """The messages that carry a letter, in their order; the last has the buttons."""
    keys = keyboard(letter.buttons)
    if letter.file is not None and length(letter.plain) <= CAPTION_LIMIT:
        return [Piece(to_html(letter.text), letter.file, keys)]
    texts = [to_html(part) for part in split(letter.text, TEXT_LIMIT)]
    if letter.file is not None:
        return [*map(Piece, texts), Piece("", letter.file, keys)]
    return [*map(Piece, texts[:-1]), *(Piece(text, None, keys) for text in texts[-1:])]


def to_html(spans: Sequence[Span]) -> str:
    escaped = ((html.escape(span.text, quote=False), span.bold) for span in spans)
    return "".join(f"<b>{text}</b>" if bold and text else text for text, bold in escaped)


def length(text: str) -> int:
    """As Telegram counts: UTF-16 units, after the markup is read."""
    return len(text.encode("utf-16-le")) // 2


def split(spans: Sequence[Span], limit: int) -> Iterator[list[Span]]:
    """Parts of up to ``limit`` units, cut between lines, or within a line too long for one."""
    if sum(length(span.text) for span in spans) <= limit:
        if any(span.text.strip() for span in spans):
            yield list(spans)
        return
    part: list[Span] = []
    used = 0
    for line in _lines(spans, limit):
        size = sum(length(span.text) for span in line)
        if used and used + size > limit:
            yield part
            part, used = [], 0
        part += line
        used += size
    if "".join(span.text for span in part).strip():
        yield part


def keyboard(buttons: Sequence[Button]) -> Keyboard | None:
    """One button a row, two where both labels are short."""
    rows: list[list[dict[str, str]]] = []
    room = False
    for button in buttons:
        key = {"text": button.label, "callback_data": button.token}
        short = len(button.label) <= SHORT_LABEL
        if room and short:
            rows[-1].append(key)
            room = False
        else:
            rows.append([key])
            room = short
    return {"inline_keyboard": rows} if rows else None


def _lines(spans: Sequence[Span], limit: int) -> Iterator[list[Span]]:
    """The text line by line, each with its line break; none longer than ``limit``."""
    line: list[Span] = []
    used = 0
    for span in spans:
        for text in re.findall(r"[^\n]*\n|[^\n]+", span.text):
            for bit in _bits(text, limit):
                if used + length(bit) > limit:
                    yield line
                    line, used = [], 0
                line.append(Span(bit, span.bold))
                used += length(bit)
            if text.endswith("\n"):
                yield line
                line, used = [], 0
    if line:
        yield line


def _bits(text: str, limit: int) -> list[str]:
    # A character takes one unit or two, so half the limit always fits.
    return [text] if length(text) <= limit else re.findall(rf"(?s).{{1,{limit // 2}}}", text)
