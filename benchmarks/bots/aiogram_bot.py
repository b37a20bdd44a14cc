"""aiogram as its documentation shows it: Dispatcher, polling, one answer each, no database.

Runs in an environment of its own, in which nothing of this project is installed.
"""

import asyncio
import os
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.types import Message

ANSWER = "Anh/chị là đầu mối CCHC của Sở Tư pháp. " * 12

dispatcher = Dispatcher()


@dispatcher.message(Command("trogiup"))
async def answer(message: Message) -> None:
    await message.answer(ANSWER)


async def main(token: str) -> None:
    server = TelegramAPIServer.from_base(os.environ["API"])
    bot = Bot(token, session=AiohttpSession(api=server))
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
