"""python-telegram-bot as its documentation shows it: Application, polling, one answer each.

``python -m benchmarks.bots.telegram_bot KIND``: ``answer``; ``rows`` has a conversation that
writes a row with SQLAlchemy; ``pickle`` has the same without a database, kept by the library.
"""

import os
import sys
from pathlib import Path

from telegram import Update
from telegram.ext import (
    Application,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from benchmarks.api import TOKEN

ANSWER = "Anh/chị là đầu mối CCHC của Sở Tư pháp. " * 12
TEXT = 0


async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(ANSWER)


async def ask(update: Update, _: ContextTypes.DEFAULT_TYPE) -> int:
    await answer(update, _)
    return TEXT


async def keep_in_memory(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    assert update.message is not None
    assert context.user_data is not None
    context.user_data["note"] = update.message.text
    await update.message.reply_text(ANSWER)
    return ConversationHandler.END


def keep_as_row(folder: Path):  # type: ignore[no-untyped-def]
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    from benchmarks.bots.notes import Base, make_durable, note

    engine = create_engine(f"sqlite:///{folder / 'notes.db'}")
    make_durable(engine)
    Base.metadata.create_all(engine)

    async def keep(update: Update, _: ContextTypes.DEFAULT_TYPE) -> int:
        assert update.message is not None
        assert update.message.text is not None
        with Session(engine) as session, session.begin():
            session.add(note(str(update.message.chat_id), update.message.text))
        await update.message.reply_text(ANSWER)
        return ConversationHandler.END

    return keep


def main(kind: str) -> None:
    folder = Path.cwd()
    builder = Application.builder().token(TOKEN).base_url(f"{os.environ['API']}/bot")
    if kind == "pickle":
        builder = builder.persistence(PicklePersistence(folder / "state.pickle"))
    application = builder.build()
    if kind == "answer":
        application.add_handler(CommandHandler("trogiup", answer))
    else:
        keep = keep_as_row(folder) if kind == "rows" else keep_in_memory
        application.add_handler(
            ConversationHandler(
                entry_points=[CommandHandler("ghi", ask)],
                states={TEXT: [MessageHandler(filters.TEXT & ~filters.COMMAND, keep)]},
                fallbacks=[],
                persistent=kind == "pickle",
                name="notes",
            )
        )
    application.run_polling()


if __name__ == "__main__":
    main(sys.argv[1])
