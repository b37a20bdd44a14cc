"""The product on sample data, with people to be and a clock to move: ``cchc demo``."""

from bot.demo.running import run_demo

__all__ = ["run_demo"]
