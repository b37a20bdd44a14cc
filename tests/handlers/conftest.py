"""Those who talk most often, near the end of the self-assessment."""

import pytest

from models.people import Role
from tests.bench import Bench, Officer


@pytest.fixture
def an(bench: Bench) -> Officer:
    bench.clock.set("2026-11-12 16:30")
    return bench.officer("Nguyễn Văn An", "STP")


@pytest.fixture
def head(bench: Bench) -> Officer:
    return bench.officer("Lê Thị Hoa", "STP", Role.HEAD)
