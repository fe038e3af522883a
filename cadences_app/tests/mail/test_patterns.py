"""Every regular expression of the mail rooms ends in time, whatever somebody sends.

The rule: a repeat has a bound, and bounds of repeats inside each other multiply to 5,000 at most. Only the
last thing of a pattern may repeat without end, and only over one set of characters: it takes what is there,
and nothing after it can fail and make it try again. And since two bounded repeats side by side can still cost
their product at every place, each pattern is also run over text made of what its own repeats accept.
"""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import cadences_app.mail
from cadences_app.mail import understanding

try:
	import re._constants as constants
	import re._parser as parser
except ImportError:  # Python 3.10
	import sre_constants as constants
	import sre_parse as parser

ROOM = Path(cadences_app.mail.__file__).parent
MOST_NESTED = 5_000
REPEATS = {constants.MAX_REPEAT, constants.MIN_REPEAT, getattr(constants, "POSSESSIVE_REPEAT", None)}
SINGLE = {constants.IN, constants.LITERAL, constants.NOT_LITERAL, constants.ANY}


def unbounded(pattern: str, flags: int = 0) -> str:
	"""What is against the rule in a pattern; empty when nothing is."""
	return _read(parser.parse(pattern, flags), 1, last=True)


def _read(items, product: int, last: bool) -> str:
	for place, (kind, value) in enumerate(items):
		is_last = last and place == len(items) - 1
		if kind in REPEATS:
			_least, most, inner = value
			if most is constants.MAXREPEAT:
				if not (is_last and product == 1 and len(inner) == 1 and inner[0][0] in SINGLE):
					return "a repeat without a bound"
			elif product * most > MOST_NESTED:
				return f"repeats that multiply to {product * most}"
			found = _read(inner, product * (1 if most is constants.MAXREPEAT else max(1, most)), last=False)
		else:
			branches = list(_inner(kind, value))
			found = next((each for inner in branches if (each := _read(inner, product, is_last))), "")
		if found:
			return found
	return ""


def _inner(kind, value) -> Iterator:
	if kind is constants.SUBPATTERN:
		yield value[-1]
	elif kind is constants.BRANCH:
		yield from value[1]
	elif kind in (constants.ASSERT, constants.ASSERT_NOT):
		yield value[1]
	elif kind is constants.GROUPREF_EXISTS:
		yield from (each for each in value[1:] if each)
	elif kind is getattr(constants, "ATOMIC_GROUP", None):
		yield value


OF_ONE_PLACE = {"composing/links.py", "addresses.py"}
"""These read templates and short values of our own. What they repeat without end is only asked for at one
place of a text, and stops at the first character that no later part takes."""


def written_patterns() -> Iterator[tuple[str, str]]:
	"""Every pattern that stands as a text in a call of `re`, wherever in the mail rooms."""
	for path in sorted(ROOM.rglob("*.py")):
		if str(path.relative_to(ROOM)) in OF_ONE_PLACE:
			continue
		for node in ast.walk(ast.parse(path.read_text())):
			is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
			if is_call and isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args:
				pattern = node.args[0]
				if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str | bytes):
					yield f"{path.relative_to(ROOM)}:{node.lineno}", pattern.value


def compiled_patterns() -> Iterator[tuple[str, re.Pattern]]:
	"""Every pattern that a module of `understanding` holds, in tables, too."""
	for found in pkgutil.iter_modules(understanding.__path__):
		module = importlib.import_module(f"{understanding.__name__}.{found.name}")
		for name, value in vars(module).items():
			for position, pattern in enumerate(_patterns_in(value, 0)):
				yield f"{found.name}.{name}[{position}]", pattern


def _patterns_in(value, depth: int) -> Iterator[re.Pattern]:
	if isinstance(value, re.Pattern):
		yield value
	elif isinstance(value, tuple | list | frozenset | set):
		for each in value if depth < 4 else ():
			yield from _patterns_in(each, depth + 1)
	elif isinstance(value, dict):
		yield from _patterns_in(list(value.values()), depth)
	elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
		yield from _patterns_in([getattr(value, each) for each in value.__dataclass_fields__], depth)


