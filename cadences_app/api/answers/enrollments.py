"""Answers about enrollments and the work on them."""

from typing_extensions import NotRequired, TypedDict

from cadences_app.api.answers import Counts, Moment, Named, Number, Row, Words
from cadences_app.api.answers.cadences import Job, Picture


class EnrollmentOfRecord(TypedDict):
	"""An enrollment of a record; `exit_reason`, `error` and `waits_for`, what somebody has to do first, are
	sentences."""

	name: str
	cadence: str
	status: str
	run: int
	started_at: Moment | None
	next_follow_up: str | None
	next_follow_up_at: Moment | None
	next_follow_up_unless: str | None
	next_due_at: Moment | None
	paused_until: Moment | None
	exit_reason: str
	exit_note: str | None
	disposition: str | None
	ended_at: Moment | None
	has_lost_activity: int
	error: str
	waits_for: str


class Applicable(TypedDict):
	"""An active cadence, and the record's earlier enrollments in it."""

	name: str
	description: str | None
	earlier: list[EnrollmentOfRecord]


class Refused(TypedDict):
	"""A record that was not enrolled, and why."""

	name: str
	why: str


class Left(TypedDict):
	"""How a record left the cadence before; `said_no`: its person unsubscribed or answered."""

	name: str
	title: str
	how: str
	said_no: bool


class Enrolled(TypedDict):
	"""How many were enrolled, and why not the others. `may_resume` and `may_restart` name those of which one
	has to say which."""

	cadence: str
	enrolled: Number
	resumed: Number
	restarted: Number
	waiting: Number
	ended: list[Named]
	earlier: list[Left]
	skipped: list[Named]
	refused: list[Refused]
	may_resume: Words
	may_restart: Words
	enrollments: Words
	in_background: bool


class EnrolledLater(TypedDict):
	"""A background job enrolls them; `job` is the name of the Cadence Job."""

	in_background: bool
	asked: Number
	job: str


class Unenrolled(TypedDict):
	"""How many enrollments were ended, on how many the workers have yet to decide, which were not ended and
	why, and which records were in none."""

	unenrolled: Number
	waiting: Number
	not_done: list[Named]
	not_enrolled: Words


class StandingCount(TypedDict):
	"""How many enrollments of a cadence have a status."""

	cadence: str
	status: str
	count: Number


class Unenrolling(TypedDict):
	"""What taking records out would end (`enrollments`) and cancel (`scheduled`), and how many it would leave
	alone: enrollments that the user may not change, records that are in no such cadence."""

	enrollments: list[StandingCount]
	scheduled: Number
	not_changeable: Number
	not_enrolled: Number


class Done(TypedDict):
	"""Of how many the action came true (`done`), of which not and why, what followed where it was one, and
	on how many the workers have yet to decide."""

	done: Number
	not_done: list[Named]
	sentences: Words
	waiting: Number


class Section(TypedDict):
	"""What the section *Cadences* of a form shows."""

	enrollments: list[EnrollmentOfRecord]
	columns: Words


class TimelineEntry(TypedDict):
	"""Something that happened to an enrollment, as sentences."""

	at: Moment
	kind: str
	sentences: Words
	reason: str | None
	source: str | None
	error: str


class OutcomeAt(TypedDict):
	"""An outcome and when it came."""

	outcome: str
	at: Moment


class Offered(TypedDict):
	"""The email or message that is edited next."""

	activity: str
	title: str | None
	channel: str
	due_at: Moment | None


class CourseStep(TypedDict):
	"""How a follow-up of a run stands."""

	name: str
	status: str
	due_at: Moment | None
	done_at: Moment | None
	delivery: str
	is_open: bool
	outcomes: list[OutcomeAt]
	why: str


class Hindrance(TypedDict):
	"""Why nothing happens now, and until when, if it ends by itself."""

	reason: str
	text: str
	until: Moment | None


class Course(TypedDict):
	"""The tree of a run, how each of its follow-ups stands, and what it waits for."""

	rows: list[Row]
	picture: Picture
	follow_ups: dict[str, CourseStep]
	why_not_yet: list[Hindrance]
	next_mail: Offered | None


