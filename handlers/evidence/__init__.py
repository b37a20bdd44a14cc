"""/minhchung: what proves the lines of the unit's sheet (F26–F33, N5, N6, N14).

A file sent from anywhere is taken: its caption files it, or the bot asks for its line.
"""

from handlers.dialogue import Conversation, on_choice, on_command, on_file, on_text
from handlers.evidence import cards, filing, line_cards, lines, picking, uploading
from handlers.evidence.common import At
from handlers.sheets import WORKERS

conversation = Conversation(
    name="evidence",
    roles=WORKERS,
    entry_points=[
        on_command("minhchung", lines.start, "evidence"),
        on_choice("evidence", lines.start),
        on_choice("documents", lines.start),
        on_choice("evidence_for", line_cards.open_line),
        on_choice("explain", lines.ask_explanation),
        on_choice("overwrite_explanation", lines.overwrite_explanation),
        on_file(filing.take_files),
    ],
    states={
        At.HOME: [on_text(lines.enter_at_home)],
        At.PICK: [on_text(picking.enter)],
        At.LINE: [on_text(lines.enter_at_line), on_file(filing.take_files)],
        At.LINK: [on_text(lines.take_link), on_file(filing.take_files)],
        At.EXPLAIN: [
            on_text(lines.enter_explanation),
            on_choice("evidence_keep_beginning", lines.keep_beginning),
            on_file(filing.take_files),
        ],
        At.CARD: [],
        At.DETAILS: [on_text(cards.enter_details)],
        At.REPLACE: [on_file(cards.replace_by_files), on_text(cards.replace_by_link)],
    },
    fallbacks=[
        on_choice("evidence_line", picking.pick),
        on_choice("evidence_by_area", picking.list_areas),
        on_choice("evidence_area", picking.list_criteria),
        on_choice("evidence_criterion", picking.list_lines),
        on_choice("evidence_set_aside", picking.set_aside),
        on_choice("evidence_next", line_cards.open_line),
        on_choice("evidence_see", line_cards.open_line),
        on_choice("evidence_unfiled", lines.list_unfiled),
        on_choice("evidence_file_now", lines.file_now),
        on_choice("evidence_upload", uploading.offer),
        on_choice("evidence_link", lines.ask_link),
        on_choice("evidence_history", lines.list_history),
        on_choice("evidence_open", cards.open_card),
        on_choice("evidence_open_again", cards.open_card),
        on_choice("evidence_download", cards.download),
        on_choice("evidence_locator", cards.ask_details),
        on_choice("evidence_also", cards.ask_also),
        on_choice("evidence_replace", cards.ask_replacement),
        on_choice("evidence_remove", cards.remove),
        on_choice("evidence_restore", cards.restore),
        on_choice("back", cards.back),
    ],
)
