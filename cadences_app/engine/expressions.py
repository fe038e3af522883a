"""Expressions of un-enrolment rules: read as Python's, worked out without Python (S6.1, S14.1a).

An expression gets a copy of a record's fields and can do no more than compare and calculate with them. What
it does is counted and what it makes is measured, so that none takes long.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

LONGEST = 2_000
"""Characters of an expression."""
MOST_STEPS = 20_000
MOST_LENGTH = 100_000
"""Characters of a text, or items of a list, that an expression makes."""
MOST_BITS = 1_024
LARGEST_EXPONENT = 100
DEEPEST = 50

_NUMBERS = int | float | Decimal


class ExpressionError(ValueError):
	"""The expression can't be read, or asks for something that expressions can't do."""


class ExpressionTooCostly(ExpressionError):
	"""The expression takes too long, or makes something too large."""


_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
	ast.Add: operator.add,
	ast.Sub: operator.sub,
	ast.Mult: operator.mul,
	ast.Div: operator.truediv,
	ast.FloorDiv: operator.floordiv,
	ast.Mod: operator.mod,
	ast.Pow: operator.pow,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
	ast.Not: operator.not_,
	ast.USub: operator.neg,
	ast.UAdd: operator.pos,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
	ast.Eq: operator.eq,
	ast.NotEq: operator.ne,
	ast.Lt: operator.lt,
	ast.LtE: operator.le,
	ast.Gt: operator.gt,
	ast.GtE: operator.ge,
	ast.In: lambda left, right: left in right,
	ast.NotIn: lambda left, right: left not in right,
	ast.Is: operator.is_,
	ast.IsNot: operator.is_not,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
	"abs": abs,
	"all": all,
	"any": any,
	"bool": bool,
	"float": float,
	"int": int,
	"len": len,
	"max": max,
	"min": min,
	"round": lambda number, digits=0: round(number, max(-LARGEST_EXPONENT, min(digits, LARGEST_EXPONENT))),
	"str": str,
	"sum": lambda values, start=0: _sum(values, start),
}
_LOOKS_AT_NO_ITEM = frozenset({"len", "bool"})
_OF_TEXT = frozenset("endswith find isdigit lower lstrip rstrip startswith strip upper".split())
_OF_MOMENT = frozenset({"date", "day", "days", "hour", "minute", "month", "weekday", "year", "total_seconds"})
_CALLED = frozenset({"date", "weekday", "total_seconds"})
NAMES = ("doc", "today")
"""What an expression is given: the record, and the day in the site's time zone as text."""


def check_expression(text: str) -> None:
	"""Raises ExpressionError for what is no expression, or can't be worked out whatever the record."""
	_checked(text)


def fields_of(text: str) -> frozenset[str]:
	"""The fields of the record that an expression names: `doc.city`, `doc["city"]`, `doc.get("city")`. None
	of what is no expression, nor where a loop calls something else `doc`."""
	try:
		nodes = tuple(ast.walk(_checked(text)))
	except ExpressionError:
		return frozenset()
	found, getters = set(), set()
	for node in nodes:
		match node:
			case ast.Name(id="doc", ctx=ast.Store()):
				return frozenset()
			case ast.Call(func=ast.Attribute(value=ast.Name(id="doc"), attr="get") as getter):
				getters.add(getter)
				if node.args and isinstance(node.args[0], ast.Constant):
					found.add(str(node.args[0].value))
			case ast.Subscript(value=ast.Name(id="doc"), slice=ast.Constant(value=name)):
				found.add(str(name))
	read = (each for each in nodes if isinstance(each, ast.Attribute) and each not in getters)
	return frozenset(found) | {each.attr for each in read if _is_record(each.value)}


def _is_record(node: ast.expr) -> bool:
	return isinstance(node, ast.Name) and node.id == "doc"


@lru_cache(maxsize=500)
def _checked(text: str) -> ast.Expression:
	tree = _parse(text)
	own = {
		each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
	}
	for node in ast.walk(tree):
		if isinstance(node, ast.expr) and type(node) not in _WORK:
			raise ExpressionError(f"{type(node).__name__} can't be used in an expression")
		if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
			raise ExpressionError(f"{node.attr} can't be used in an expression")
		if isinstance(node, ast.Name) and node.id not in (*NAMES, *_FUNCTIONS, *own):
			raise ExpressionError(f"{node.id} is not known here")
	return tree


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
	"""What the expression comes to with these names. Fields that a record doesn't have are None.

	Raises ExpressionError, and what Python raises for values that don't fit: TypeError, ValueError,
	ArithmeticError, LookupError.
	"""
	return _Evaluation(names).work_out(_checked(text).body)


