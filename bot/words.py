"""A message's name and values, turned into text in the reader's language.

The sentences are gettext catalogues, one file for each feature, read at the start. A template
may hold ``**bold**`` and ``{name}`` or ``{name:spec}``; what a value looks like follows from its
type, see ``_Formatter``. Values never bring markup with them.
"""

import enum
import functools
import logging
import os
import re
import string
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

from bot.channel import Button, Letter, Span
from models.messages import Choice, Numbering, Part, decode, decode_choices, word_of

logger = logging.getLogger(__name__)

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = ("vi", "en")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PAGE = 8
_BOLD_ON, _BOLD_OFF = "\ue000", "\ue001"


def operators_language() -> str:
    """That of the command line and of what machines read out: the environment's, if English."""
    return "en" if os.environ.get("LANG", "").startswith("en") else "vi"


class Message(Protocol):
    """A row of the outbox, or what was claimed of it."""

    @property
    def id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def values(self) -> dict[str, Any]: ...
    @property
    def choices(self) -> list[Any]: ...
    @property
    def always(self) -> list[Any]: ...
    @property
    def page(self) -> int: ...
    @property
    def numbering(self) -> Numbering: ...


class Words:
    """All sentences in all languages."""

    def __init__(self, directory: Path = LOCALES) -> None:
        # Of what has no values: choices, and messages that most often are part of another.
        self._labels: dict[tuple[str, str], str] = {}
        self._fixed: dict[tuple[str, str], str] = {}
        self._templates = {code: _read(directory / code / "LC_MESSAGES") for code in LANGUAGES}

    def has(self, name: str, language: str) -> bool:
        return name in self._templates[language]

    def names(self, language: str) -> Mapping[str, str]:
        return self._templates[language]

    def text(self, name: str, values: Mapping[str, Any], language: str = "vi") -> tuple[Span, ...]:
        lines = self._marked(name, values, language).split("\n")
        # What came last on a line may have been empty; within a part the space is meant.
        return _spans("\n".join(line.rstrip(" ") for line in lines))

    def plain(self, name: str, language: str = "vi", /, **values: Any) -> str:
        return "".join(span.text for span in self.text(name, values, language))

    def label(self, choice: Choice, language: str = "vi") -> str:
        """In one line, whatever its values hold, with a capital at its beginning."""
        if choice.values:
            return self._in_one_line(choice, language)
        known = (choice.action, language)
        if known not in self._labels:
            self._labels[known] = self._in_one_line(choice, language)
        return self._labels[known]

    def _in_one_line(self, choice: Choice, language: str) -> str:
        words = self.plain(f"choice.{choice.action}", language, **choice.values).split()
        label = " ".join(words)
        return label[:1].upper() + label[1:]

    def letter(self, message: Message, language: str = "vi") -> Letter:
        """The message as its reader sees it; files are added by who has the store."""
        buttons = [
            Button(self.label(choice, language), token)
            for choice, token in choices_on_screen(message)
        ]
        return Letter(
            address=message.address,
            text=self.text(message.name, decode(message.values), language),
            buttons=tuple(buttons),
            numbering=message.numbering,
            message_id=message.id,
        )

    def _marked(self, name: str, values: Mapping[str, Any], language: str) -> str:
        if values:
            return self._fill(name, values, language)
        known = (name, language)
        if known not in self._fixed:
            self._fixed[known] = self._fill(name, values, language)
        return self._fixed[known]

    def _fill(self, name: str, values: Mapping[str, Any], language: str) -> str:
        template = self._templates[language].get(name)
        if template is None:
            logger.error("no words for %s in %s", name, language)
            return name
        formatter = _Formatter(self, language)
        lines = []
        bold = False
        for line in template.split("\n"):
            filled, bold = formatter.fill(line, values, bold)
            if filled is not None:
                lines.append(filled)
        return "\n".join(lines)


def choices_on_screen(message: Message) -> list[tuple[Choice, str]]:
    """The choices of the message's page, then those that always stand, then the pager, each
    with the token that its button carries."""
    offers = decode_choices(message.choices)
    first = message.page * PAGE
    numbered = list(enumerate(offers))[first : first + PAGE]
    numbered += list(enumerate(decode_choices(message.always), start=len(offers)))
    shown = [(choice, f"{message.ref}:{position}") for position, choice in numbered]
    pages = (len(offers) + PAGE - 1) // PAGE
    if message.page > 0:
        before = Choice("previous_page", message.page - 1)
        shown.append((before, f"{message.ref}:p{message.page - 1}"))
    if message.page + 1 < pages:
        after = Choice("next_page", page=message.page + 2, pages=pages)
        shown.append((after, f"{message.ref}:p{message.page + 1}"))
    return shown


