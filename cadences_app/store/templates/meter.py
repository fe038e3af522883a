"""How much one text may cost: steps, characters and time (S14.1a).

Steps are counted, so that a text that is refused is refused everywhere; the time is a last bound on what no
count sees.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2 import TemplateRuntimeError, Undefined

MOST_STEPS = 100_000
"""About what a loop over a few thousand rows takes."""
MOST_WRITTEN = 2_000_000
"""Characters of the whole text."""
LONGEST_TEXT = 1_000_000
"""Characters of one value that is put together in a template."""
MOST_ITEMS = 5_000
"""Of one list, with everything in it."""
DEEPEST = 20
LARGEST_NUMBER = 1_024
"""Bits of a number that is calculated."""
LONGEST_TIME = 5
"""Seconds."""


class TooMuch(TemplateRuntimeError):
	"""The text asks for more than a text may cost."""


class Meter:
	"""Counts while one text is filled; `call_steps` is what calling a macro of it costs."""

	def __init__(self, call_steps: int) -> None:
		self.call_steps = call_steps
		self._steps, self._written = MOST_STEPS, MOST_WRITTEN
		self._ends_at = time.monotonic() + LONGEST_TIME

	def work(self, steps: int) -> None:
		self._steps -= steps
		if self._steps < 0 or time.monotonic() > self._ends_at:
			raise TooMuch("it takes too long")

	def write(self, length: int) -> None:
		self._written -= length
		if self._written < 0:
			raise TooMuch("the text is too long")


_running: ContextVar[Meter | None] = ContextVar("cadence_template_meter", default=None)


@contextmanager
def metered(call_steps: int) -> Iterator[None]:
	token = _running.set(Meter(call_steps))
	try:
		yield
	finally:
		_running.reset(token)


def meter() -> Meter:
	"""The meter of the text that is being filled."""
	running = _running.get()
	if running is None:
		raise TooMuch("nothing is filled now")
	return running


def weighed(value: Any) -> Any:
	"""The value, if it is not too large; what it weighs is counted as work."""
	meter().work(1 + _weight(value, 0))
	return value


def _weight(value: Any, depth: int) -> int:
	if isinstance(value, str):
		if len(value) > LONGEST_TEXT:
			raise TooMuch("the text is too long")
		return len(value) // 1000
	if isinstance(value, int) and value.bit_length() > LARGEST_NUMBER:
		raise TooMuch("the number is too large")
	if isinstance(value, dict | list | tuple | set | frozenset):
		return _weight_of_all(value, depth)
	return 0


def _weight_of_all(values: Any, depth: int) -> int:
	if depth > DEEPEST or len(values) > MOST_ITEMS:
		raise TooMuch("the list is too long")
	total = len(values)
	members = [*values, *values.values()] if isinstance(values, Mapping) else values
	for each in members:
		total += _weight(each, depth + 1)
		if total > MOST_ITEMS:
			raise TooMuch("the list is too long")
	return total


def listed(values: Any) -> list[Any]:
	"""What can be walked through as a list, cut off where it would be too long."""
	if isinstance(values, Undefined):
		return []
	found = []
	for each in values:
		found.append(each)
		if len(found) > MOST_ITEMS:
			raise TooMuch("the list is too long")
	return found
