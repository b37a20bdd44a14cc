"""What the guides show works: their examples can be imported, their commands exist."""

import re
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

import handlers
from bot.words import Words
from handlers.dialogue import Trigger
from models import assessment, catalogue, conduct, people, units
from models.people import By
from models.unit_imports import import_units
from models.units import UnitKind
from tests.clock import at

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_the_example_files_can_be_imported(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    examples = re.findall(r"```csv\n(.*?)```", (DOCS / "imports.md").read_text("utf-8"), re.DOTALL)
    paths = [tmp_path / f"{name}.csv" for name in ("units", "catalogue", "people", "last-year")]
    for path, text in zip(paths, examples, strict=True):
        path.write_text(text, "utf-8")
    by = By(at("2026-10-01 09:00"))
    with sessions.begin() as session:
        assert import_units(session, paths[0], by).added == 4
        assert catalogue.import_catalogue(session, paths[1], "sample", by).number == 1
        assert len(people.import_people(session, paths[2], by)) == 2
        owner = units.by_code(session, "SNV")
        assert owner is not None
        catalogues = {UnitKind.DEPARTMENT: "sample"}
        campaign = conduct.create(session, by, year=2026, owner=owner, catalogues=catalogues)
        assert assessment.import_last_year(session, paths[3], campaign, by).rows == 1


def test_the_guide_names_commands_and_labels_that_exist() -> None:
    text = (DOCS / "guide.vi.md").read_text("utf-8")
    words = {
        name
        for conversation in handlers.CONVERSATIONS
        for handler in conversation.entry_points
        if handler.trigger is Trigger.COMMAND
        for name in handler.names
    }
    assert set(re.findall(r"`/(\w+)", text)) - words == set()
    labels = " | ".join(t for n, t in Words().names("vi").items() if n.startswith("choice."))
    bold = set(re.findall(r"\*\*([^*…]+)\*\*", text))
    unknown = {label for label in bold if label not in labels and label[0].isupper()}
    assert unknown <= {
        "Lời nhắc",
        "Không gửi tài liệu thuộc danh mục bí mật nhà nước qua bất kỳ kênh nào của hệ thống",
    }


def test_the_reliability_report_names_tests_and_targets_that_exist() -> None:
    text = (DOCS / "reliability.md").read_text("utf-8")
    named = set(re.findall(r"(?:tests|docs)/[\w/]+\.\w+", text))
    assert len(named) > 10
    assert sorted(path for path in named if not (DOCS.parent / path).is_file()) == []
    modules = {name.replace(".", "/") for name in re.findall(r"-m (tests[\w.]+)", text)}
    runs = [DOCS.parent / f"{name}{end}" for name in modules for end in (".py", "/__main__.py")]
    assert sum(path.is_file() for path in runs) == len(modules)
    targets = re.findall(r"^([a-z-]+):", (DOCS.parent / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z-]+)`", text)) - set(targets) == set()
    read = "".join(path.read_text("utf-8") for path in (DOCS.parent / "tests").rglob("*.py"))
    assert {name for name in re.findall(r"CCHC_[A-Z]+", text) if f'"{name}"' not in read} == set()
