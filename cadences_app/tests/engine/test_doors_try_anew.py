"""Methods that write enrollments in sets show nobody a fault of the database that passes (S5.4)."""

import ast
from pathlib import Path

API = Path(__file__).resolve().parents[2] / "api"
WRITE_IN_SETS = ("activation", "activities", "audience", "enrollments", "queue", "takeover")


def posted(module: str) -> dict[str, list[str]]:
	"""The methods of a module that take POST, with the names of their decorators."""
	tree = ast.parse((API / f"{module}.py").read_text())
	found = {}
	for node in tree.body:
		if isinstance(node, ast.FunctionDef):
			decorators = [ast.unparse(each) for each in node.decorator_list]
			if any("whitelist" in each and "POST" in each for each in decorators):
				found[node.name] = decorators
	return found


def test_each_of_them_is_tried_anew():
	methods = {f"{module}.{name}": each for module in WRITE_IN_SETS for name, each in posted(module).items()}
	assert "enrollments.enroll" in methods
	assert [name for name, decorators in methods.items() if "tried_anew" not in decorators] == []
