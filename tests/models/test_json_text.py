"""JSON as text: whatever a platform may send is written and read again (I1)."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import json_text

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # With halves of surrogate pairs.
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
)


@given(VALUES)
def test_what_is_written_is_read_as_it_was(value: object) -> None:
    assert json_text.read(json_text.write(value)) == value


@given(VALUES)
def test_what_an_earlier_version_wrote_is_read_as_it_was(value: object) -> None:
    assert json_text.read(json.dumps(value)) == value


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**400])
def test_a_number_beyond_64_bits_holds_nothing_up(number: int) -> None:
    assert json_text.read(json_text.write(number)) == pytest.approx(number, rel=1e-15)


def test_vietnamese_signs_are_written_as_they_are() -> None:
    assert json_text.write({"tên": "Sở Tư pháp"}) == '{"tên":"Sở Tư pháp"}'


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_json_has_no_number_for_is_none(word: str) -> None:
    assert json_text.read(f'{{"a": {word}}}') == {"a": None}


@pytest.mark.parametrize("value", [datetime.now(UTC), Decimal("0.1"), {"a": object()}, b"x"])
def test_what_json_does_not_hold_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        json_text.write(value)
