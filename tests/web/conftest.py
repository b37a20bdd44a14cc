"""A site for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clock import TestClock
from tests.web.site import Site


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: TestClock) -> Iterator[Site]:
    site = Site(database_url, tmp_path / "evidence", clock)
    yield site
    site.close()
