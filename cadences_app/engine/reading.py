"""Reading definitions from plain dicts, so that every fault names the field it stands in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import Enum
from math import isfinite
from typing import Any, NoReturn, TypeVar

Path = tuple[str | int, ...]
LARGEST = 10**9
E = TypeVar("E", bound=Enum)
T = TypeVar("T")


class DefinitionError(ValueError):
	"""A definition that can't be read: `path` leads to the field, `problem` says what is wrong with it."""

	def __init__(self, path: Path, problem: str) -> None:
		self.path = path
		self.problem = problem
		super().__init__(f"{self.field}: {problem}")

	@property
	def field(self) -> str:
		"""The path as people write it: ``follow_ups[2].timing.delay``."""
		text = ""
		for part in self.path:
			text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
		return text or "definition"


class Fields:
	"""The fields of one object of a definition, read by kind; unknown fields are refused by `close`."""

	def __init__(self, source: object, path: Path = ()) -> None:
		if not isinstance(source, Mapping):
			raise DefinitionError(path, f"expected an object, got {describe(source)}")
		self.source: Mapping[str, Any] = source
		self.path = path
		self.seen: set[str] = set()

	def take(self, name: str, default: Any = None) -> Any:
		self.seen.add(name)
		found = self.source.get(name)
		return default if found is None else found

	def everything(self) -> dict[str, Any]:
		"""All fields as they are, for content that only another app reads."""
		self.seen.update(self.source)
		return dict(self.source)

	def fault(self, name: str, problem: str) -> DefinitionError:
		return DefinitionError((*self.path, name), problem)

	def text(self, name: str, *, required: bool = False, longest: int = 0) -> str:
		found = self.take(name, "")
		if not isinstance(found, str):
			raise self.fault(name, f"expected text, got {describe(found)}")
		if not is_whole(found):
			raise self.fault(name, "holds half a character, which can't be stored or sent")
		if required and not found.strip():
			raise self.fault(name, "is missing")
		if longest and len(found) > longest:
			raise self.fault(name, f"is longer than {longest} characters")
		return found

	def integer(self, name: str, default: int = 0) -> int:
		found = self.take(name, default)
		if isinstance(found, bool) or not isinstance(found, int):
			raise self.fault(name, f"expected a whole number, got {describe(found)}")
		if abs(found) > LARGEST:
			raise self.fault(name, "is too large a number")
		return found

	def flag(self, name: str, default: bool = False) -> bool:
		found = self.take(name, default)
		if not isinstance(found, bool):
			raise self.fault(name, f"expected true or false, got {describe(found)}")
		return found

	def choice(self, name: str, kind: type[E], default: E | None = None) -> E:
		found = self.take(name)
		if found is None and default is not None:
			return default
		try:
			return kind(found)
		except ValueError:
			known = ", ".join(str(member.value) for member in kind)
			raise self.fault(name, f"{describe(found)} is none of: {known}") from None

	def day(self, name: str) -> date | None:
		return self.read(name, lambda found: date.fromisoformat(found))

	def clock(self, name: str) -> time | None:
		return self.read(name, _as_wall_time)

	def texts(self, name: str) -> tuple[str, ...]:
		return self.each(name, _as_text)

	def read(self, name: str, reader: Callable[[Any], T]) -> T | None:
		"""The field as `reader` understands it; None when it is absent."""
		found = self.take(name)
		if found is None:
			return None
		return self._guard((*self.path, name), reader, found)

	def nested(self, name: str, reader: Callable[[Fields], T]) -> T | None:
		"""An object inside this one."""
		found = self.take(name)
		if found is None:
			return None
		inner = Fields(found, (*self.path, name))
		result = reader(inner)
		inner.close()
		return result

	def each(self, name: str, reader: Callable[[Any], T]) -> tuple[T, ...]:
		found = self.take(name, ())
		if not isinstance(found, (list, tuple)):
			raise self.fault(name, f"expected a list, got {describe(found)}")
		return tuple(self._guard((*self.path, name, i), reader, item) for i, item in enumerate(found))

	def nested_each(self, name: str, reader: Callable[[Fields], T]) -> tuple[T, ...]:
		found = self.take(name, ())
		if not isinstance(found, (list, tuple)):
			raise self.fault(name, f"expected a list, got {describe(found)}")
		results = []
		for i, item in enumerate(found):
			inner = Fields(item, (*self.path, name, i))
			results.append(reader(inner))
			inner.close()
		return tuple(results)

	def close(self) -> None:
		"""Refuse what nobody asked for: a misspelt field must not be silently ignored."""
		for name in self.source:
			if name not in self.seen:
				known = ", ".join(sorted(self.seen))
				raise self.fault(str(name), f"is not known here; known are: {known}")

	@staticmethod
	def _guard(path: Path, reader: Callable[[Any], T], found: Any) -> T:
		try:
			return reader(found)
		except DefinitionError:
			raise
		except (ValueError, KeyError, TypeError, AttributeError) as error:
			raise DefinitionError(path, f"{describe(found)} can't be read: {error}") from error


def read_json(text: str | bytes) -> Any:
	"""What somebody wrote as JSON. Raises ValueError for what is none, or is nested too deeply, and for the
	numbers that Python reads beyond JSON (NaN, Infinity, 1e999), which no database keeps."""
	try:
		return json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
	except RecursionError as error:
		raise ValueError("it is nested too deeply") from error


def _refuse_number(text: str) -> NoReturn:
	raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
	found = float(text)
	return found if isfinite(found) else _refuse_number(text[:20])


def is_whole(text: str) -> bool:
	"""Whether every character is one: a lone surrogate, as JSON can write it, is half of one."""
	try:
		text.encode()
	except UnicodeEncodeError:
		return False
	return True


def describe(found: object) -> str:
	if isinstance(found, int) and abs(found) > LARGEST:
		return "a very large number"
	text = "nothing" if found is None else ascii(found)
	return text if len(text) <= 60 else text[:57] + "..."


def _as_text(found: object) -> str:
	if not isinstance(found, str):
		raise ValueError("expected text")
	if not is_whole(found):
		raise ValueError("it holds half a character")
	return found


def _as_wall_time(found: str) -> time:
	clock = time.fromisoformat(found)
	if clock.tzinfo is not None:
		raise ValueError("a time of day has no time zone of its own")
	return clock


def without_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
	"""The entries that say something: empty ones are what `Fields` assumes anyway."""
	return {name: value for name, value in values.items() if value not in (None, "", (), [], {})}