COMPILED = {pattern: place for place, pattern in compiled_patterns()}
COMPILED = {place: pattern for pattern, place in COMPILED.items()}
WRITTEN = list(written_patterns())


def test_the_patterns_are_found():
	assert len(COMPILED) > 60 and len(WRITTEN) > 60


@pytest.mark.parametrize(("place", "pattern"), WRITTEN, ids=[place for place, _pattern in WRITTEN])
def test_a_pattern_in_the_source_has_bounds(place, pattern):
	assert unbounded(pattern, re.VERBOSE if "(?x)" in str(pattern) else 0) == ""


@pytest.mark.parametrize("place", COMPILED)
def test_a_compiled_pattern_has_bounds(place):
	pattern = COMPILED[place]
	assert unbounded(pattern.pattern, pattern.flags & ~re.UNICODE) == ""


@pytest.mark.parametrize(
	"pattern",
	[
		r"(a+)+$",
		r"(a|a)*b",
		r"a*b",
		r"\s+$",
		r"<[^>]*>",
		r"(?:a{1,100}){1,100}",
		r"(?:\w+ ){0,3}x",
		r"x(?=a+b)",
		r"(?:ab)+",
		r".*?x",
		r"(x)?(?(1)a+b|c)",
	],
)
def test_the_rule_refuses(pattern):
	assert unbounded(pattern)


@pytest.mark.parametrize("pattern", [r"a{0,80}b", r"\s+", r"x[^a]*", r"(?:\w{1,20} ){0,3}x", r"a?b", r"[ab]"])
def test_the_rule_allows(pattern):
	assert unbounded(pattern) == ""


def fuel(pattern: re.Pattern) -> Iterator[str]:
	"""Texts that keep the pattern busy: what it reads, whole and in part, to be read over and over."""
	sample = "".join(_sample(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)))
	yield from {sample or "a", sample[:-1] or "a", sample[: len(sample) // 2] or "a", "a ", "1", "@."}


def _sample(items) -> Iterator[str]:
	for kind, value in items:
		if kind is constants.LITERAL:
			yield chr(value)
		elif kind is constants.ANY:
			yield "x"
		elif kind is constants.NOT_LITERAL:
			yield "x"
		elif kind is constants.IN:
			yield _member(value)
		elif kind in REPEATS:
			yield "".join(_sample(value[2])) * max(1, min(value[0], 3))
		elif kind is constants.BRANCH:
			yield "".join(_sample(value[1][-1]))
		elif kind is constants.SUBPATTERN:
			yield from _sample(value[-1])


def _member(members) -> str:
	for kind, value in members:
		if kind is constants.LITERAL:
			return chr(value)
		if kind is constants.RANGE:
			return chr(value[0])
		if kind is constants.CATEGORY:
			name = str(value)
			return "7" if "DIGIT" in name else " " if name.endswith("_SPACE") and "NOT" not in name else "w"
	return "x"


@pytest.mark.parametrize("place", COMPILED)
def test_a_pattern_takes_time_in_proportion_to_the_text(place):
	pattern = COMPILED[place]
	for unit in fuel(pattern):
		if isinstance(pattern.pattern, bytes):
			unit = unit.encode("latin-1", "ignore") or b"a"
		short, long = (_time(pattern, unit * (length // len(unit) + 1)) for length in (3_000, 24_000))
		# Eight times the text: linear is 8, square 64. Below some milliseconds the clock decides.
		assert long < 0.02 or long / max(short, 1e-5) < 28, (place, unit, short, long)


def _time(pattern, text) -> float:
	"""The lesser of two runs over the text, in seconds of processor time."""
	best = 1e9
	for _ in range(2):
		started = time.process_time()
		for _found in pattern.finditer(text):
			pass
		best = min(best, time.process_time() - started)
	return best
