"""/thongbao: a coordinator writes to many at once; everybody else reads what they were sent (F18).

Whom, what, the preview as one recipient sees it with the exact count, and only then the sending;
afterwards how far it is.
"""

from handlers.broadcasts import choosing, following, receiving, writing
from handlers.broadcasts.common import At
from handlers.dialogue import Conversation, State, Turn, on_choice, on_command, on_file, on_text
from models import appraisal
from models.people import Role


def start(turn: Turn) -> State:
    leads = turn.by.role is Role.COORDINATOR
    if leads and appraisal.campaign_led_by(turn.session, turn.by.unit_id) is not None:
        return choosing.begin(turn)
    return receiving.list_received(turn)


conversation = Conversation(
    name="broadcasts",
    entry_points=[
        on_command("thongbao", start, "broadcast", "notices"),
        on_choice("broadcast", lambda turn, _: choosing.begin(turn)),
        on_choice("broadcasts_sent", following.list_sent),
        on_choice("broadcast_preview", writing.show_preview),
        on_choice("broadcast_send", writing.send),
        on_choice("broadcast_send_again", writing.send_again),
        on_choice("broadcast_left_out", writing.list_left_out),
        on_choice("broadcast_drop", writing.drop),
        on_choice("broadcast_progress", following.show_progress),
        on_choice("acknowledge_broadcast", receiving.acknowledge),
        on_choice("broadcast_file", receiving.send_file),
        on_choice("notices_received", receiving.list_received),
    ],
    states={
        At.SEGMENT: [
            on_choice("broadcast_kind", choosing.pick_kind),
            on_choice("broadcast_resume", writing.show_preview),
        ],
        At.VALUE: [on_choice("broadcast_value", choosing.pick_value)],
        At.UNITS: [
            on_text(choosing.enter_units),
            on_choice("broadcast_unit", choosing.pick_unit),
            on_choice("broadcast_units_done", lambda turn, _: choosing.ask_audience(turn)),
        ],
        At.AUDIENCE: [on_choice("broadcast_audience", choosing.pick_audience)],
        At.TEXT: [on_text(writing.enter_text), on_file(writing.take_file)],
        At.PREVIEW: [
            on_file(writing.take_file),
            on_choice("broadcast_with_receipt", writing.with_receipt),
            on_choice("broadcast_without_receipt", writing.without_receipt),
            on_choice("broadcast_rewrite", writing.ask_new_text),
            on_choice("broadcast_detach", writing.detach),
            on_choice("broadcast_left_out_page", writing.list_left_out),
        ],
        At.PROGRESS: [
            on_choice("broadcast_refresh", following.show_progress),
            on_choice("broadcast_progress_back", following.show_progress),
            on_choice("broadcast_told", following.list_told),
            on_choice("broadcast_told_page", following.list_told),
            on_choice("broadcast_cancel", following.cancel),
            on_choice("broadcast_chase", following.chase),
        ],
        At.LIST: [
            on_choice("broadcast_open", following.show_progress),
            on_choice("notice_again", receiving.show_again),
        ],
    },
    fallbacks=[on_choice("broadcast_restart", lambda turn, _: choosing.begin(turn))],
)
