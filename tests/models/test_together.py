"""Two officers at the same instant: one waits for the other and hears what came first (I3, I7)."""

from collections.abc import Callable
from threading import Barrier, Thread

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, evidence
from models.assessment import Line, SelfScore
from models.evidence import EvidenceLink, Explanation
from models.people import Binding, By, Person, Role
from models.refusals import Refusal
from tests.models.office import DAY, Office
from tests.models.test_evidence import handed

Deed = Callable[[Session, By, Line], object]
Seen = tuple[int, int]


def at_once(province: sessionmaker[Session], deed: Callable[[str, Seen], Deed]) -> list[str]:
    """Focal officer and deputy, who have seen the same score (its version) and explanation (its
    id), do it to that line; what each hears."""
    with province.begin() as session:
        office = Office(session)
        line = office.line("1.1.1")
        score = assessment.score_of(session, line.id)
        explanation = assessment.explanation_of(session, line.id)
        assert score is not None
        assert explanation is not None
        line_id, seen = line.id, (score.version, explanation.id)
        officers = [
            (by.person_id, by.binding and by.binding.id)
            for by in (office.an, office.by("STP", Role.DEPUTY))
        ]
    barrier, heard = Barrier(2), []

    def run(name: str, person_id: int, binding_id: int) -> None:
        try:
            with province.begin() as session:
                barrier.wait()
                person, binding = session.get(Person, person_id), session.get(Binding, binding_id)
                by = By(DAY, person, binding, event_id=1)
                deed(name, seen)(session, by, session.get_one(Line, line_id))
                heard.append("done")
        except Refusal as refusal:
            heard.append(refusal.name)

    threads = [Thread(target=run, args=(n, *o)) for n, o in zip("ab", officers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(heard)


def test_of_two_scores_one_is_recorded_and_the_other_is_asked(
    province: sessionmaker[Session],
) -> None:
    heard = at_once(
        province,
        lambda _, seen: (
            lambda s, by, line: assessment.score(s, by, line, {"option": 1}, seen=seen[0])
        ),
    )
    with province() as session:
        versions = session.scalar(select(func.max(SelfScore.version)))
    assert (heard, versions) == (["done", "line_scored_since"], 2)


def test_of_two_explanations_one_is_recorded_and_the_other_is_asked(
    province: sessionmaker[Session],
) -> None:
    heard = at_once(
        province,
        lambda name, seen: lambda s, by, line: evidence.explain(s, by, line, name, seen[1]),
    )
    with province() as session:
        texts = session.scalars(select(Explanation.text).where(Explanation.text.in_(["a", "b"])))
        assert len(texts.all()) == 1
    assert heard == ["done", "line_explained_since"]


def test_both_documents_are_kept(province: sessionmaker[Session]) -> None:
    heard = at_once(
        province,
        lambda name, _: lambda s, by, line: evidence.attach(s, by, line, handed(f"{name}.pdf")),
    )
    with province() as session:
        links = session.scalar(select(func.count()).select_from(EvidenceLink))
    assert (heard, links) == (["done", "done"], 2)
