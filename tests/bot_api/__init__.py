"""A Bot API server for tests, over real HTTP, with people in its chats and faults on demand.

``serve()`` runs one in a thread and gives its ``Client``; ``python -m tests.bot_api`` runs one
for other processes. What the bot depends on is as tdlib/telegram-bot-api has it (runtime.md 1).
"""

from tests.bot_api.client import Client, Message, User
from tests.bot_api.server import Server, serve
from tests.bot_api.world import TOKEN

__all__ = ["TOKEN", "Client", "Message", "Server", "User", "serve"]
