"""``cchc`` and ``python -m bot``."""

from bot.cli import cli


def main() -> None:
    cli(prog_name="cchc")


if __name__ == "__main__":
    main()
