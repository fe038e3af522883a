"""Every closed set has one source, an enum. The Selects of the DocTypes and the types in their controllers
are copies, which this module compares and writes anew:

    python -m cadences_app.tests.closed_sets --write

Pure: it reads the sources and the JSON files, and imports nothing of the app. Whoever adds a Select adds its
source here.
"""

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]
DOCTYPES = PACKAGE / "cadences_app" / "doctype"

_TRIGGER = {
	"trigger_outcome": "engine.outcomes.Outcome",
	"trigger_since": "engine.outcomes.Outcome",
	"trigger_within_unit": "engine.calendar.Unit",
	"delay_unit": "engine.calendar.Unit",
}
SOURCES: dict[str, dict[str, str]] = {
	"Cadence": {
		"status": "engine.statuses.CadenceStatus",
		"audience_kind": "engine.audience.AudienceKind",
		"entering": "engine.audience.Entering",
		"every_unit": "engine.audience.IntervalUnit",
		"coming_back": "engine.audience.ComingBack",
		"colleague_reply": "engine.policy.ColleagueReply",
		"window_scope": "engine.policy.WindowScope",
		"zone_source": "engine.policy.ZoneSource",
		"late_rule": "engine.calendar.Lateness",
		"late_after_unit": "engine.calendar.Unit",
	},
	"Cadence Activity": {
		"channel": "engine.content.Channel",
		"status": "engine.statuses.ActivityStatus",
		"delivery": "engine.statuses.Delivery",
		"message_service": "engine.content.Service",
	},
	"Cadence Bystander": {"why": "audience.bystanders.LeftOut"},
	"Cadence Job": {"kind": "store.long_jobs.JobKind", "status": "store.long_jobs.JobStatus"},
	"Cadence Enrollment": {"status": "engine.statuses.EnrollmentStatus"},
	"Cadence Event": {"kind": "engine.events.EventKind"},
	"Cadence Follow-up": {
		**_TRIGGER,
		"channel": "engine.content.Channel",
		"start": "engine.definition.Start",
		"release": "engine.content.Release",
		"sender_kind": "engine.content.SenderKind",
		"message_service": "engine.content.Service",
		"task_kind": "engine.content.TaskKind",
		"priority": "engine.content.Priority",
		"due_unit": "engine.calendar.Unit",
		"call_start_unit": "engine.calendar.Unit",
		"grace_unit": "engine.calendar.Unit",
		"assignee_kind": "engine.content.AssigneeKind",
	},
	"Cadence Gate": {"guards": "gates.kinds.Guards"},
	"Cadence Gate Entry": {"kind": "gates.kinds.EntryKind"},
	"Cadence Gate Requirement": {"kind": "gates.kinds.RequirementKind", "since": "gates.kinds.Since"},
	"Cadence Settings": {"message_scheme": "messages.signatures.Scheme"},
	"Cadence Workflow": {"trigger": "workflows.kinds.Trigger"},
	"Cadence Workflow Action": {"target": "workflows.kinds.Target"},
	"Cadence Workflow Run": {"status": "workflows.kinds.RunStatus"},
	"Cadence Incoming Mail": {
		"kind": "mail.understanding.verdict.MailKind",
		"clue": "mail.understanding.references.Clue",
		"cause": "mail.understanding.refusals.Cause",
	},
	"Cadence Invite": {"status": "engine.statuses.InviteStatus"},
	"Cadence Suppression": {"cause": "mail.suppression.Cause"},
	"Cadence Unenrollment Rule": {
		**_TRIGGER,
		"kind": "engine.definition.ExitKind",
		"start": "engine.definition.Start",
	},
	"Cadence Visit": {
		"kind": "mail.tracking.visits.VisitKind",
		"visitor": "mail.tracking.scanners.Visitor",
	},
}
"""Which enum each Select has its options from, by DocType and field."""

LEFT_OUT = {("Cadence Unenrollment Rule", "start"): {"After the Trigger"}}
"""Members that a Select does not offer: a rule has no trigger to count from."""

REPEATED = {"trigger_detail": "engine.outcomes.TAKE_DETAIL", "trigger_times": "engine.outcomes.REPEATABLE"}
"""Fields of rows that are shown for some outcomes only, and the set that says for which."""


