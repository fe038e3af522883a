"""Answers about cadences: how they read, how they stand, what an action would do."""

from typing import Any

from typing_extensions import TypedDict

from cadences_app.api.answers import Counts, Moment, Number, Row, Words


class Change(TypedDict):
	"""What publishing would change: `follow_up` is its key, or blank; `touches` counts live enrollments."""

	sentence: str
	follow_up: str
	touches: Number


class Consequences(TypedDict, total=False):
	"""`live` enrollments, how many of them would have `changed`, how many would have each status then, and on
	publishing of how many the scheduled follow-up was `edited`."""

	live: Number
	changed: Number
	edited: Number
	Waiting: Number
	Active: Number
	Paused: Number
	Halted: Number
	Completed: Number
	Stopped: Number
	Failed: Number


class InView(TypedDict):
	"""How many records are in the view, and what would become of them, by answer."""

	in_view: Number
	answers: Counts


class Problem(TypedDict):
	"""A rule (its key; blank for the view) that can't be evaluated, and since when."""

	rule: str | None
	message: str
	creation: Moment


class Wait(TypedDict):
	"""What enrollments wait for, as a code and in words, and how many do."""

	waits_for: str | None
	why: str
	number: Number


class Job(TypedDict):
	"""A long job: `done` of `total` records, and what became of them (`account`)."""

	name: str
	kind: str
	cadence: str | None
	status: str
	total: Number
	done: Number
	account: dict[str, Any]
	error: str
	owner: str


class FollowUpInWords(TypedDict):
	"""A follow-up in words: what starts it, when, what goes out, and its day at the earliest."""

	key: str
	name: str
	arrow: str
	trigger: str
	wait: str
	line: str
	day: float
	is_boost: bool


class RuleInWords(TypedDict):
	"""An un-enrollment rule in words."""

	key: str
	title: str
	text: str


class Picture(TypedDict):
	"""A cadence in words."""

	follow_ups: list[FollowUpInWords]
	rules: list[RuleInWords]
	sending: Words
	audience: str


class CheckedPicture(Picture):
	"""A cadence in words, with its faults by follow-up and by rule."""

	faults: Words
	general_faults: Words
	faults_of: dict[str, Words]
	faults_of_rules: dict[str, Words]


class Unreadable(TypedDict):
	"""Why a field of the form can't be read."""

	unreadable: str


class FollowUpNumbers(TypedDict):
	"""How a follow-up fares."""

	reached: Number
	waiting: Number
	answered: Number
	stuck: Number


class ReadyPicture(TypedDict):
	"""The rows and words of a cadence."""

	rows: list[Row]
	picture: Picture


class Published(ReadyPicture):
	"""The published version: its number, rows, words, and how each follow-up fares."""

	number: int
	numbers: dict[str, FollowUpNumbers]


class Standing(TypedDict):
	"""What keeps a cadence from being published, whether edits wait, and who is enrolled by status."""

	faults: Words
	is_edited: bool
	number: int | None
	enrolled: Counts


class Choice(TypedDict):
	"""A value and how it is called."""

	value: str
	label: str


class FieldChoices(TypedDict):
	"""The fields of a module that a follow-up can use, by what they hold."""

	email: list[Choice]
	date: list[Choice]
	user: list[Choice]
	phone: list[Choice]
	consent: list[Choice]
	whatsapp_template: list[Choice]
	holiday_list: list[Choice]


class ReadyMade(TypedDict):
	"""A cadence that comes with the app."""

	key: str
	name: str
	description: str
	modules: list[str]
	follow_ups: Number


class CrmTerms(TypedDict):
	"""What a page of Frappe CRM shows its user: rights, live statuses, the address of the script."""

	doctype: str
	read: bool
	enroll: bool
	unenroll: bool
	live: Words
	script: str


class Campaign(TypedDict):
	"""A campaign with Email Campaigns under way, by kind of recipient."""

	campaign_name: str
	email_campaign_for: str
	running: Number
	can_be_taken_over: bool


class TakenOver(TypedDict):
	"""The cadence made for each module; how many were `enrolled`, had `finished`, were `left`, by reason."""

	cadences: dict[str, str]
	enrolled: Number
	finished: Number
	left: Counts


class Step(TypedDict):
	"""A step of a dry run."""

	at: str
	follow_up: str
	text: str


class TriedOutcome(TypedDict):
	"""What came of a follow-up in a dry run."""

	outcome: str
	detail: str
	at: str


class TriedFollowUp(TypedDict):
	"""How a follow-up fared in a dry run; moments are blank where there is none."""

	status: str
	due_at: str
	done_at: str
	outcomes: list[TriedOutcome]
	why: str


class TriedEnd(TypedDict):
	"""How a dry run ended."""

	status: str
	why: str
	at: str


class DryRun(TypedDict):
	"""A dry run: its steps in order, its follow-ups by key, its end, and what would keep it from starting."""

	steps: list[Step]
	follow_ups: dict[str, TriedFollowUp]
	ended: TriedEnd
	starts_at: str
	expected: dict[str, Any]
	blocked: str


class FilledEmail(TypedDict):
	"""An email as a person would get it; `missing` merge fields have no value."""

	subject: str
	html: str
	template: str
	to: str
	sender: str
	missing: Words
	problem: str
	warning: str


class FilledMessage(TypedDict):
	"""A message as a person would get it (S3.10): `units` are septets of GSM-7 or 16-bit units of UCS-2.

	`cost` is that of all its parts, 0 where the settings name no price; `problem` is why it would not go out.
	"""

	text: str
	to: str
	parts: int
	units: int
	alphabet: str
	cost: float
	problem: str


class SentTest(TypedDict):
	"""Where a test email went."""

	sent_to: str
	missing: Words
	problem: str
	warning: str


class SentTestMessage(TypedDict):
	"""The number that the test went to, its parts and what they cost (0: no price is known)."""

	sent_to: str
	parts: Number
	cost: float


class DayAhead(TypedDict):
	"""What goes out on a day, by channel."""

	date: str
	by_channel: Counts


class MailboxLoad(TypedDict):
	"""The mails of a mailbox, by day; a `cap` of 0 is none."""

	name: str
	cap: Number
	a_day: list[Number]


class ServiceLoad(TypedDict):
	"""The messages by a service, by day; a `cap` of 0 is none. `cost` is that of all these days, 0 where the
	settings know no price."""

	name: str
	cap: Number
	cost: float
	a_day: list[Number]


class PersonLoad(TypedDict):
	"""The tasks and calls of a person, by day."""

	name: str
	a_day: list[Number]


class Ahead(TypedDict):
	"""What an activation sets going on its first days."""

	count: Number
	warnings: Words
	capped: bool
	days: list[DayAhead]
	mailboxes: list[MailboxLoad]
	services: list[ServiceLoad]
	people: list[PersonLoad]


class StoryRun(TypedDict):
	"""A story: whether it `holds`, in what it differs, and what happened now, to be expected from now on."""

	title: str
	is_required: bool
	holds: bool
	was_run: bool
	differences: Words
	problem: str
	expected: dict[str, Any] | None


class StoriesRun(TypedDict):
	"""The stories of a cadence, in the form's order, and how many hold."""

	summary: str
	holding: Number
	stories: list[StoryRun]


class ReplayedRun(TypedDict):
	"""A run that would have been another, in words."""

	enrollment: str
	record: str
	title: str
	started_at: Moment
	told: Words
	leaves_earlier: bool


class Replay(TypedDict):
	"""How many runs were looked at, how many would never end, and those that would have been another."""

	looked_at: Number
	has_more: bool
	endless: Number
	module: str
	rows: list[ReplayedRun]
