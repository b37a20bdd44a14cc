"""For which day the figures of a line hold, and the same day for all that have none."""

from datetime import date

from handlers.dialogue import Choice, Part, State, Turn
from handlers.self_assessment import results
from handlers.self_assessment.questions import At, chosen, question
from models import assessment, calendar
from models.assessment import Assessment
from models.refusals import Refusal


def ask_day(turn: Turn, value: str) -> State:
    line = results.find(turn, value)
    if refusal := assessment.why_not_score(turn.session, turn.by, line):
        raise refusal
    score = assessment.score_of(turn.session, line.id)
    if score is None or not assessment.are_figures(score.inputs):
        raise Refusal("nothing_to_date", [assessment.card_of(line)], code=line.item.code)
    turn.memory.clear()
    turn.memory.update(line=line.id, version=score.version)
    today = calendar.local_day(turn.now)
    days = assessment.days_to_offer(turn.session, line.assessment, today)
    return question(
        turn,
        At.DAY,
        "ask_data_day",
        [Choice("today" if day == today else "on_day", day.isoformat(), day=day) for day in days],
        because=results.why(line, score),
    )


def take_day(turn: Turn, value: str) -> None:
    _date(turn, date.fromisoformat(value))


def enter_day(turn: Turn, text: str) -> None:
    _date(turn, assessment.read_day(text, chosen(turn).assessment))


def date_rest(turn: Turn, value: str) -> None:
    """``value``: the sheet and the day, with a colon between."""
    sheet_id, _, day = value.partition(":")
    sheet = turn.session.get(Assessment, int(sheet_id))
    if sheet is None:
        raise Refusal("press_unknown", [Choice("menu")])
    on = date.fromisoformat(day)
    count = assessment.date_the_rest(turn.session, turn.by, sheet, on)
    offers = [Choice("status"), Choice("menu")]
    turn.end("figures_dated", offers, count=count, day=on)


def _date(turn: Turn, day: date) -> None:
    line, version = chosen(turn), turn.memory["version"]
    score = assessment.date_figures(turn.session, turn.by, line, day, on=version)
    left = len(assessment.undated(turn.session, turn.by, line.assessment_id))
    offers = results.after_scoring(turn, line, score)
    if left:
        rest = Choice("date_rest", f"{line.assessment_id}:{day.isoformat()}", count=left, day=day)
        offers.insert(-1, rest)
    results.say_recorded(
        turn, line, score, offers, Part("undated_left", count=left) if left else ""
    )
