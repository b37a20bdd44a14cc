"""Reads plain tables, from a file or the environment, into frozen dataclasses.

A section is a dataclass whose fields have defaults; what else a value has to keep to is in the
field's metadata: ``between`` and ``shaped``. Every problem has a name that has words
(``config_problem.<name>``).
"""

import dataclasses
import re
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

S = TypeVar("S")
D = TypeVar("D")

_LEAST, _MOST, _SHAPE = "least", "most", "shape"


class Secret:
    """A text that shows itself only to who asks for it by name: no log, no error has it."""

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "[hidden]"


class Wrong(Exception):
    """``problem`` names what is wrong with a value."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def between(default: int, least: int, most: int | None = None) -> int:
    """A field for a whole number, both ends included; a type checker takes it for its default,
    as it does ``dataclasses.field``."""
    found: int = dataclasses.field(default=default, metadata={_LEAST: least, _MOST: most})
    return found


def shaped(default: D, shape: str) -> D:
    """A field for a text that the regular expression ``shape`` describes as a whole."""
    found: D = dataclasses.field(default=default, metadata={_SHAPE: shape})
    return found


def read(section: type[S], table: object) -> tuple[S, list[tuple[str, str]]]:
    """The section with what ``table`` says; with it, pairs of key and problem, for which the
    defaults stand in."""
    if not isinstance(table, Mapping):
        return section(), [("", "not_a_section")]
    problems = [(str(key), "unknown_key") for key in table if key not in keys(section)]
    values: dict[str, Any] = {}
    for field, kind in _fields(section):
        if field.name in table:
            try:
                values[field.name] = _value(table[field.name], kind, field.metadata)
            except Wrong as error:
                problems.append((field.name, error.problem))
    return section(**values), problems


def keys(section: type) -> list[str]:
    return [field.name for field, _ in _fields(section)]


def _fields(section: type) -> Iterator[tuple["dataclasses.Field[Any]", Any]]:
    kinds = typing.get_type_hints(section)
    for field in dataclasses.fields(section):
        yield field, kinds[field.name]


def _value(raw: object, kind: Any, limits: Mapping[str, Any]) -> object:
    """``raw`` as a ``kind``. Raises Wrong."""
    if kind is int:
        return _number(raw, limits)
    if not isinstance(raw, str):
        raise Wrong("text_needed")
    if typing.get_origin(kind) is typing.Literal:
        if raw not in typing.get_args(kind):
            raise Wrong("not_possible")
        return raw
    if typing.get_origin(kind) is types.UnionType:  # A path that need not be there.
        return Path(raw) if raw else None
    if kind is Path and not raw:
        raise Wrong("text_needed")
    if (shape := limits.get(_SHAPE)) and not re.fullmatch(shape, raw):
        raise Wrong("wrong_form")
    return kind(raw)


def _number(raw: object, limits: Mapping[str, Any]) -> int:
    """The environment has texts only, so a text of digits is a number anywhere."""
    if isinstance(raw, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", raw):
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise Wrong("whole_number_needed")
    if raw < limits.get(_LEAST, raw):
        raise Wrong("too_small")
    if (most := limits.get(_MOST)) is not None and raw > most:
        raise Wrong("too_large")
    return raw
