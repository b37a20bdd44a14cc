"""Every message has its words, in both languages, in the register of an office (design, 10)."""

import enum
import importlib
import pkgutil
import re
import string
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

import handlers
import models
from bot.words import LOCALES, Words
from handlers.dialogue import Trigger
from models.messages import word_of
from tests.texts.code import Said, read_code

WORDS = Words()
VI, EN = WORDS.names("vi"), WORDS.names("en")
LANGUAGES = {"vi": VI, "en": EN}
MARKS = set("✓●○▲")
LONGEST_TEXT, LONGEST_LABEL = 900, 60

# Proper names that a message brings in both languages, each shown in its own.
TRANSLATED = {"holiday", "english"}
SHELL_ACTIONS = {"act_as", "next_page", "previous_page"}


@pytest.fixture(scope="module")
def said() -> Said:
    return read_code()


def placeholders(template: str, *, plurals: bool = False) -> set[str]:
    """The values a template shows; a plural's choice of form shows none."""
    parsed = string.Formatter().parse(template)
    return {
        field for _, field, spec, _ in parsed if field and (plurals or "|" not in (spec or ""))
    }


def test_both_languages_have_the_same_messages() -> None:
    assert sorted(VI.keys() ^ EN.keys()) == []


def test_every_message_that_the_code_names_has_words(said: Said) -> None:
    missing = {f"{use.name} ({use.place})" for use in said.uses if use.name not in VI}
    assert sorted(missing) == []


def test_every_member_of_an_enumeration_in_the_words_has_its_word() -> None:
    missing = [
        word
        for kind in enumerations()
        for word in [word_of(member) for member in kind]
        if any(word_of(member) in VI for member in kind) and word not in VI
    ]
    assert missing == []


def test_no_words_are_left_over(said: Said) -> None:
    enum_words = {word_of(member) for kind in enumerations() for member in kind}
    used = {use.name for use in said.uses} | said.mentioned.keys() | enum_words
    left_over = [
        name
        for name in VI
        if name not in used
        and name.removeprefix("choice.") not in used
        and name.removeprefix("refusal.") not in used
        and not any(pattern.fullmatch(name) for pattern in said.patterns)
    ]
    assert left_over == []


def test_both_languages_show_the_same_values() -> None:
    differing = {
        name: other
        for name in VI.keys() & EN.keys()
        if (other := (placeholders(VI[name]) ^ placeholders(EN[name])) - TRANSLATED)
    }
    assert differing == {}


def test_every_value_that_words_show_is_given_somewhere(said: Said) -> None:
    """A name that a template asks for and no call gives would be empty for ever."""
    given: dict[str, set[str]] = defaultdict(set)
    unknown = {use.name for use in said.uses if use.open}
    calls = Counter(use.name for use in said.uses)
    for use in said.uses:
        given[use.name] |= use.values
        # Named elsewhere too: what is given there, this cannot see.
        bare = use.name.removeprefix("choice.").removeprefix("refusal.")
        if said.mentioned[bare] > calls[use.name]:
            unknown.add(use.name)
    lacking = {
        f"{name} ({language})": shown
        for language, templates in LANGUAGES.items()
        for name, template in templates.items()
        if name in given and name not in unknown
        if (shown := placeholders(template, plurals=True) - given[name])
    }
    assert lacking == {}


def test_every_choice_brings_what_its_label_shows(said: Said) -> None:
    """Wherever it is offered: a label is read alone, and half of one says something else."""
    lacking = {
        f"{use.name} ({use.place})": shown
        for use in said.uses
        if use.call == "Choice" and not use.open and use.name in VI
        if (shown := placeholders(VI[use.name], plurals=True) - use.values)
    }
    assert lacking == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_stands_in_one_file_once(language: str) -> None:
    found: Counter[str] = Counter()
    for path in (LOCALES / language / "LC_MESSAGES").glob("*.po"):
        found.update(re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE))
    assert [name for name, count in found.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_and_labels_are_short(language: str) -> None:
    long = {
        name: length(template)
        for name, template in LANGUAGES[language].items()
        if length(template) > (LONGEST_LABEL if name.startswith("choice.") else LONGEST_TEXT)
    }
    assert long == {}


def length(template: str) -> int:
    """The signs of a template; a value counts as 4, one that is cut as long as it may be."""
    signs = 0
    for literal, field, spec, _ in string.Formatter().parse(template.replace("**", "")):
        cut = re.fullmatch(r"cut(\d+)", spec or "")
        signs += len(literal) + (int(cut[1]) if cut else 4 if field else 0)
    return signs


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_keep_the_register(language: str) -> None:
    """No exclamation marks, no pictures in place of words, composed Vietnamese, whole bold."""
    wrong = {
        name: found
        for name, template in LANGUAGES[language].items()
        if (found := list(faults(template)))
    }
    assert wrong == {}


def faults(template: str) -> Iterator[str]:
    if "!" in template:
        yield "exclamation mark"
    if unicodedata.normalize("NFC", template) != template:
        yield "not composed"
    if template.count("**") % 2:
        yield "bold is not closed"
    for sign in template:
        unseen = unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cn"} and sign != "\n"
        if unseen or (unicodedata.category(sign) == "So" and sign not in MARKS):
            yield f"U+{ord(sign):04X}"
    for field in placeholders(template, plurals=True):
        if not field.isidentifier():
            yield f"placeholder {field}"


def test_the_entrances_are_unambiguous() -> None:
    """An action or a command leads into one conversation."""
    entrances = [
        (handler.trigger, name)
        for conversation in handlers.CONVERSATIONS
        for handler in conversation.entry_points
        for name in handler.names
    ]
    assert [found for found, count in Counter(entrances).items() if count > 1] == []


def test_every_choice_leads_somewhere(said: Said) -> None:
    """No dead buttons: some conversation answers each action that is offered."""
    answered = {
        name
        for conversation in handlers.CONVERSATIONS
        for found in (
            conversation.entry_points,
            *conversation.states.values(),
            conversation.fallbacks,
        )
        for handler in found
        if handler.trigger is Trigger.CHOICE
        for name in handler.names
    }
    dead = {
        f"{use.name} ({use.place})"
        for use in said.uses
        if use.call == "Choice"
        and use.name.removeprefix("choice.") not in answered | SHELL_ACTIONS
    }
    assert sorted(dead) == []


def enumerations() -> list[type[enum.Enum]]:
    """Every enumeration of the domain."""
    found: dict[str, type[enum.Enum]] = {}
    for module in pkgutil.walk_packages(models.__path__, "models."):
        if "migrations" in module.name:
            continue
        for thing in vars(importlib.import_module(module.name)).values():
            is_own = isinstance(thing, type) and thing.__module__.startswith("models.")
            if is_own and issubclass(thing, enum.Enum):
                found[f"{thing.__module__}.{thing.__name__}"] = thing
    return list(found.values())
