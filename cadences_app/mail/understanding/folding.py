"""Text made comparable, so that a phrase is found however it is written."""

from __future__ import annotations

import re
import unicodedata

from cadences_app.mail.understanding.bounds import MAX_FOLDED

_FLAT = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "\u00a0": " ", "\u202f": " ", "ß": "ss"})
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
	"""Text for comparing phrases: lower case, without accents, with plain quotes and spaces."""
	# A Korean syllable becomes three characters, and there is one that becomes eighteen.
	decomposed = unicodedata.normalize("NFKD", text.translate(_FLAT).lower())[:MAX_FOLDED]
	return "".join(char for char in decomposed if not unicodedata.combining(char))


def flatten(text: str) -> str:
	"""On one line, so that a phrase that was broken over lines is whole again."""
	return _SPACE.sub(" ", text)
