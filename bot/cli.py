"""The command line: ``cchc …``. Every command has a page of help; the sentences are words too."""

import asyncio
import importlib
from pathlib import Path

import click

from bot import log
from bot.desk import Desk
from bot.guard import AlreadyRunning
from models import migrations

# Read only when called: the running bot needs none of them, and its start is waited for.
ELSEWHERE = {
    "alarm": "alarm",
    "assign": "assign",
    "backup": "backup",
    "campaign": "campaign",
    "check": "check",
    "dead-letters": "failures:dead_letter_group",
    "hold": "holding",
    "import": "last_year:import_group",  # Which takes in the others.
    "invite": "people",
    "messages": "failures",
    "release": "holding",
    "restore": "backup",
    "revoke": "people",
}


class Commands(click.Group):
    """The commands of this module, and those of ``bot.commands`` by ``ELSEWHERE``: a module,
    and what it calls the command where that is not the command's own name."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted([*super().list_commands(context), *ELSEWHERE])

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in ELSEWHERE:
            return super().get_command(context, name)
        module, _, attribute = ELSEWHERE[name].partition(":")
        found = getattr(importlib.import_module(f"bot.commands.{module}"), attribute or name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="config.toml")
@click.version_option(package_name="cchc-bot")
@click.pass_context
def cli(context: click.Context, config_path: Path | None) -> None:
    """Run and operate the campaign that determines the administrative-reform index."""
    context.obj = Desk(config_path)


@cli.command()
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="config.toml")
@click.pass_obj
def run(desk: Desk, config_path: Path | None) -> None:
    """Run the bot: the web chat, and Telegram where a token is configured."""
    from bot.app import Bot
    from bot.serving import Addresses
    from bot.starting import CannotStart

    desk = Desk(config_path) if config_path else desk
    config = desk.config
    log.set_up(config.log.level, config.log.format, config.secrets)
    desk.prepare_database()
    desk.use_calendar()

    def started(addresses: Addresses) -> None:
        desk.say("run_started", web=addresses.web, health=addresses.health)

    try:
        asyncio.run(Bot(config, words=desk.words).run(started))
    except AlreadyRunning:
        desk.fail("already_running")
    except CannotStart as error:
        desk.fail(f"cannot_start.{error.reason}")
    except OSError as error:
        desk.fail("cannot_listen", error=error.strerror or str(error))


@cli.command()
@click.option("--port", type=int, default=None, help="0: any free port")
@click.pass_obj
def demo(desk: Desk, port: int | None) -> None:
    """Show the product with a sample province, its people, and a clock that can be moved."""
    from bot.demo import run_demo

    run_demo(desk, port)


@cli.command()
@click.pass_obj
def migrate(desk: Desk) -> None:
    """Bring the database to the shape that this version needs."""
    desk.migrate()
    desk.say("database_current", revision=migrations.head())
