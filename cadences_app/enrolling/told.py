"""What is asked for records in cadences, and what became of each in each: two closed sets (S15.3)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cadences_app.engine.audience import Wait
from cadences_app.engine.stored_enum import StoredEnum
from cadences_app.enrolling.newcomers import AS_USUAL, Beginning
from cadences_app.enrolling.result import EnrollAnswer, EnrollResult
from cadences_app.enrolling.way_back import Again


class Verb(StoredEnum):
	ENROLL = "Enroll"
	UNENROLL = "Un-enroll"
	PAUSE = "Pause"
	RESUME = "Resume"
	RESTART = "Restart"
	SKIP = "Skip"
	PREVIEW = "Preview"


class Became(StoredEnum):
	"""What became of a record in a cadence, or with a preview would."""

	ENROLLED = "enrolled"
	SCHEDULED = "scheduled"
	WAITING = "waiting"
	RESUMED = "resumed"
	RESTARTED = "restarted"
	UNENROLLED = "un_enrolled"
	PAUSED = "paused"
	SKIPPED_AHEAD = "skipped_ahead"
	ENDED = "ended"
	UNDECIDED = "undecided"
	SKIPPED = "skipped"
	REFUSED = "refused"


class NotDone(StoredEnum):
	"""Why nothing was done, where neither the enrolling nor the engine says so."""

	NOT_IN = "not_in"
	CADENCE_NOT_FOUND = "cadence_not_found"
	CADENCE_NOT_ACTIVE = "cadence_not_active"
	OTHER_MODULE = "other_module"
	NO_SUCH_FOLLOW_UP = "no_such_follow_up"
	NOT_CHANGEABLE = "not_changeable"


WHY_NOT_ENROLLED: dict[EnrollAnswer, tuple[Became, str]] = {
	EnrollAnswer.ALREADY_IN: (Became.SKIPPED, "already_in"),
	EnrollAnswer.WAS_IN: (Became.SKIPPED, "was_in"),
	EnrollAnswer.RESUMES_WHERE_IT_LEFT: (Became.SKIPPED, "resumes_where_it_left"),
	EnrollAnswer.SAID_NO: (Became.SKIPPED, "said_no"),
	EnrollAnswer.MATCHES_EXIT: (Became.SKIPPED, "matches_exit"),
	EnrollAnswer.NOT_TO_BE_CONTACTED: (Became.SKIPPED, "not_to_be_contacted"),
	EnrollAnswer.PERSON_IS_IN: (Became.SKIPPED, "person_is_in"),
	EnrollAnswer.RULE_FAILED: (Became.REFUSED, "rule_failed"),
	EnrollAnswer.NOT_READABLE: (Became.REFUSED, "not_readable"),
}
"""What the answers of enrolling that let nobody in are called here, and why."""

DONE: dict[EnrollAnswer, Became] = {
	EnrollAnswer.ENROLLED: Became.ENROLLED,
	EnrollAnswer.RESUMED: Became.RESUMED,
	EnrollAnswer.RESTARTED: Became.RESTARTED,
}


@dataclass(frozen=True, slots=True)
class Told:
	"""What became of one record in one cadence. `note` says more: the rule, the other record, the error."""

	record: str
	cadence: str
	answer: Became
	why: str = ""
	note: str = ""
	enrollment: str = ""
	may: str = ""
	"""Which of *Resume* and *Restart* are open for one that was in it before (S5.5)."""

	def to_dict(self) -> dict[str, str]:
		return {name: str(value) for name, value in asdict(self).items() if value}

	@classmethod
	def from_dict(cls, stored: dict[str, str]) -> "Told":
		return cls(**{**stored, "answer": Became(stored["answer"])})


@dataclass(frozen=True, slots=True)
class How:
	"""How a verb is meant: each needs some of it. Moments are aware UTC."""

	again: Again = Again.ASK
	beginning: Beginning = AS_USUAL
	also_who_said_no: bool = False
	why: str = ""
	disposition: str = ""
	until: datetime | None = None
	target: str = ""

	def to_dict(self) -> dict[str, Any]:
		return {
			"again": self.again.value,
			"follow_up": self.beginning.follow_up,
			"not_before": self.beginning.not_before and self.beginning.not_before.isoformat(),
			"also_who_said_no": self.also_who_said_no,
			"why": self.why,
			"disposition": self.disposition,
			"until": self.until and self.until.isoformat(),
			"target": self.target,
		}

	@classmethod
	def from_dict(cls, stored: dict[str, Any]) -> "How":
		def moment(name: str) -> datetime | None:
			return datetime.fromisoformat(stored[name]) if stored.get(name) else None

		return cls(
			again=Again(stored["again"]),
			beginning=Beginning(stored["follow_up"], moment("not_before")),
			also_who_said_no=stored["also_who_said_no"],
			why=stored["why"],
			disposition=stored["disposition"],
			until=moment("until"),
			target=stored["target"],
		)


def told_of(cadence: str, names: list[str], result: EnrollResult) -> list[Told]:
	"""What enrolling did, record by record, in their order."""
	resumable, restartable = set(result.may_resume), set(result.may_restart)
	found = []
	for name in names:
		answer, note = result.answers.get(name, EnrollAnswer.NOT_READABLE), result.notes.get(name, "")
		became, why = WHY_NOT_ENROLLED.get(answer, (DONE.get(answer), ""))
		if answer is EnrollAnswer.WAITING:
			is_dated = note == Wait.STARTS_LATER
			became, why, note = (Became.SCHEDULED if is_dated else Became.WAITING), note, ""
		may = ("Resume " if name in resumable else "") + ("Restart" if name in restartable else "")
		found.append(Told(name, cadence, became, why, note, result.enrollment_of.get(name, ""), may))
	return found


def result_of(told: list[Told]) -> EnrollResult:
	"""The other way round, of a job whose answers were kept."""
	answers = {why: answer for answer, (_became, why) in WHY_NOT_ENROLLED.items()}
	done = {became: answer for answer, became in DONE.items()}
	result = EnrollResult()
	for each in told:
		if each.answer in (Became.WAITING, Became.SCHEDULED):
			result.answers[each.record], result.notes[each.record] = EnrollAnswer.WAITING, each.why
		elif each.answer in (Became.SKIPPED, Became.REFUSED):
			result.answers[each.record] = answers.get(each.why, EnrollAnswer.NOT_READABLE)
			result.notes[each.record] = each.note
		else:
			result.answers[each.record] = done.get(each.answer, EnrollAnswer.ENROLLED)
			result.note_enrollment(each.record, each.enrollment)
		if "Resume" in each.may:
			result.may_resume.append(each.record)
		if "Restart" in each.may:
			result.may_restart.append(each.record)
	return result