def members(dotted: str) -> list[str]:
	"""The values of an enum, by its dotted name within the package, read from its source."""
	module, _dot, name = dotted.rpartition(".")
	for node in _parsed(module).body:
		if isinstance(node, ast.ClassDef) and node.name == name:
			return [
				each.value.value
				for each in node.body
				if isinstance(each, ast.Assign)
				and isinstance(each.value, ast.Constant)
				and not each.targets[0].id.startswith("_")
			]
	raise LookupError(f"there is no {dotted}")


def chosen(dotted: str) -> set[str]:
	"""The values of the members of an enum that a set in its module names."""
	module, _dot, name = dotted.rpartition(".")
	for node in _parsed(module).body:
		if isinstance(node, ast.Assign) and node.targets[0].id == name:
			named = [each for each in ast.walk(node.value) if isinstance(each, ast.Attribute)]
			return {_value_of(module, each) for each in named}
	raise LookupError(f"there is no {dotted}")


def doctypes() -> dict[Path, dict[str, Any]]:
	return {path: json.loads(path.read_text()) for path in sorted(DOCTYPES.glob("*/*.json"))}


def selects(doctype: dict[str, Any]) -> list[dict[str, Any]]:
	return [field for field in doctype["fields"] if field["fieldtype"] == "Select"]


def expected(doctype: str, field: dict[str, Any]) -> list[str]:
	"""The options that the Select is to have; a blank one stays first where it is offered."""
	source = SOURCES[doctype][field["fieldname"]]
	left_out = LEFT_OUT.get((doctype, field["fieldname"]), set())
	blank = [""] if field["options"].startswith("\n") else []
	return blank + [each for each in members(source) if each not in left_out]


def typed(path: Path) -> dict[str, list[str]]:
	"""The literals of each Select in the controller's generated types; empty where it has no such block."""
	return typed_in(_controller(path).read_text())


def write() -> list[Path]:
	"""Bring the copies in step with their sources. The order of options is kept, new ones come last."""
	changed = []
	for path, doctype in doctypes().items():
		for field in selects(doctype):
			wanted = expected(doctype["name"], field)
			kept = [each for each in field["options"].split("\n") if each in wanted]
			field["options"] = "\n".join(kept + [each for each in wanted if each not in kept])
			changed += _write_types(_controller(path), field)
		before = path.read_text()
		text = json.dumps(doctype, indent=1, ensure_ascii="\\u" in before) + "\n" * before.endswith("\n")
		if text != before:
			path.write_text(text)
			changed.append(path)
	return changed


def _write_types(controller: Path, field: dict[str, Any]) -> list[Path]:
	text = controller.read_text()
	literals = ", ".join(json.dumps(each, ensure_ascii=False) for each in field["options"].split("\n"))
	pattern = rf"^(\t\t{field['fieldname']}: DF\.Literal\[).*?\]"
	written = re.sub(pattern, lambda found: f"{found[1]}{literals}]", text, count=1, flags=re.M | re.S)
	same = typed_in(written).get(field["fieldname"]) == typed_in(text).get(field["fieldname"])
	if same:
		return []
	controller.write_text(written)
	return [controller]


def typed_in(text: str) -> dict[str, list[str]]:
	found = re.findall(r"^\t\t(\w+): DF\.Literal\[(.*?)\]", text, re.M | re.S)
	return {name: list(ast.literal_eval(f"[{literals}]")) for name, literals in found}


def _controller(path: Path) -> Path:
	return path.with_suffix(".py")


def _parsed(module: str) -> ast.Module:
	return ast.parse((PACKAGE / Path(*module.split("."))).with_suffix(".py").read_text())


def _value_of(module: str, member: ast.Attribute) -> str:
	for node in _parsed(module).body:
		if isinstance(node, ast.ClassDef) and node.name == member.value.id:
			for each in node.body:
				if isinstance(each, ast.Assign) and each.targets[0].id == member.attr:
					return each.value.value
	raise LookupError(ast.unparse(member))


if __name__ == "__main__":
	if sys.argv[1:] != ["--write"]:
		sys.exit(__doc__)
	for each in write():
		print(each.relative_to(PACKAGE))  # noqa: T201 - the answer
