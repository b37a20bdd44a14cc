"""Databases and the sample province for every test; SQLite, or PostgreSQL by its address.

``CCHC_TEST_DATABASE_URL`` names a PostgreSQL server's maintenance database; each worker then
has databases of its own there, made from a template. Without it every test gets a file.
"""

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from models import database, migrations
from tests import libreoffice
from tests.bench import Bench
from tests.clock import TestClock
from tests.province import build_province
from tests.suite import BROWSERS

BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERVER = os.environ.get("CCHC_TEST_DATABASE_URL", "")
HERE = Path(__file__).parent
PRESSES_EVERYTHING = "journeys/test_every_button.py"  # In full, once for each database.
HEAVY_SECONDS = 600  # Of a long suite's test on a busy machine, where it asks for no other.
# They ask a database for little that the tests of models and jobs don't ask it for, or that is not
# asked while every button of every role is pressed, and take long.
ON_ONE_DATABASE = (
    "bot/test_broadcast_to_many.py",
    "bot/test_clamd.py",
    "bot/test_guard.py",
    "bot/test_systemd.py",
    "bot/test_workbook_file.py",
    "handlers",
    "journeys/test_taps.py",
    "journeys/test_three_ways.py",
    "journeys/test_urging.py",
    "models/test_workbook.py",
    "texts",
    "web",
)


class Templates:
    """Databases that are filled once a run and copied for each test."""

    def __init__(self, directory: Path, worker: str) -> None:
        self._directory = directory
        self._worker = worker
        self._made: set[str] = set()
        self._count = 0

    def copy(self, name: str, fill: Callable[[Engine], None]) -> str:
        """The URL of a fresh copy of the template ``name``, filled by ``fill`` the first time."""
        if name not in self._made:
            engine = database.create(self._url(name, new=True))
            migrations.upgrade(engine)
            fill(engine)
            engine.dispose()
            self._made.add(name)
        self._count += 1
        return self._clone(name, f"{name}_{self._count}")

    def drop(self, url: str) -> None:
        if not SERVER:
            for path in self._directory.glob(Path(make_url(url).database or "").name + "*"):
                path.unlink()
            return
        self._administer(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def _url(self, name: str, *, new: bool) -> str:
        if not SERVER:
            return f"sqlite:///{self._directory / name}.db"
        full = f"cchc_{self._worker}_{name}"
        if new:
            self._administer(f'DROP DATABASE IF EXISTS "{full}" WITH (FORCE)')
            self._administer(f'CREATE DATABASE "{full}"')
        return make_url(SERVER).set(database=full).render_as_string(hide_password=False)

    def _clone(self, template: str, name: str) -> str:
        if not SERVER:
            shutil.copy(self._directory / f"{template}.db", self._directory / f"{name}.db")
            return self._url(name, new=False)
        source, target = (f"cchc_{self._worker}_{n}" for n in (template, name))
        self._administer(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        self._administer(f'CREATE DATABASE "{target}" TEMPLATE "{source}" {self._strategy}')
        return self._url(name, new=False)

    def _administer(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))

    @functools.cached_property
    def _strategy(self) -> str:
        """Half the work of the way that newer servers take by themselves."""
        version = self._server.dialect.server_version_info or (0,)
        return "STRATEGY file_copy" if version >= (15,) else ""

    @functools.cached_property
    def _server(self) -> Engine:
        return create_engine(SERVER, isolation_level="AUTOCOMMIT")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what has to do with a database runs once more."""
    for item in items:
        if SERVER and item.path == HERE / PRESSES_EVERYTHING:
            item.add_marker(pytest.mark.heavy)
        if item.get_closest_marker("heavy") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(HEAVY_SECONDS))
    if not SERVER:
        return
    apart = [item for item in items if not _has_to_do_with_a_database(item)]
    config.hook.pytest_deselected(items=apart)
    items[:] = [item for item in items if item not in set(apart)]


def _has_to_do_with_a_database(item: pytest.Item) -> bool:
    if any(item.path.is_relative_to(HERE / part) for part in ON_ONE_DATABASE):
        return False
    return bool({"database_url", "templates", "empty"} & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Templates:
    return Templates(tmp_path_factory.mktemp("databases"), worker_id)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def database_url(templates: Templates, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database; with the sample province in it where the test asks for ``province``."""
    if "province" in request.fixturenames:
        url = templates.copy("province", build_province)
    else:
        url = templates.copy("empty", lambda _: None)
    yield url
    templates.drop(url)


@pytest.fixture
def sessions(database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = database.create(database_url)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def province(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """The sample province: its units, catalogues, and the campaign of 2026 with its plan."""
    return sessions


@pytest.fixture
def bench(province: sessionmaker[Session], clock: TestClock) -> Bench:
    return Bench(province, clock)


@pytest.fixture
def office() -> None:
    """LibreOffice; the test is left out, with the reason, where there is none."""
    if libreoffice.program() is None:
        pytest.skip("there is no LibreOffice here")


# Of one module only: while it is open, no test can have an event loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium; the test is left out, with the reason, where there is none."""
    executable = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=BROWSER_OPTIONS)
        yield chromium
        chromium.close()
