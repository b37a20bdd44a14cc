"""The menu of commands that a platform shows beside the chat."""

from bot.words import Words

COMMANDS = (
    "menu",
    "lich",
    "tinhtrang",
    "minhchung",
    "bieumau",
    "nhiemvu",
    "tiendo",
    "dangnhap",
    "caidat",
    "trogiup",
)


def commands_menu(words: Words) -> dict[str, list[tuple[str, str]]]:
    """Names and descriptions by language; "" is for everybody whose language is not listed."""
    return {
        code: [(name, words.plain(f"command.{name}", language)) for name in COMMANDS]
        for code, language in (("", "vi"), ("en", "en"))
    }
