"""Putting records into a cadence, and putting back those that left it (S5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from cadences_app.engine.decision import decide
from cadences_app.engine.enrollment import Enrollment, EnrollmentStatus
from cadences_app.engine.events import ContinueRequested, Enrolled, RestartRequested
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.runtime import clock, definitions, inbox, store
from cadences_app.runtime.facts import Records
from cadences_app.runtime.inbox import Letter
from cadences_app.runtime.names import new_name
from cadences_app.runtime.store import Passage

CHUNK = 500


class CadenceNotActive(frappe.ValidationError):
	"""Nobody can be enrolled in a cadence that is not active."""


class Again(StoredEnum):
	"""What to do with a record that was in this cadence before (S5.5)."""

	ASK = "Ask"
	RESUME = "Resume"
	RESTART = "Restart"
	NEVER = "Never"


class Answer(StoredEnum):
	"""What became of one record that was to be enrolled."""

	ENROLLED = "Enrolled"
	RESUMED = "Resumed"
	RESTARTED = "Restarted"
	ALREADY_IN = "Already in the cadence"
	WAS_IN = "Was in the cadence before"
	MATCHES_EXIT = "Matches an un-enrollment rule"
	DAY_IS_FULL = "The cadence takes no more records today"
	NOT_READABLE = "Not found or not permitted"


ACCEPTED = frozenset({Answer.ENROLLED, Answer.RESUMED, Answer.RESTARTED})
REFUSED = frozenset({Answer.NOT_READABLE})


@dataclass
class Outcome:
	"""What became of each record, and the enrollments that were made or taken up again.

	`may_resume` and `may_restart` are the records about which the question of S5.5 is open.
	"""

	answers: dict[str, Answer] = field(default_factory=dict)
	notes: dict[str, str] = field(default_factory=dict)
	enrollments: list[str] = field(default_factory=list)
	may_resume: list[str] = field(default_factory=list)
	may_restart: list[str] = field(default_factory=list)

	def add(self, other: "Outcome") -> None:
		self.answers |= other.answers
		self.notes |= other.notes
		self.enrollments += other.enrollments
		self.may_resume += other.may_resume
		self.may_restart += other.may_restart


def enroll(
	cadence: str,
	names: Iterable[str],
	again: Again = Again.ASK,
	*,
	on_chunk: Callable[[int, int], None] | None = None,
) -> Outcome:
	"""Enroll these records of the cadence's module with the rights of the session's user.

	Writes the enrollments and their first letters; deciding is up to the runner. Raises CadenceNotActive
	and PermissionError. `on_chunk(done, all)` is called after each chunk.
	"""
	frappe.has_permission("Cadence Enrollment", "create", throw=True)
	row = _active_cadence(cadence)
	wanted, result = list(dict.fromkeys(names)), Outcome()
	for start in range(0, len(wanted), CHUNK):
		result.add(_enroll_chunk(row, wanted[start : start + CHUNK], again))
		if on_chunk:
			on_chunk(min(start + CHUNK, len(wanted)), len(wanted))
	return result


def fill_new(doc: Any) -> None:
	"""Complete a Cadence Enrollment that is being inserted as a document. Refuses with a ValidationError
	what `enroll` would skip, and with a PermissionError a record that the user may not read."""
	cadence = _active_cadence(doc.cadence)
	if doc.reference_doctype and doc.reference_doctype != cadence.module:
		frappe.throw(_("Cadence {0} is for {1}.").format(cadence.name, _(cadence.module)))
	name = doc.reference_name
	frappe.has_permission(cadence.module, "read", name, throw=True)
	if _latest_enrollments(cadence.name, cadence.module, [name]):
		frappe.throw(_("{0} is or was in this cadence already.").format(name), frappe.DuplicateEntryError)
	passage = _new_passage(cadence, name)
	records = Records([passage])
	left = _leaves_at_once(passage, records, clock.now())
	if left is not None:
		frappe.throw(_("{0} would leave this cadence at once: {1}").format(name, left))
	columns = passage.row | records.shown(passage)
	doc.update({key: value for key, value in columns.items() if key != "name"})


def send_first_letter(doc: Any) -> None:
	"""Tell the runner of an enrollment that was inserted as a document."""
	inbox.record([Letter(doc.name, doc.cadence, Enrolled(), key=f"{doc.name}:enrolled")])


def _active_cadence(name: str) -> Any:
	row = frappe.db.get_value("Cadence", name, ["name", "module", "status", "version"], as_dict=True)
	if row is None or row.status != "Active":
		frappe.throw(_("Cadence {0} is not active.").format(name), CadenceNotActive)
	return row


def _enroll_chunk(cadence: Any, names: list[str], again: Again) -> Outcome:
	result = Outcome()
	readable = set(
		frappe.get_list(cadence.module, {"name": ("in", names)}, pluck="name", limit_page_length=0)
	)
	earlier = _latest_enrollments(cadence.name, cadence.module, names)
	fresh = []
	for name in names:
		if name not in readable:
			result.answers[name] = Answer.NOT_READABLE
		elif name in earlier:
			_enroll_again(cadence, earlier[name], again, result)
		else:
			fresh.append(name)
	_enroll_first_time(cadence, fresh, result)
	return result


def _latest_enrollments(cadence: str, module: str, names: list[str]) -> dict[str, Any]:
	rows = frappe.get_all(
		"Cadence Enrollment",
		{"cadence": cadence, "reference_doctype": module, "reference_name": ("in", names)},
		["name", "reference_name", "status", "has_lost_activity"],
		order_by="name asc",
	)
	return {row.reference_name: row for row in rows}


def _enroll_first_time(cadence: Any, names: list[str], result: Outcome) -> None:
	"""Write new enrollments, without the records that an un-enrollment rule would take out at once (S2.4)."""
	names = _keep_to_daily_limit(cadence, names, result)
	if not names:
		return
	passages = [_new_passage(cadence, name) for name in names]
	records, now = Records(passages), clock.now()
	rows, letters = [], []
	for passage in passages:
		name = passage.row["reference_name"]
		left = _leaves_at_once(passage, records, now)
		if left is not None:
			result.answers[name], result.notes[name] = Answer.MATCHES_EXIT, left
			continue
		row = passage.row | records.shown(passage)
		rows.append(row)
		letters.append(Letter(row["name"], cadence.name, Enrolled(), key=f"{row['name']}:enrolled"))
	store.insert(rows)
	inserted = _inserted([row["name"] for row in rows])
	inbox.record([letter for letter in letters if letter.enrollment in inserted], wake=False)
	for row in rows:
		got_in = row["name"] in inserted
		result.answers[row["reference_name"]] = Answer.ENROLLED if got_in else Answer.ALREADY_IN
		if got_in:
			result.enrollments.append(row["name"])


def _keep_to_daily_limit(cadence: Any, names: list[str], result: Outcome) -> list[str]:
	"""Those that the cadence still takes today; the others are skipped and can come tomorrow (S13.2)."""
	limit = definitions.load(cadence.version).policy.new_per_day
	if not limit or not names:
		return names
	today = frappe.db.count(
		"Cadence Enrollment", {"cadence": cadence.name, "creation": (">=", frappe.utils.nowdate())}
	)
	room = max(limit - today, 0)
	result.answers |= {name: Answer.DAY_IS_FULL for name in names[room:]}
	return names[:room]


def _inserted(names: list[str]) -> set[str]:
	"""Those that the unique key let in: somebody else may have enrolled the same record just now (S5.4)."""
	if not names:
		return set()
	return set(frappe.get_all("Cadence Enrollment", {"name": ("in", names)}, pluck="name"))


def _leaves_at_once(passage: Passage, records: Records, now: datetime) -> str | None:
	"""The rule that would take the record out again before anything happened, or None."""
	decision = decide(passage.cadence, passage.state, Enrolled(), records.facts(passage), now)
	if decision.after.status is not EnrollmentStatus.STOPPED:
		return None
	return decision.after.exit_note or decision.reason.value


def _new_passage(cadence: Any, name: str) -> Passage:
	row = {
		**inbox.row_frame(new_name()),
		"cadence": cadence.name,
		"cadence_version": cadence.version,
		"reference_doctype": cadence.module,
		"reference_name": name,
		"status": EnrollmentStatus.ACTIVE.value,
		"run": 0,
		"enrolled_by": frappe.session.user,
		"active_key": store.active_key(cadence.name, cadence.module, name),
		"next_due_at": frappe.utils.now_datetime(),
	}
	return Passage(row, definitions.load(cadence.version), Enrollment(), {}, set())


def _enroll_again(cadence: Any, earlier: Any, again: Again, result: Outcome) -> None:
	"""A record that was in the cadence before: go on, start anew, or leave the question open (S5.5)."""
	name = earlier.reference_name
	if earlier.status in (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED, EnrollmentStatus.HALTED):
		result.answers[name] = Answer.ALREADY_IN
		return
	may_resume = earlier.status != EnrollmentStatus.COMPLETED and not earlier.has_lost_activity
	match again:
		case Again.RESUME if may_resume:
			event, answer = ContinueRequested(), Answer.RESUMED
		case Again.RESTART:
			event, answer = RestartRequested(), Answer.RESTARTED
		case _:
			result.answers[name] = Answer.WAS_IN
			result.may_restart.append(name)
			if may_resume:
				result.may_resume.append(name)
			return
	result.answers[name] = answer
	result.enrollments.append(earlier.name)
	inbox.record([Letter(earlier.name, cadence.name, event, source=frappe.session.user)], wake=False)
