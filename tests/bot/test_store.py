"""The evidence store keeps whole files or none, whatever interrupts it (reliability.md 4)."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import store as store_module
from bot.store import Kept, Store, StoreFull, TooLarge


async def chunks_of(content: bytes, size: int = 5) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def keep(store: Store, content: bytes, limit: int = 1000) -> Kept:
    return asyncio.run(store.keep(chunks_of(content), limit))


def files_in(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_the_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = hashlib.sha256(b"ke hoach").hexdigest()
    assert [keep(store, b"ke hoach"), keep(store, b"ke hoach")] == [Kept(digest, 8)] * 2
    assert files_in(tmp_path) == {f"{digest[:2]}/{digest[2:4]}/{digest}": b"ke hoach"}
    assert store.intact(digest)


def test_a_file_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert keep(store, b"x" * 20, limit=20).size == 20
    with pytest.raises(TooLarge):
        keep(store, b"y" * 21, limit=20)
    assert list(files_in(tmp_path).values()) == [b"x" * 20]


def test_a_source_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        asyncio.run(Store(tmp_path).keep(broken(), 100))
    assert files_in(tmp_path) == {}


def test_the_reserve_of_the_disk_is_not_touched(tmp_path: Path) -> None:
    store = Store(tmp_path, free_share=1.0)
    assert store.free() == 0
    with pytest.raises(StoreFull):
        keep(store, b"x")
    assert files_in(tmp_path) == {}


class Killed(BaseException):
    """Stands for the process ending there and then: nothing after it runs."""


@given(
    contents=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4),
    kill_at=st.integers(1, 30),
)
def test_whatever_is_acknowledged_is_whole_after_a_kill(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], kill_at: int
) -> None:
    directory = tmp_path_factory.mktemp("store")
    acknowledged, calls = [], 0

    def dying(call):  # type: ignore[no-untyped-def]
        def step(*arguments, **named):  # type: ignore[no-untyped-def]
            nonlocal calls
            calls += 1
            if calls == kill_at:
                raise Killed
            return call(*arguments, **named)

        return step

    with pytest.MonkeyPatch.context() as patch:
        for name in ("fsync", "open", "close"):
            patch.setattr(store_module.os, name, dying(getattr(os, name)))
        patch.setattr(store_module.Path, "replace", dying(Path.replace))
        patch.setattr(store_module.Path, "mkdir", dying(Path.mkdir))
        patch.setattr(store_module._Part, "abandon", lambda part: part._file.close())
        try:
            for content in contents:
                acknowledged.append(Store(directory).keep_now([content], 100))
        except Killed:
            pass

    store = Store(directory)
    store.sweep()
    assert all(store.intact(kept.sha256) for kept in acknowledged)
    left = files_in(directory)
    assert all(hashlib.sha256(raw).hexdigest() == Path(path).name for path, raw in left.items())
