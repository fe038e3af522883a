"""What became of the records that were to be enrolled (S5.2)."""

from dataclasses import dataclass, field

from cadences_app.engine.stored_enum import StoredEnum


class EnrollAnswer(StoredEnum):
	"""What became of one record that was to be enrolled."""

	ENROLLED = "Enrolled"
	WAITING = "Waiting"
	RESUMED = "Resumed"
	RESTARTED = "Restarted"
	ALREADY_IN = "Already in the cadence"
	WAS_IN = "Was in the cadence before"
	RESUMES_WHERE_IT_LEFT = "Resumes where it left, not with a chosen follow-up"
	SAID_NO = "Answered or unsubscribed before"
	MATCHES_EXIT = "Matches an un-enrollment rule"
	NOT_TO_BE_CONTACTED = "May not be contacted"
	PERSON_IS_IN = "The person is in the cadence by another record"
	RULE_FAILED = "An un-enrollment rule failed"
	NOT_READABLE = "Not found or not permitted"


ACCEPTED = frozenset({EnrollAnswer.ENROLLED, EnrollAnswer.RESUMED, EnrollAnswer.RESTARTED})
LEFT_WAITING = frozenset({EnrollAnswer.WAITING})
REFUSED = frozenset({EnrollAnswer.NOT_READABLE, EnrollAnswer.RULE_FAILED})


@dataclass
class EnrollResult:
	"""What became of each record, and the enrollments that were made or taken up again.

	A note says more of a record that has to wait (a `Wait`), that would leave at once (the rule's title or a
	reason code) or on which a rule failed (the error). `enrollment_of` has those that wait as well.
	`may_resume` and `may_restart` are the records about which the question of S5.5 is open.
	"""

	answers: dict[str, EnrollAnswer] = field(default_factory=dict)
	notes: dict[str, str] = field(default_factory=dict)
	enrollments: list[str] = field(default_factory=list)
	enrollment_of: dict[str, str] = field(default_factory=dict)
	may_resume: list[str] = field(default_factory=list)
	may_restart: list[str] = field(default_factory=list)

	def note_enrollment(self, record: str, enrollment: str) -> None:
		self.enrollments.append(enrollment)
		self.enrollment_of[record] = enrollment

	def add(self, other: "EnrollResult") -> None:
		self.answers |= other.answers
		self.notes |= other.notes
		self.enrollments += other.enrollments
		self.enrollment_of |= other.enrollment_of
		self.may_resume += other.may_resume
		self.may_restart += other.may_restart
