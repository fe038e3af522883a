"""A plugin of pytest that reads the tests once and tries each mutant in a fork of that process.

It serves `mutants.py`, which writes a mutant and its tests to the standard input, a JSON line each, and reads
from the descriptor that MUTANTS_ANSWERS names whether one of them failed. The mutant's function gets the
changed code where it is, so whoever imported it has it too; that is why a line which ran while the tests were
read can't be tried here.
"""

import gc
import json
import os
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest

MOST_MEMORY = 4 << 30  # bytes
UNCHANGED = 99
"""The exit status of a fork in which the code can't be changed."""


def pytest_runtestloop(session: pytest.Session) -> bool:
	tests: dict[str, list[pytest.Item]] = defaultdict(list)
	for item in session.items:
		tests[item.nodeid.partition("[")[0]].append(item)
	with os.fdopen(int(os.environ["MUTANTS_ANSWERS"]), "w") as answers:
		for line in sys.stdin:
			asked = json.loads(line)
			items = [item for name in asked["tests"] for item in tests[name]]
			answers.write(f"{_try(session, asked, items)}\n")
			answers.flush()
	return True


def _try(session: pytest.Session, asked: dict[str, Any], items: list[pytest.Item]) -> int:
	child = os.fork()
	if child:
		return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
	status = 1
	try:
		signal.alarm(int(asked["seconds"]))
		resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
		changed = _change(asked["path"], asked["line"], asked["source"])
		status = _run(session, items) if changed else UNCHANGED
	finally:
		os._exit(status)


def _run(session: pytest.Session, items: list[pytest.Item]) -> int:
	for item, following in zip(items, [*items[1:], None], strict=True):
		session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
		if session.testsfailed:
			return 1
	return 0


def _change(path: str, line: int, source: str) -> bool:
	"""Whether a function of the file that holds the line, counted from 1, got other code from `source`."""
	codes = {(code.co_name, code.co_firstlineno): code for code in _codes(compile(source, path, "exec"))}
	changed = False
	for each in gc.get_objects():
		if isinstance(each, FunctionType) and each.__code__.co_filename == path:
			code = codes.get((each.__code__.co_name, each.__code__.co_firstlineno))
			if code and code.co_firstlineno <= line and code != each.__code__:
				if len(code.co_freevars) != len(each.__code__.co_freevars):
					return False
				each.__code__ = code
				changed = True
	return changed


def _codes(code: CodeType) -> Iterator[CodeType]:
	for each in code.co_consts:
		if isinstance(each, CodeType):
			yield each
			yield from _codes(each)
