"""A letter as text alone, for platforms without buttons or files (I10)."""

from bot.channel import Letter
from bot.words import Words
from models.messages import Numbering

HINTS = {
    Numbering.NUMBERS: "plain.answer_by_number",
    Numbering.LETTERS: "plain.answer_by_letter",
    Numbering.STARRED: "plain.answer_by_star",
}


def as_text(letter: Letter, words: Words, language: str = "vi") -> str:
    """The message, its choices with the marks that pick them, and how to answer."""
    lines = [letter.plain]
    for position, button in enumerate(letter.buttons):
        lines.append(f"{letter.numbering.mark(position)}. {button.label}")
    if letter.buttons:
        lines.append(words.plain(HINTS[letter.numbering], language))
    return "\n".join(lines)
