"""An officer scores a line of the unit's sheet by its rule's own labels (R6.2, F20, F22).

Each kind of rule asks for its inputs one by one; what has been entered stays in the memory until
all of it is there. Points are the rule's; a zero is a claim, a line left out has none (F23).
"""

from handlers.dialogue import Conversation, on_choice, on_text
from handlers.self_assessment import answers, claiming, dating, lines
from handlers.self_assessment.questions import At
from handlers.sheets import WORKERS

conversation = Conversation(
    name="self_assessment",
    roles=WORKERS,
    entry_points=[
        on_choice("continue", lines.open_line),
        on_choice("next_line", lines.open_line),
        on_choice("score", lines.begin_with),
        on_choice("score_line", lines.begin_with),
        on_choice("change_figures", lines.begin_with),
        on_choice("score_later", lines.leave),
        on_choice("overwrite_score", answers.overwrite),
        on_choice("how_scored", lines.show_how),
        on_choice("claim_other", claiming.ask_points),
        on_choice("data_as_of", dating.ask_day),
        on_choice("date_rest", dating.date_rest),
    ],
    states={
        At.ANSWER: [
            on_choice("answer_yes", answers.answer_yes),
            on_choice("answer_no", answers.answer_no),
            on_choice("pick_option", answers.pick_option),
        ],
        At.TICKS: [
            on_choice("tick", answers.toggle),
            on_choice("untick", answers.toggle),
            on_choice("ticks_done", answers.ticks_done),
        ],
        At.FIGURE: [on_text(answers.enter_figure)],
        At.PERCENT: [on_text(answers.enter_percent)],
        At.DENOMINATOR: [on_text(answers.enter_denominator)],
        At.NUMERATOR: [on_text(answers.enter_numerator)],
        At.CASES: [
            on_text(answers.enter_cases),
            on_choice("no_cases", lambda turn, _: answers.enter_cases(turn, "0")),
        ],
        At.POINTS: [on_text(answers.enter_points)],
        At.REASON: [
            on_text(answers.enter_reason),
            on_choice("reason_beginning", answers.keep_beginning),
        ],
        At.DOUBT: [
            on_choice("percent_meant", answers.take_percent),
            on_choice("figures_right", answers.take_figures),
        ],
        At.CLAIM: [
            on_text(claiming.enter_points),
            on_choice("by_rule", claiming.by_rule),
        ],
        At.CLAIM_REASON: [
            on_text(claiming.enter_reason),
            on_choice("reason_beginning", claiming.keep_beginning),
        ],
        At.CLAIM_DOUBT: [
            on_choice("by_rule", claiming.score_by_rule),
            on_choice("by_rule_not_assessed", claiming.score_by_rule),
            on_choice("keep_claim", claiming.score_with_claim),
        ],
        At.DAY: [
            on_choice("today", dating.take_day),
            on_choice("on_day", dating.take_day),
            on_text(dating.enter_day),
        ],
    },
)
