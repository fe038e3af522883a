"""Imports point one way: doctype, api, hooks → enrolling, runtime, channels, mail → neighbours → engine."""

import ast
import sys
from pathlib import Path

import pytest

import cadences_app

PACKAGE = Path(cadences_app.__file__).parent
NAME = PACKAGE.name

DOORS = {"doctype", "api", "hooks", "install", "uninstall", "workflows", "gates", "report", "page", "www"}
WORK = {"enrolling", "runtime", "channels", "mail"}
FLOORS = (DOORS, WORK, {"neighbours"}, {"engine"})
"""From the top down; a floor imports from itself and from what is below it."""


def floor_of(room: str) -> int | None:
	return next((level for level, rooms in enumerate(FLOORS) if room in rooms), None)


def room_of(parts: tuple[str, ...]) -> str:
	"""The room in which a module lies: the folder below the package, or of its Frappe module."""
	inner = parts[1:] if parts and parts[0] == NAME else parts
	return inner[0].removesuffix(".py") if inner else ""


def parsed(path: Path) -> ast.Module:
	return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> set[str]:
	"""The modules that a file imports, wherever in it, by their full names."""
	found = set()
	for node in ast.walk(parsed(path)):
		if isinstance(node, ast.Import):
			found |= {each.name for each in node.names}
		elif isinstance(node, ast.ImportFrom):
			package = path.relative_to(PACKAGE.parent).parent.parts
			start = package[: len(package) - node.level + 1] if node.level else ()
			module = ".".join((*start, *((node.module or "").split(".") if node.module else ())))
			# `from cadences_app import engine` imports a room by its name
			found |= {f"{module}.{each.name}" for each in node.names} if module == NAME else {module}
	return found


def own_files(*rooms: str) -> list[Path]:
	files = (path for path in PACKAGE.rglob("*.py") if "tests" not in path.relative_to(PACKAGE).parts)
	return sorted(path for path in files if not rooms or room_of(path.relative_to(PACKAGE).parts) in rooms)


def label(path: Path) -> str:
	return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", own_files("engine"), ids=label)
def test_the_engine_imports_the_standard_library_and_itself(path):
	for module in imports_of(path):
		top = module.split(".")[0]
		assert top in sys.stdlib_module_names or module.startswith(f"{NAME}.engine"), module


@pytest.mark.parametrize("path", own_files("engine"), ids=label)
def test_the_engine_has_no_clock_and_no_door_to_the_world(path):
	assert not imports_of(path) & {"os", "io", "pathlib", "socket", "subprocess", "time", "urllib"}
	calls = (node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))
	assert not {call.attr for call in calls if isinstance(call, ast.Attribute)} & {"now", "utcnow", "today"}


@pytest.mark.parametrize("path", own_files(*DOORS, *WORK, "neighbours", "engine"), ids=label)
def test_imports_point_down(path):
	own = floor_of(room_of(path.relative_to(PACKAGE).parts))
	for module in imports_of(path):
		if module.split(".")[0] == NAME:
			imported = floor_of(room_of(tuple(module.split(".")[1:])))
			assert imported is None or own is None or imported >= own, f"{label(path)} imports {module}"


def test_every_room_has_its_floor():
	"""A folder that nobody put on a floor would escape the rule above."""
	rooms = {room_of(path.relative_to(PACKAGE).parts) for path in own_files() if path.parent != PACKAGE}
	assert rooms - DOORS - WORK <= {"neighbours", "engine", "cadences_app", "__init__", ""}


def test_the_scan_sees_imports():
	assert f"{NAME}.engine.decision" in imports_of(PACKAGE / "runtime" / "runner.py")
