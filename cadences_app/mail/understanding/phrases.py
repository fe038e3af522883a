"""How tables of phrases become patterns, and how answers are titled.

Every phrase is matched against folded text (`incoming.fold`): lower case, without accents. The tables may
be written with accents: they are folded when they are compiled.
"""

# A phrase stands on one line, however long it is.

from __future__ import annotations

import re

from cadences_app.mail.understanding.folding import fold

# A title ends with the text, a mark, or a word that leads to a date or to the title of another mail.
_TITLE_END = (
	r"$|[:：\-–—(\[,.!|*]"
	r"|(?:re|aw|until|till|from|bis|ab|vom|du|hasta|fino|tot|ate|til|tills|t/m|do|до)\b|jusqu"
)


_CLASS = re.compile(r"(\\[A-Za-z])")


def any_of(table: str) -> re.Pattern[str]:
	"""One pattern for a table with a phrase on each line."""
	return re.compile(_joined(table))


def title_of(table: str) -> re.Pattern[str]:
	"""A pattern to `match` subjects that open with a phrase of the table and end it as a title ends."""
	return re.compile(rf"\s{{0,20}}[\[(*]{{0,3}}{_joined(table)}(?=\s{{0,20}}(?:{_TITLE_END}|[\])]))")


def line_opening(table: str) -> re.Pattern[str]:
	"""A pattern to `search` for a line that opens with a phrase of the table, behind dashes or bullets."""
	return re.compile(rf"^[^\w\n]{{0,80}}{_joined(table)}", re.MULTILINE)


def _joined(table: str) -> str:
	phrases = (_folded(line.strip()) for line in table.splitlines() if line.strip())
	return f"(?:{'|'.join(phrases)})"


def _folded(phrase: str) -> str:
	"""The phrase as folded text has it; what stands for a class of characters, such as `\\S`, stays."""
	parts = _CLASS.split(phrase)
	return "".join(part if at % 2 else fold(part) for at, part in enumerate(parts))


REPLY_PREFIX = re.compile(
	r"\s{0,20}(?:\[[^\]]{1,40}\]\s{0,20})?(?:re|aw|antw|sv|vs|rv|ref|res|ris|r|odp|vb|ynt|vl|tr|fw|fwd|wg|doorst|enc|回复|答复|转发)"
	r"(?:\[\d{1,9}\]|\(\d{1,9}\))?\s{0,20}[:：]"
)
