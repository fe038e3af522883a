"""Answers of the reports and of mailboxes."""

from typing import Any

from typing_extensions import NotRequired, TypedDict

from cadences_app.api.answers import Moment, Number, Told

Filters = dict[str, Any]
"""Filters of a list in Desk."""


class Card(TypedDict):
	"""A key figure, the list behind it, and of how many it is a share (0: of none)."""

	label: str
	number: int
	doctype: str
	filters: Filters
	of: int


class ShownMeasure(TypedDict):
	"""A measure of the tables: its name in their rows, its label, the list behind it."""

	measure: str
	label: str
	filters: Filters
	is_share: bool


class Detail(TypedDict):
	"""How often a detail came."""

	value: str
	number: int
	label: NotRequired[str]


class Arm(TypedDict):
	"""A template that went out, and the share of replies to it."""

	name: str
	sent: int
	replied: int
	rate: float


class Comparison(TypedDict):
	"""Templates of one follow-up, compared: `winner` is blank until the difference means something."""

	key: str
	label: str
	arrow: str
	arms: list[Arm]
	winner: str
	needed: int | None
	p_value: float | None


class Report(TypedDict):
	"""The figures of a cadence. Rows of `funnel`, `variants`, `owners`, `versions` and `days` have a number
	under the name of each measure that counted anything."""

	cadence: str
	is_own_only: bool
	cards: list[Card]
	measures: list[ShownMeasure]
	funnel: list[dict[str, Any]]
	variants: list[dict[str, Any]]
	owners: list[dict[str, Any]]
	versions: list[dict[str, Any]]
	exits: list[Detail]
	dispositions: list[Detail]
	results: list[Detail]
	days: list[dict[str, Any]]
	comparisons: list[Comparison]


class StandsStill(TypedDict):
	"""Why enrollments do not go on, how many, what would set them going, and the list that shows them."""

	still: str
	number: Number
	moves_at: Moment | None
	label: str
	remedy: str
	doctype: str
	filters: Filters


class Coming(TypedDict):
	"""How many follow-ups are due on a day: of mails by `mailbox`, which sends `cap` a day (0: no cap), of
	messages by service, which `mailbox` names then, of tasks and calls by `owner`, who does them. `who` is
	any of these, as people read it; `cost` is 0 where the settings know no price."""

	day: Told
	channel: str
	mailbox: str
	owner: str
	who: str
	cap: int
	number: Number
	cost: float


class Side(TypedDict):
	"""The records in a cadence, or those held out of it: how many were looked at and converted."""

	name: str
	number: int
	converted: int
	rate: float


class HeldOut(TypedDict):
	"""Both sides: `winner` is blank until the difference means something."""

	arms: list[Side]
	winner: str
	needed: int | None
	p_value: float | None


class Trouble(TypedDict):
	"""What is wrong, what to do, since when, how many, and the list that shows them."""

	trouble: str
	text: str
	remedy: str
	number: int | None
	since: Moment | None
	is_serious: bool
	doctype: str
	filters: Filters


class Health(TypedDict):
	"""Whether cadences run: the worst first, and when the scheduler last set them going."""

	last_tick: Moment | None
	troubles: list[Trouble]


class NumberCard(TypedDict):
	"""A number as Frappe's number cards take it, and where it leads."""

	value: int
	fieldtype: str
	route: list[str]
	route_options: Filters


class MailboxFigures(TypedDict):
	"""Mails of some days; rates are percent of what was sent."""

	sent: Number
	bounced: Number
	complaints: Number
	unsubscribed: Number
	bounce_rate: float
	complaint_rate: float
	unsubscribe_rate: float


class Mailbox(TypedDict):
	"""How a mailbox fares, and how many percent of its caps are used (none: no cap)."""

	days_7: MailboxFigures
	days_30: MailboxFigures
	used_of_hour: float | None
	used_of_day: float | None
