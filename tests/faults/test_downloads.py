"""Downloads that break off at any byte, or end early and say that this was all: nothing short is
kept, and in the end everything is (X20). Over real HTTP, into the real store."""

import asyncio
from pathlib import Path

import pytest

from bot.channel import FetchFailed, Incoming
from bot.store import Store
from bot.telegram import TelegramChannel
from tests.bot_api import TOKEN, serve
from tests.faults import figures

FILES = figures.count(2_000, 100)
BROKEN = 0.2
MOST_BYTES = 300_000


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_nothing_short_is_ever_kept(tmp_path: Path) -> None:
    chance = figures.chance()
    store = Store(tmp_path, free_bytes=0, free_share=0)

    async def fetch_all() -> tuple[int, int]:
        broken = kept = 0
        for number in range(FILES):
            content = chance.randbytes(chance.randint(1, MOST_BYTES))
            held = api.keep(f"{number}.pdf", content)
            file = Incoming(held["file_name"], held["file_size"], source=held["file_id"])
            while True:
                if strikes := chance.random() < BROKEN:
                    kind = chance.choice(("cut", "short"))
                    api.fault("download", kind, at=chance.randrange(len(content)))
                broken += strikes
                try:
                    found = await store.keep(channel.fetch(file), MOST_BYTES)
                except FetchFailed as error:
                    if error.final or not strikes:
                        raise
                    continue
                assert not strikes, "a short file was taken for whole"
                assert store.path(found.sha256).read_bytes() == content
                kept += 1
                break
        return broken, kept

    with serve() as api:
        channel = TelegramChannel(TOKEN, api_url=api.url)

        async def run() -> tuple[int, int]:
            try:
                return await fetch_all()
            finally:
                await channel.close()

        broken, kept = asyncio.run(run())
    assert kept == FILES
    assert not list((tmp_path / "tmp").iterdir())
    figures.note("X20", f"{FILES:,} files, {broken:,} downloads cut: 0 short files kept")
