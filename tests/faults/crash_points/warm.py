"""What every process of these runs needs is read once, in the one that they are forked from."""

import gc

from babel import Locale
from sqlalchemy.orm import configure_mappers

import bot.web.server
import models.tables
from bot import kitchen, restoring
from bot.commands import backup
from bot.words import Words

MODULES = (bot.web.server, models.tables, kitchen, restoring, backup)

Words()  # They are kept for whoever asks next.
for language in ("vi", "en"):
    Locale.parse(language)
configure_mappers()
gc.collect()
gc.freeze()  # Or each start would walk over all of it again.
