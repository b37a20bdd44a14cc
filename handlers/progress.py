"""How far the unit's sheet is, what is missing on it, and each line's card (F34).

The lists lead to cards, the cards to the work: score the line, hand in what proves it.
"""

from datetime import datetime

from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    PassOn,
    State,
    Turn,
    on_choice,
    on_command,
    on_text,
)
from handlers.self_assessment import adjusting, results
from handlers.sheets import WORKERS, behalf_part, own_sheet
from models import allotments, assessment, policy, submission
from models.assessment import AreaProgress, Assessment, Line, SelfScore, Standing, Tally
from models.catalogue import Method, rule_of, wording
from models.people import Person, Role
from models.policy import Action
from models.refusals import Refusal

UNSCORED = "unscored"


class At(State):
    STATUS = "status"
    MISSING = "missing"
    CARD = "card"


def show_status(turn: Turn, _: str = "") -> State | None:
    sheet = own_sheet(turn)
    progress = assessment.progress(turn.session, sheet.id)
    return turn.ask(
        At.STATUS,
        "sheet_status",
        [
            *ways_on(turn, sheet, progress.total),
            *adjusting.way_there(turn, sheet),
            Choice("menu"),
        ],
        unit=sheet.unit.name,
        now=turn.now,
        areas=[area_line(area, first=n == 0) for n, area in enumerate(progress.areas)],
        summary=summary_of(progress.total),
    )


def area_line(area: AreaProgress, *, first: bool) -> Part:
    """The first line spells out what the numbers of the others mean."""
    tally = area.tally
    return Part(
        "area_status_first" if first else "area_status",
        code=area.code,
        title=area.title,
        scored=tally.scored,
        lines=tally.lines,
        proven=tally.proven,
        explained=Part("area_explained", count=tally.explained) if tally.explained else "",
        dropped=Part("area_dropped", count=tally.dropped) if tally.dropped else "",
        ahead=Part("area_ahead", count=tally.ahead) if tally.ahead else "",
    )


def summary_of(total: Tally) -> Part:
    if not total.open:
        return Part("sheet_complete", lines=total.scored)
    return Part("sheet_open", not_scored=total.not_scored, not_proven=total.not_proven)


def ways_on(turn: Turn, sheet: Assessment, total: Tally) -> list[Choice]:
    """To what is missing, and to the next line; neither when all is done."""
    offers = []
    if total.not_proven:
        offers.append(Choice("show_missing", count=total.not_proven))
    if following := assessment.next_missing(turn.session, sheet.id, by=turn.by):
        line = turn.session.get_one(Line, following.line_id)
        if not assessment.why_not_score(turn.session, turn.by.presently, line):
            offers.append(Choice("continue", line.id, code=following.code))
    if total.not_scored:
        offers.append(Choice("show_unscored", count=total.not_scored))
    return offers


def list_missing(turn: Turn, value: str = "") -> State | None:
    """Scored lines that nothing backs; where there are none, the lines without a score."""
    sheet = own_sheet(turn)
    found = assessment.own_first(assessment.standings(turn.session, sheet.id), turn.by)
    unbacked = [line for line in found if line.scored and not line.backed]
    unscored = [line for line in found if line.awaits_score]
    if not (unbacked or unscored):
        barred = submission.why_not_look(turn.session, turn.by, sheet)
        first = [] if barred else [Choice("submit")]
        offers = [*first, Choice("status"), Choice("menu")]
        turn.end("nothing_missing", offers, lines=sum(line.scored for line in found))
        return None
    if unscored and (value == UNSCORED or not unbacked):
        others = [Choice("show_missing", count=len(unbacked))] if unbacked else []
        line = turn.session.get_one(Line, unscored[0].line_id)
        closed = assessment.why_not_score(turn.session, turn.by.presently, line)
        act = "line" if closed else "score_line"
        return ask_for_line(turn, "unscored_lines", unscored, others, act)
    others = [Choice("show_unscored", count=len(unscored))] if unscored else []
    return ask_for_line(turn, "missing_lines", unbacked, others)


def ask_for_line(
    turn: Turn, name: str, lines: list[Standing], others: list[Choice], act: str = "line"
) -> State:
    """``act``: what choosing a line leads to, its card or at once the question of its rule."""
    offers = [Choice(act, line.line_id, code=line.code, title=line.title) for line in lines]
    always = [*others, Choice("status"), Choice("menu")]
    return turn.ask(At.MISSING, name, offers, always=always, count=len(lines))


def find_line(turn: Turn, text: str) -> State | None:
    """A code leads to its card, words to the lines that hold them."""
    sheet = own_sheet(turn)
    if line := assessment.find_typed(turn.session, sheet.id, text):
        return show_card(turn, line)
    found = assessment.search_lines(turn.session, sheet.id, text)
    if not found:
        raise Refusal("no_line_found", text=text[:60])
    if len(found) == 1:
        return show_card(turn, found[0])
    offers = [assessment.card_of(line) for line in found]
    always = [Choice("missing"), Choice("menu")]
    return turn.ask(At.MISSING, "lines_found", offers, always=always, count=len(found))


def find_from_anywhere(turn: Turn, text: str) -> State | None:
    """A line's code or words, typed where nothing was asked; anything else is not for us."""
    try:
        return find_line(turn, text)
    except Refusal:
        raise PassOn from None


def open_card(turn: Turn, value: str) -> State:
    line = turn.session.get(Line, int(value)) if value.isdecimal() else None
    if line is None:
        raise Refusal("press_unknown", [Choice("menu")])
    return show_card(turn, line)


