"""A file is known by what it holds (F32, T10): some are refused, everything else is kept."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import intake
from bot.intake import Finding
from tests.bot.corpus import MACRO_TYPES, TYPES, archive, pdf
from tests.bot.samples import KEPT, REFUSED


def look(directory: Path, name: str, content: bytes) -> Finding:
    path = directory / "bytes"
    path.write_bytes(content)
    return intake.inspect(path, name)


@pytest.mark.parametrize("name", KEPT)
def test_what_is_odd_but_fine_is_kept_with_its_type(tmp_path: Path, name: str) -> None:
    content, media_type = KEPT[name]
    assert look(tmp_path, name, content) == Finding(media_type)


@pytest.mark.parametrize("name", REFUSED)
def test_what_endangers_the_reader_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    content, fault = REFUSED[name]
    assert look(tmp_path, name, content).fault is fault


def test_a_macro_document_is_told_its_plain_form(tmp_path: Path) -> None:
    macros = archive({TYPES: MACRO_TYPES, "xl/workbook.xml": "x"})
    assert look(tmp_path, "so lieu.xlsm", macros).values == {"instead": ".xlsx"}
    inside = look(tmp_path, "a.zip", archive({"x/cai dat.exe": ""}))
    assert inside.values == {"inner": "cai dat.exe"}


SAMPLES = [content for content, _ in (KEPT | REFUSED).values() if 0 < len(content) < 50_000]


@given(
    sample=st.sampled_from(SAMPLES),
    places=st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 255)), max_size=8),
    length=st.integers(1, 50_000),
)
def test_a_mutant_is_judged_not_choked_on(
    tmp_path_factory: pytest.TempPathFactory,
    sample: bytes,
    places: list[tuple[int, int]],
    length: int,
) -> None:
    content = bytearray(sample[:length])
    for place, value in places:
        content[place % len(content)] = value
    found = look(tmp_path_factory.getbasetemp(), "la.bin", bytes(content))
    assert found.media_type


def test_a_nest_of_brackets_is_read_in_one_pass(tmp_path: Path) -> None:
    """A trailer that took a pattern its length squared."""
    for nest in (b"(\\(" + b"\\(" * 30_000, b"(" * 60_000, b"(a\\" * 15_000):
        began = time.process_time()
        assert look(tmp_path, "a.pdf", pdf(nest)).media_type == "application/pdf"
        assert time.process_time() - began < 0.5