class QueueItem(TypedDict):
	"""An item of the queue; `due` is in the reader's time."""

	name: str
	title: str | None
	channel: str
	subject: str
	cadence: str
	enrollment: str
	doctype: str
	record: str
	record_title: str
	assigned_to: str | None
	standing: str
	delivery: str
	due: Moment | None
	has_time: bool
	bucket: str
	is_ended: bool
	is_said: bool


class Colleague(TypedDict):
	"""Somebody with open follow-ups."""

	name: str
	full_name: str | None


class Today(TypedDict):
	"""What is open, with its counts by bucket, and how many were done today."""

	items: list[QueueItem]
	has_more: bool
	counts: dict[str, Number]
	done: Number
	zone: str
	may_lead: bool
	team: list[Colleague]


class Text(TypedDict, total=False):
	"""What the task or call says to do; `is_gone` where its document was deleted."""

	doctype: str
	name: str
	subject: str
	description: str
	priority: str
	is_gone: bool


Mail = TypedDict(
	"Mail",
	{
		"to": str | None,
		"from": str | None,
		"subject": str | None,
		"content": str | None,
		"delivery": str,
		"service": str,
		"parts": Number,
		"may_approve": bool,
		"may_edit": bool,
	},
)
"""What waits for review or approval. A message has a `service` and `parts`, and plain text in `content`."""


class PossibleResult(TypedDict):
	"""A result that can be said, its key on the keyboard, and what it would cause."""

	outcome: str
	label: str
	key: str
	causes: Words
	result: NotRequired[str]


class PersonField(TypedDict):
	"""A field of the person; `kind` is Email, Phone or Data."""

	label: str | None
	value: str
	kind: str


class Person(TypedDict):
	"""Who the record is about, as far as the reader may see."""

	fields: list[PersonField]


class Item(TypedDict):
	"""What is to be done, about whom, why, and what each result would cause."""

	name: str
	text: Text
	mail: Mail | None
	next_mail: Offered | None
	results: list[PossibleResult]
	why: str
	person: Person
	history: list[TimelineEntry]
	zone: str


class Said(TypedDict):
	"""For how many seconds it can be taken back."""

	seconds: Number


class May(TypedDict):
	"""Whether one may."""

	may: bool


class FollowUpName(TypedDict):
	"""A follow-up and how it is called."""

	key: str
	name: str


NextMail = TypedDict(
	"NextMail",
	{
		"activity": str,
		"title": str | None,
		"due_at": Moment | None,
		"channel": str,
		"delivery": str,
		"is_edited": bool,
		"edited_by": str | None,
		"is_scheduled": bool,
		"may_edit": bool,
		"to": str | None,
		"from": str | None,
		"subject": str,
		"content": str,
		"missing": Words,
		"problem": str,
	},
	total=False,
)


class RecordAnswer(TypedDict):
	"""What became of one record in one cadence: `answer` and `why` are codes, `text` says it. `title` is the
	record's name where the caller may not read it."""

	record: str
	title: str
	cadence: str
	answer: str
	why: str
	text: str
	enrollment: str | None


class Asked(TypedDict):
	"""An answer for each record in each cadence, counted by answer; or the job that gives them, where it is
	for many."""

	job: str | None
	asked: Number
	answers: list[RecordAnswer]
	counts: NotRequired[Counts]


class StandingOfRecord(TypedDict):
	"""Where a record stands in a cadence; `status` is nothing where it is not in it, and then there is no
	more."""

	record: str
	cadence: str
	status: str | None
	enrollment: NotRequired[str]
	run: NotRequired[int]
	started_at: NotRequired[Moment | None]
	next_follow_up: NotRequired[str | None]
	next_follow_up_at: NotRequired[Moment | None]
	paused_until: NotRequired[Moment | None]
	waits_for: NotRequired[str | None]
	waits_until: NotRequired[Moment | None]
	exit_reason: NotRequired[str | None]
	ended_at: NotRequired[Moment | None]
	text: NotRequired[str]


class JobAnswers(Job):
	"""How far a job is, and what it has done."""

	answers: list[RecordAnswer]


class JobAccount(Enrolled):
	"""The account of a job that enrolled records."""

	status: str
	error: str


class NoticeSwitch(TypedDict):
	"""A kind of notice: whether one is told of it, and whether the settings keep it from everybody."""

	kind: str
	label: str
	is_told: bool
	is_off_for_all: bool
