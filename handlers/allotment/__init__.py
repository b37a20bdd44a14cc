"""Who of the unit does which lines: /giaoviec (F2).

Lines, a criterion or a whole area are given to a colleague, given anew, or taken back.
"""

from handlers.allotment import giving, overview, taking
from handlers.allotment.common import At
from handlers.dialogue import Conversation, on_choice, on_command, on_text
from handlers.sheets import SIGNERS

conversation = Conversation(
    name="allotment",
    roles=SIGNERS,
    entry_points=[
        on_command("giaoviec", overview.start, "allot"),
        on_choice("allot", overview.start),
        on_choice("give_line", giving.ask_colleague),
    ],
    states={
        At.COLLEAGUES: [on_choice("colleague", overview.show_share)],
        At.SHARE: [on_choice("take_back", taking.ask_back)],
        At.LINES: [
            on_choice("give_within", giving.ask_within),
            on_choice("give_whole", giving.give_whole),
            on_text(giving.name_lines),
        ],
        At.CONFIRM: [on_choice("give_now", giving.give_now)],
        At.TAKE_BACK: [
            on_choice("take_back_line", taking.take_line),
            on_choice("take_back_all", taking.take_all),
            on_text(taking.name_back),
        ],
        At.COLLEAGUE: [
            on_choice("give_to", giving.give_to),
            on_choice("take_back_line", taking.take_line),
        ],
    },
    fallbacks=[
        on_choice("give_more", giving.ask_area),
        on_choice("colleague_again", overview.show_share),
    ],
)