@functools.lru_cache(maxsize=4096)
def _fields(line: str) -> tuple[tuple[str, str | None, str | None], ...]:
    """A template's line in literal text and fields; every message goes through this."""
    return tuple(
        (before, field, spec) for before, field, spec, _ in string.Formatter().parse(line)
    )


class _Formatter(string.Formatter):
    """Writes a value by its type and the template's spec."""

    def __init__(self, words: Words, language: str) -> None:
        self._words = words
        self._language = language

    def fill(self, line: str, values: Mapping[str, Any], bold: bool) -> tuple[str | None, bool]:
        """The line with its values; None where it had only values and none had text."""
        pieces: list[str] = []
        literal = ""
        empty = True
        for before, field, spec in _fields(line):
            literal += before
            marked, bold = _mark(before, bold)
            pieces.append(marked)
            if field is not None:
                written = self.format_field(values.get(field, ""), spec or "")
                empty = empty and not written
                pieces.append(written)
        if "{" in line and empty and not literal.replace("*", "").strip():
            return None, bold
        return "".join(pieces), bold

    def format_field(self, value: Any, spec: str) -> str:
        if "|" in spec:
            one, many = spec.split("|", 1)
            return one if value == 1 else many
        if spec.startswith("cut"):
            return cut(self._write(value), int(spec[3:]))
        if spec == "capital":
            written = self._write(value)
            return written[:1].upper() + written[1:]
        if spec == "bytes":
            return self._bytes(int(value))
        if isinstance(value, datetime):
            return self._instant(value, spec)
        if isinstance(value, date):
            return value.strftime("%d/%m" if spec == "short" else "%d/%m/%Y")
        return self._write(value)

    def _write(self, value: Any) -> str:
        match value:
            case None:
                return ""
            case Part():
                return self._words._marked(value.name, value.values, self._language)
            case enum.Enum():
                return self._words._marked(word_of(value), {}, self._language)
            case Decimal():
                return self._decimal(value)
            case list() | tuple():
                between = "\n" if any(isinstance(item, Part) for item in value) else ", "
                return between.join(self._write(item) for item in value)
            case datetime() | date():
                return self.format_field(value, "")
        text = str(value).replace(_BOLD_ON, "").replace(_BOLD_OFF, "")
        # Half of a character, which no platform takes, must not hold a message up.
        return text.encode("utf-8", "replace").decode("utf-8")

    def _decimal(self, value: Decimal) -> str:
        rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
        digits = f"{rounded:f}".rstrip("0").rstrip(".")
        return digits.replace(".", ",") if self._language == "vi" else digits

    def _bytes(self, size: int) -> str:
        for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
            if size >= factor:
                amount = Decimal(size) / factor
                places = Decimal("0.1") if amount < 10 and unit != "KB" else Decimal(1)
                return f"{self._decimal(amount.quantize(places, ROUND_HALF_UP))} {unit}"
        return f"{size} B"

    def _instant(self, value: datetime, spec: str) -> str:
        local = value.astimezone(ZONE)
        hour = local.strftime("%H:%M")
        if spec.startswith("deadline") and hour == "00:00":
            local, hour = local - timedelta(days=1), "24:00"
        if spec in {"short", "deadline_short"}:
            return local.strftime("%d/%m")
        if spec == "day":
            return local.strftime("%d/%m/%Y")
        if spec == "time":
            return hour
        weekday = self._words.plain(f"weekday.{local.weekday()}", self._language)
        day = local.strftime("%d/%m/%Y")
        return self._words.plain("instant", self._language, hour=hour, weekday=weekday, day=day)


@functools.cache  # Reading them takes longer than most of what is done with them.
def _read(directory: Path) -> Mapping[str, str]:
    templates: dict[str, str] = {}
    for path in sorted(directory.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string:
                    templates[str(message.id)] = str(message.string)
    return templates


def _mark(literal: str, bold: bool) -> tuple[str, bool]:
    """Turn each ``**`` of a template into a mark; ``bold`` is where the line stands."""
    pieces = literal.split("**")
    marked = pieces[0]
    for piece in pieces[1:]:
        bold = not bold
        marked += (_BOLD_ON if bold else _BOLD_OFF) + piece
    return marked, bold


def _spans(marked: str) -> tuple[Span, ...]:
    if _BOLD_ON not in marked:
        return (Span(marked),) if marked else ()
    return tuple(_split(re.split(f"([{_BOLD_ON}{_BOLD_OFF}])", marked)))


def _split(pieces: Iterable[str]) -> Iterable[Span]:
    bold = 0
    for piece in pieces:
        if piece == _BOLD_ON:
            bold += 1
        elif piece == _BOLD_OFF:
            bold -= 1
        elif piece:
            yield Span(piece, bold > 0)


def cut(text: str, length: int) -> str:
    """At most ``length`` signs, cut between words, with … where something was left out."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head) + "…"
