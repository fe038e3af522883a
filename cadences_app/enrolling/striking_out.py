"""Striking a person's words out of text that may be about anybody (docs/security.md).

An address or a number is struck out wherever it stands as a whole. A name can be any text that somebody
entered: `https`, `Completed`, another record's name. So it is struck out of what people say, by whole words,
and never out of what the app itself reads: codes, keys, addresses, links, and the names of fields in JSON.
"""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

ERASED = "[erased]"
_BEFORE_ADDRESS = r"(?:(?<![\w.+-])|(?<=%[0-9A-Fa-f]{2}))"
"""The beginning of an address, not the middle of a longer one; links write some signs by a percent sign."""
_READ_BY_THE_APP = re.compile(r"[\w.+:/@<>|-]*|[^<>]{0,200}<[^<>\s]{1,320}@[^<>\s]{1,320}>")
"""What holds no blank and looks like a code, a key, a name of a record, an address or a Message-ID; and an
address with the name of who sends."""


class StrikingOut:
	"""`certain` are addresses and numbers, `names` those of the person and of their records; `kept` are texts
	of the app's own, which stay where they are all that stands there."""

	def __init__(self, certain: Iterable[str], names: Collection[str], kept: Collection[str]) -> None:
		self._certain = _any_of(certain, _BEFORE_ADDRESS, r"(?![\w@-]|\.\w)")
		self._names = _any_of(names, r"(?<![\w-])", r"(?![\w-])")
		self._whole = {each.casefold() for each in names}
		self._kept = {each.casefold() for each in kept}

	def out_of(self, text: str, column: str = "") -> str:
		"""The text without them; JSON stays JSON. `column` is where it is kept."""
		if text[:1] in ("{", "["):
			try:
				found = json.loads(text)
			except (ValueError, RecursionError):
				return self._out_of_plain(text, column)
			left = self._out_of_json(found)
			return text if left == found else json.dumps(left)
		return self._out_of_plain(text, column)

	def _out_of_json(self, found: Any) -> Any:
		if isinstance(found, dict):
			return {self._certain.sub(ERASED, key): self._out_of_json(each) for key, each in found.items()}
		if isinstance(found, list):
			return [self._out_of_json(each) for each in found]
		return self._out_of_plain(found, "") if isinstance(found, str) else found

	def _out_of_plain(self, text: str, column: str) -> str:
		left = self._certain.sub(ERASED, text)
		whole = left.strip().casefold()
		if whole in self._kept:
			return left
		if whole in self._whole:
			return left if column.endswith("_key") else ERASED
		if ("://" in left and len(left.split()) == 1) or _READ_BY_THE_APP.fullmatch(left):
			return left
		return self._names.sub(ERASED, left)


def _any_of(words: Iterable[str], before: str, after: str) -> re.Pattern[str]:
	"""Any of these words, the longest first; nothing where there is none."""
	longest_first = sorted({each for each in words if each}, key=len, reverse=True)
	listed = "|".join(map(re.escape, longest_first)) or r"(?!)"
	return re.compile(f"{before}(?:{listed}){after}", re.IGNORECASE)
