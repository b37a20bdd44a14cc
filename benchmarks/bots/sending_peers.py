"""A broadcast as others do it: ``python -m benchmarks.bots.sending_peers KIND``.

``library``: python-telegram-bot with its own AIORateLimiter, which answers while it sends.
``window``: nothing but 30 in any 1.03 seconds, over aiohttp; it answers nobody.
"""

import asyncio
import os
import sys
import time
from collections import deque

from benchmarks.api import TOKEN
from benchmarks.broadcast import RECIPIENTS, TEXT

AT_ONCE = 64
WINDOW = 1.03
PER_SECOND = 30


def library(api: str) -> None:
    from telegram import Update
    from telegram.error import RetryAfter
    from telegram.ext import AIORateLimiter, Application, CommandHandler, ContextTypes

    chats = iter(RECIPIENTS)

    async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(TEXT)

    async def broadcast(application: Application) -> None:  # type: ignore[type-arg]
        for chat in chats:
            try:
                await application.bot.send_message(chat, TEXT)
            except RetryAfter:
                continue  # Lost, as by default: the server has counted it.

    async def begin(application: Application) -> None:  # type: ignore[type-arg]
        for _ in range(AT_ONCE):
            application.create_task(broadcast(application))

    builder = Application.builder().token(TOKEN).base_url(f"{api}/bot").concurrent_updates(True)
    builder = builder.rate_limiter(AIORateLimiter()).connection_pool_size(2 * AT_ONCE)
    application = builder.pool_timeout(60).read_timeout(60).post_init(begin).build()
    application.add_handler(CommandHandler("trogiup", answer))
    application.run_polling()


async def window(api: str) -> None:
    import aiohttp

    left: deque[float] = deque()
    async with aiohttp.ClientSession() as session:

        async def send(chat: int) -> None:
            form = {"chat_id": str(chat), "text": TEXT}
            async with session.post(f"{api}/bot{TOKEN}/sendMessage", data=form) as answer:
                await answer.read()

        async with asyncio.TaskGroup() as sending:
            for chat in RECIPIENTS:
                if len(left) == PER_SECOND:
                    await asyncio.sleep(left.popleft() + WINDOW - time.monotonic())
                left.append(time.monotonic())
                sending.create_task(send(chat))


if __name__ == "__main__":
    if sys.argv[1] == "library":
        library(os.environ["API"])
    else:
        asyncio.run(window(os.environ["API"]))