def show_card(turn: Turn, line: Line) -> State:
    policy.check(turn.session, turn.by, Action.VIEW_SHEET, line)
    item = line.item
    return turn.ask(
        At.CARD,
        "line_standing",
        [*work_on(turn, line), Choice("missing"), Choice("menu")],
        code=item.code,
        title=item.title,
        max_points=item.max_points,
        rule=wording.in_words(rule_of(item)),
        last_year=results.last_year(turn, line),
        standing=standing_of(turn, line),
    )


def standing_of(turn: Turn, line: Line) -> list[Part]:
    """Score, evidence and explanation, or why the unit has nothing to enter here."""
    if line.exempt:
        return [Part("line_is_exempt", unit=line.assessment.unit.name)]
    if line.item.method not in (Method.SELF, Method.ADJUSTMENT):
        return [Part(f"line_is_by.{line.item.method}")]
    if line.timed:
        return [timed_part(turn, line)]
    return [score_part(turn, line), *proof_parts(turn, line), *holder_part(turn, line)]


def holder_part(turn: Turn, line: Line) -> list[Part]:
    holder = allotments.holder_of(turn.session, line.id)
    return [Part("line_is_given", person=holder.person.name)] if holder else []


def score_part(turn: Turn, line: Line) -> Part:
    score = assessment.score_of(turn.session, line.id)
    if score is None:
        return Part("line_not_scored")
    scored = scored_part(turn, score)
    if assessment.is_adjustment(line):
        return Part("adjustment_scored", result=results.result(line, score), scored=scored)
    why = results.why(line, score)
    if score.points is None:
        return Part("line_dropped_out", because=why, scored=scored)
    limits = {"points": score.points, "max_points": line.item.max_points}
    if not score.is_claimed:
        return Part("line_scored", because=why, scored=scored, **limits)
    claimed = {"rule_points": score.rule_points, "reason": score.claim_reason}
    return Part("line_claimed", because=why, scored=scored, **limits, **claimed)


def scored_part(turn: Turn, score: SelfScore) -> Part:
    person = turn.session.get_one(Person, score.scored_by_id)
    behalf = behalf_part(turn, score.line.assessment_id, score.scored_by_id, score.scored_at)
    return Part("scored_by", person=person.name, at=score.scored_at, behalf=behalf)


def timed_part(turn: Turn, line: Line) -> Part:
    """What the sending gave, by which instants; before it, that nobody enters anything."""
    score = assessment.score_of(turn.session, line.id)
    if score is None:
        return Part("line_is_timed")
    return Part(
        "line_was_timed",
        points=score.points,
        max_points=line.item.max_points,
        because=wording.because(rule_of(line.item), score.inputs),
        sent_at=datetime.fromisoformat(score.inputs["sent_at"]),
        due_at=datetime.fromisoformat(score.inputs["due_at"]),
    )


def proof_parts(turn: Turn, line: Line) -> list[Part]:
    parts = []
    if count := assessment.evidence_count(turn.session, line.id):
        parts.append(Part("line_has_evidence", count=count))
    elif line.item.evidence_required:
        parts.append(Part("line_without_evidence"))
    else:
        parts.append(Part("line_needs_no_evidence"))
    if explanation := assessment.explanation_of(turn.session, line.id):
        wrote = (explanation.written_by_id, explanation.written_at)
        behalf = behalf_part(turn, line.assessment_id, *wrote)
        parts.append(Part("line_explained", text=explanation.text, behalf=behalf))
    return parts


def work_on(turn: Turn, line: Line) -> list[Choice]:
    """What may be done to the line now, the likeliest first; nothing outside the window."""
    if assessment.why_not_score(turn.session, turn.by.presently, line):
        return giving(turn, line)
    proof = Choice("evidence_for", line.id)
    score = assessment.score_of(turn.session, line.id)
    if score is None:
        offers = [Choice("score", line.id), proof]
    else:
        offers = [proof, Choice("change_figures", line.id)]
    if following := assessment.next_missing(turn.session, line.assessment_id, line.id, by=turn.by):
        offers.append(Choice("next_line", following.line_id, code=following.code))
    refined = results.refinements(line, score, always=True) if score else []
    return [*offers, *refined, *giving(turn, line)]


def giving(turn: Turn, line: Line) -> list[Choice]:
    """Who says who does the line may say so here, where there is somebody to give it to."""
    if assessment.is_adjustment(line) or assessment.why_not_own_work(line):
        return []
    if allotments.why_not_share(turn.session, turn.by, line.assessment):
        return []
    others = [
        each
        for each in allotments.colleagues(turn.session, line.assessment.unit_id)
        if each.person_id != turn.by.person_id
    ]
    return [Choice("give_line", line.id)] if others else []


conversation = Conversation(
    name="progress",
    roles=WORKERS | {Role.OBSERVER},
    entry_points=[
        on_command("tinhtrang", show_status, "status"),
        on_choice("status", show_status),
        on_choice("adjustments", adjusting.show),
        on_choice("missing", list_missing),
        on_choice("show_missing", lambda turn, _: list_missing(turn)),
        on_choice("show_unscored", lambda turn, _: list_missing(turn, UNSCORED)),
        on_choice("line", open_card),
        on_text(find_from_anywhere),
    ],
    states={
        At.STATUS: [],
        At.MISSING: [on_text(find_line)],
        At.CARD: [],
    },
)
