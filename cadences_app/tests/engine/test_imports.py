"""Each floor imports only lower ones (docs/architecture.md): doors, what sets things going, what is done,
mail in its wings, what is kept, rules. The command line stands apart, on the rules and their sentences."""

import ast
import sys
from pathlib import Path

import pytest

import cadences_app

PACKAGE = Path(cadences_app.__file__).parent
NAME = PACKAGE.name

FLOORS: tuple[tuple[str, ...], ...] = (
	("engine", "neighbours"),
	("sentences",),
	("store",),
	("mail.understanding",),
	("mail",),
	("mail.tracking",),
	("mail.composing",),
	("mail.sending",),
	("mail.receiving",),
	("messages",),
	("channels", "enrolling", "audience", "workflows", "gates", "journeys", "reports"),
	("runtime",),
	("doors",),
)
"""From the ground up: a room imports from itself, from the rooms beside it and from lower floors."""
DOORS = {
	"api",
	"cadences_app",
	"hooks",
	"install",
	"uninstall",
	"demo",
	"commands",
	"custom_fields",
	"workspace_blocks",
	"patches",
	"www",
}
APART = {
	"cli": {"cli", "engine", "sentences"},
	"engine": {"engine"},
	"sentences": {"sentences", "engine"},
	"neighbours": {"neighbours", "engine"},
}
"""Rooms that may import these rooms only, whatever floor those are on."""
MOST_FILES_BESIDE_WINGS = 8


def room_of(module: str) -> str | None:
	"""The room of a module of ours, by its dotted name within the package; None for the package itself."""
	parts = module.split(".")
	if parts[0] == "mail" and len(parts) > 1 and (PACKAGE / "mail" / parts[1]).is_dir():
		return f"mail.{parts[1]}"
	return "doors" if parts[0] in DOORS else parts[0] or None


def level_of(room: str) -> int:
	return next(level for level, rooms in enumerate(FLOORS) if room in rooms)


def rises(importing: str, imported: str) -> bool:
	"""Whether an import between these modules goes up the house, or out of a room that stands apart."""
	own, other = room_of(importing), room_of(imported)
	if own is None or other is None or imported == "__version__":
		return False
	if own in APART:
		return other not in APART[own]
	return other == "cli" or level_of(other) > level_of(own)


def within(path: Path) -> str:
	"""A file's dotted name within the package."""
	return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


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
			found.add(module)
	return found


def own_modules(path: Path) -> set[str]:
	"""The modules of ours that a file imports, by their dotted names within the package."""
	found = set()
	for node in ast.walk(parsed(path)):
		if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == NAME:
			module = node.module.partition(".")[2]
			found |= {f"{module}.{each.name}".lstrip(".") for each in node.names}
		elif isinstance(node, ast.Import):
			found |= {each.name.partition(".")[2] for each in node.names if each.name.startswith(f"{NAME}.")}
	return found


def named_modules(path: Path) -> set[str]:
	"""The modules of ours that a file names by a dotted path in a text, as for a background job."""
	texts = (node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant))
	return {text.partition(".")[2] for text in texts if isinstance(text, str) and is_dotted_path(text)}


def is_dotted_path(text: str) -> bool:
	return text.startswith(f"{NAME}.") and text.replace(".", "_").isidentifier()


def own_files(*rooms: str) -> list[Path]:
	files = (path for path in PACKAGE.rglob("*.py") if "tests" not in path.relative_to(PACKAGE).parts)
	return sorted(path for path in files if not rooms or room_of(within(path)) in rooms)


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


@pytest.mark.parametrize("path", own_files(), ids=label)
def test_imports_point_down(path):
	for module in own_modules(path) | named_modules(path):
		assert not rises(within(path), module), f"{label(path)} imports {module}"


def test_every_room_has_its_floor():
	"""A folder that nobody put on a floor would escape the rule above."""
	rooms = {room_of(within(path)) for path in own_files() if within(path) != "__init__"}
	assert rooms <= {each for rooms in FLOORS for each in rooms} | APART.keys()


def test_the_hall_of_mail_stays_small():
	files = [path for path in (PACKAGE / "mail").glob("*.py") if path.name != "__init__.py"]
	assert len(files) <= MOST_FILES_BESIDE_WINGS


@pytest.mark.parametrize(
	("importing", "imported"),
	[
		("store.inbox", "runtime.scheduled"),
		("mail.composing.build", "mail.sending.outbox"),
		("mail.understanding.bounces", "mail.suppression"),
		("channels.task", "runtime.runner"),
		("engine.decision", "neighbours.crm"),
		("cli.main", "store.clock"),
		("enrolling.enroll", "cli.files"),
		("runtime.runner", "api.enrollments"),
	],
)
def test_a_wrong_import_is_found(importing, imported):
	assert rises(importing, imported)


def test_the_scan_sees_imports():
	assert f"{NAME}.engine.decision" in imports_of(PACKAGE / "runtime" / "runner.py")