def _parse(text: str) -> ast.Expression:
	if len(text) > LONGEST:
		raise ExpressionTooCostly(f"an expression has at most {LONGEST} characters")
	try:
		tree = ast.parse(text.strip(), mode="eval")
	except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
		raise ExpressionError(str(error)) from error
	if _depth(tree) > DEEPEST:
		raise ExpressionTooCostly("the expression is nested too deeply")
	return tree


def _depth(tree: ast.AST) -> int:
	deepest, waiting = 0, [(tree, 1)]
	while waiting:
		node, depth = waiting.pop()
		deepest = max(deepest, depth)
		waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
	return deepest


class _Evaluation:
	"""One expression being worked out for one record."""

	def __init__(self, names: Mapping[str, Any]) -> None:
		self.names, self.steps = dict(names), MOST_STEPS

	def work_out(self, node: ast.expr) -> Any:
		self.spend(1)
		return self.measured(_WORK[type(node)](self, node))

	def spend(self, steps: int) -> None:
		self.steps -= steps
		if self.steps < 0:
			raise ExpressionTooCostly("the expression takes too long")

	def look_through(self, *values: Any) -> None:
		"""Before something looks at each item of a list, with the lists in it: one small list can stand in
		another any number of times, so that what is quickly made takes hours to be looked at."""
		count = 0
		waiting: list[Sequence[Any]] = [values]
		while waiting:
			for each in waiting.pop():
				if isinstance(each, str):
					count += len(each) // 100
				elif isinstance(each, list | tuple):
					count += len(each)
					waiting.append(each)
			if count > MOST_LENGTH:
				raise ExpressionTooCostly("the expression looks at too much")
		self.spend(count // 10)

	def measured(self, value: Any) -> Any:
		if isinstance(value, str | list | tuple | set | dict):
			if len(value) > MOST_LENGTH:
				raise ExpressionTooCostly("the expression makes something too large")
			self.spend(len(value) // 100)
		elif isinstance(value, int) and value.bit_length() > MOST_BITS:
			raise ExpressionTooCostly("the expression makes a number that is too large")
		return value

	def constant(self, node: ast.Constant) -> Any:
		if not isinstance(node.value, str | int | float | bool | None):
			raise ExpressionError("only texts, numbers, True, False and None")
		return node.value

	def name(self, node: ast.Name) -> Any:
		if node.id not in self.names:
			raise ExpressionError(f"{node.id} is not known here")
		return self.names[node.id]

	def attribute(self, node: ast.Attribute) -> Any:
		value = self.work_out(node.value)
		if isinstance(value, Mapping):
			return value.get(node.attr)
		if isinstance(value, date | datetime | time | timedelta) and node.attr in _OF_MOMENT - _CALLED:
			return getattr(value, node.attr)
		raise ExpressionError(f"{node.attr} can't be read")

	def item(self, node: ast.Subscript) -> Any:
		value, key = self.work_out(node.value), self.work_out(node.slice)
		if isinstance(value, Mapping):
			return value.get(key)
		if isinstance(value, str | list | tuple) and isinstance(key, int):
			return value[key]
		raise ExpressionError("only fields of a record and items of a list have a key")

	def both_or_one(self, node: ast.BoolOp) -> Any:
		value: Any = None
		for each in node.values:
			value = self.work_out(each)
			if bool(value) is isinstance(node.op, ast.Or):
				return value
		return value

	def binary(self, node: ast.BinOp) -> Any:
		work = _BINARY.get(type(node.op))
		if work is None:
			raise ExpressionError(f"{type(node.op).__name__} can't be used in an expression")
		left, right = self.work_out(node.left), self.work_out(node.right)
		_check_operands(node.op, left, right)
		return work(left, right)

	def unary(self, node: ast.UnaryOp) -> Any:
		work = _UNARY.get(type(node.op))
		if work is None:
			raise ExpressionError(f"{type(node.op).__name__} can't be used in an expression")
		return work(self.work_out(node.operand))

	def compare(self, node: ast.Compare) -> bool:
		left = self.work_out(node.left)
		for kind, each in zip(node.ops, node.comparators, strict=True):
			right = self.work_out(each)
			self.look_through(left, right)
			if not _COMPARISONS[type(kind)](left, right):
				return False
			left = right
		return True

	def choose(self, node: ast.IfExp) -> Any:
		return self.work_out(node.body if self.work_out(node.test) else node.orelse)

	def listed(self, node: ast.List | ast.Tuple | ast.Set) -> list[Any]:
		return [self.work_out(each) for each in node.elts]

	def each(self, node: ast.GeneratorExp | ast.ListComp) -> list[Any]:
		"""`row.qty > 3 for row in doc.items`"""
		return list(self._turns(node.elt, node.generators))

	def _turns(self, wanted: ast.expr, loops: Sequence[ast.comprehension]) -> Iterator[Any]:
		if not loops:
			yield self.work_out(wanted)
			return
		loop, *inner = loops
		if not isinstance(loop.target, ast.Name):
			raise ExpressionError("a loop has one name")
		outer = dict(self.names)
		for value in self._walkable(self.work_out(loop.iter)):
			self.spend(1)
			self.names[loop.target.id] = value
			if all(self.work_out(condition) for condition in loop.ifs):
				yield from self._turns(wanted, inner)
		self.names = outer

	def _walkable(self, value: Any) -> Sequence[Any]:
		if value is None:
			return ()
		if isinstance(value, str | list | tuple):
			return value
		raise ExpressionError("only lists and child tables can be walked through")

	def call(self, node: ast.Call) -> Any:
		if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
			raise ExpressionError("functions take plain arguments")
		if isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
			args = [self.argument(each) for each in node.args]
			if node.func.id not in _LOOKS_AT_NO_ITEM:
				self.look_through(*args)
			return _FUNCTIONS[node.func.id](*args)
		if isinstance(node.func, ast.Attribute):
			return self._call_method(node.func, [self.work_out(each) for each in node.args])
		raise ExpressionError("this can't be called")

	def argument(self, node: ast.expr) -> Any:
		value = self.work_out(node)
		if isinstance(value, str) and len(value) > LONGEST:
			raise ExpressionTooCostly("a text is too long")
		return value

	def _call_method(self, func: ast.Attribute, args: list[Any]) -> Any:
		owner = self.work_out(func.value)
		if isinstance(owner, Mapping) and func.attr == "get" and 1 <= len(args) <= 2:
			value = owner.get(args[0])
			return (args[1] if len(args) == 2 else None) if value is None else value
		if isinstance(owner, str) and func.attr in _OF_TEXT:
			return getattr(owner, func.attr)(*args)
		if isinstance(owner, date | datetime | time | timedelta) and func.attr in _CALLED:
			return getattr(owner, func.attr)(*args)
		raise ExpressionError(f"{func.attr} can't be called")


def _sum(values: Any, start: Any) -> Any:
	"""Of numbers; Python's own would put lists together as well, copying all of them for each."""
	if isinstance(start, list) or any(isinstance(each, list | tuple) for each in values):
		raise ExpressionError("lists can't be added up")
	return sum(values, start)


def _check_operands(kind: ast.operator, left: Any, right: Any) -> None:
	"""Refuse before it is made what would be far larger than what goes into it."""
	if isinstance(kind, ast.Mod) and isinstance(left, str):
		raise ExpressionError("texts can't be formatted")
	if isinstance(kind, ast.Pow):
		if not isinstance(left, _NUMBERS) or not _is_small(right):
			raise ExpressionTooCostly("the exponent is too large")
	if isinstance(kind, ast.Mult):
		for sequence, times in ((left, right), (right, left)):
			if isinstance(sequence, str | list | tuple):
				if not isinstance(times, int) or len(sequence) * times > MOST_LENGTH:
					raise ExpressionTooCostly("the expression makes something too large")


def _is_small(exponent: Any) -> bool:
	return isinstance(exponent, _NUMBERS) and -LARGEST_EXPONENT <= exponent <= LARGEST_EXPONENT


_WORK: Mapping[type[ast.expr], Callable[[_Evaluation, Any], Any]] = {
	ast.Constant: _Evaluation.constant,
	ast.Name: _Evaluation.name,
	ast.Attribute: _Evaluation.attribute,
	ast.Subscript: _Evaluation.item,
	ast.BoolOp: _Evaluation.both_or_one,
	ast.BinOp: _Evaluation.binary,
	ast.UnaryOp: _Evaluation.unary,
	ast.Compare: _Evaluation.compare,
	ast.IfExp: _Evaluation.choose,
	ast.List: _Evaluation.listed,
	ast.Tuple: _Evaluation.listed,
	ast.Set: _Evaluation.listed,
	ast.GeneratorExp: _Evaluation.each,
	ast.ListComp: _Evaluation.each,
	ast.Call: _Evaluation.call,
}
