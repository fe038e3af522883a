"""Whether what waits in an outbox may go out now, by its enrollment, its cadence and the sending window."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime
from pypika.functions import Coalesce

from cadences_app.engine.calendar import Lateness, next_opening
from cadences_app.engine.content import Channel, Content
from cadences_app.engine.definition import Cadence
from cadences_app.engine.events import EventKind
from cadences_app.engine.outcomes import Outcome
from cadences_app.engine.reasons import Block
from cadences_app.engine.statuses import LIVE, CadenceStatus, Delivery, EnrollmentStatus
from cadences_app.mail.sending.outbox import Mail
from cadences_app.store import clock, definitions
from cadences_app.store.facts import calendar_of, forget_holidays

LOOK_AGAIN = timedelta(minutes=10)
"""How long a mail waits whose enrollment or cadence stands still, for nobody knows how long."""
READ_SOON = timedelta(minutes=1)
"""How long a mail waits until a worker has read what was asked of its enrollment."""
STOPS = sorted(
	each.value
	for each in (
		*(EventKind.DEACTIVATED, EventKind.STOP, EventKind.PAUSE, EventKind.REPUBLISHED),
		*(EventKind.HOLD, EventKind.MEETING, EventKind.COLLEAGUE, EventKind.RECORD),
	)
)
"""What holds a mail back although no worker has read it yet: a cadence may be active again by then (S7.1),
and whoever sends a thousand mails may be the only worker there is. So do an answer, what a rep says, and a
change of the record that a rule may end the run for."""
_IN_PASSING = frozenset(
	each.value for each in (Outcome.SENT, Outcome.DELIVERED, Outcome.OPENED, Outcome.CLICKED)
)
"""What happens to mails by the thousand while others go out."""
_LIVE = frozenset(each.value for each in LIVE)
_STILL_HERE = (Delivery.QUEUED.value, Delivery.SENDING.value)


@dataclass(frozen=True, slots=True)
class Go:
	"""The mail may go out now."""


@dataclass(frozen=True, slots=True)
class Wait:
	"""The mail may go out later; `until` in the site's time."""

	until: datetime


@dataclass(frozen=True, slots=True)
class HoldBack:
	"""The person is not to be written to (S13.4)."""

	block: Block


@dataclass(frozen=True, slots=True)
class Drop:
	"""The enrollment has ended, goes on in another run, or under a version without this email."""


Readiness = Go | Wait | HoldBack | Drop


class Standing:
	"""The enrollments and cadences of what waits, as `read` finds them, for all of it at once."""

	def __init__(self, mails: Iterable[Mail]) -> None:
		self._mails = list(mails)

	def read(self) -> None:
		"""What may change while the batch is under way."""
		forget_holidays()
		columns = ("status", "run", "paused_until", "hold_until", "cadence_version")
		enrollments = {each.enrollment for each in self._mails}
		self._enrollments = read_columns("Cadence Enrollment", enrollments, *columns)
		self._cadences = read_columns("Cadence", {each.cadence for each in self._mails}, "status")
		self._to_be_stopped = _with_unread_stops(enrollments)
		self._distances = _distances_of([each.name for each in self._mails])
		self._definitions = definitions.load_many(
			{row.cadence_version for row in self._enrollments.values() if row.cadence_version}
		)

	def is_known(self, mail: Mail) -> bool:
		return mail.enrollment in self._enrollments

	def is_over(self, mail: Mail) -> bool:
		"""Whether its enrollment has ended, or goes on in another run."""
		return not self.is_of_run(mail) or self._enrollments[mail.enrollment].status not in _LIVE

	def is_of_run(self, mail: Mail) -> bool:
		enrollment = self._enrollments.get(mail.enrollment)
		return enrollment is not None and enrollment.run == mail.run

	def version(self, mail: Mail) -> str:
		return self._enrollments[mail.enrollment].cadence_version

	def definition(self, mail: Mail) -> Cadence:
		return self._definitions[self.version(mail)]

	def content(self, mail: Mail) -> Content | None:
		"""What its follow-up carries by the version that the run goes by; None where that has it no more."""
		follow_up = self.definition(mail).by_key.get(mail.follow_up)
		return follow_up.content if follow_up else None

	def stands_still_until(self, mail: Mail) -> datetime | None:
		enrollment, now = self._enrollments[mail.enrollment], now_datetime()
		cadence = self._cadences.get(mail.cadence)
		if enrollment.status == EnrollmentStatus.PAUSED and enrollment.paused_until:
			return max(enrollment.paused_until, now + timedelta(minutes=1))
		if (
			enrollment.status != EnrollmentStatus.ACTIVE
			or cadence is None
			or cadence.status != CadenceStatus.ACTIVE
		):
			return now + LOOK_AGAIN
		if mail.enrollment in self._to_be_stopped:
			return now + READ_SOON
		if enrollment.hold_until and enrollment.hold_until > now:
			return enrollment.hold_until
		return None

	def distance_until(self, mail: Mail) -> datetime | None:
		"""Until when it keeps its distance from those of its run that waited with it and go before it:
		as long as it lay between the moments for which they were meant (S13.3)."""
		if self.definition(mail).policy.late.rule is not Lateness.KEEP_DISTANCE:
			return None
		until = self._distances.get(mail.name)
		return until if until is not None and until > now_datetime() else None

	def opening(self, mail: Mail, channel: Channel, record: Any) -> datetime | None:
		"""When the sending window opens, if it is closed now (S13.1). What reads as past, in an hour that a
		clock change repeats, is looked at again soon, not over and over."""
		definition = self.definition(mail)
		window = definition.policy.window_for(channel)
		if window is None:
			return None
		now = clock.now()
		opening = next_opening(now, window, calendar_of(definition, record))
		return max(clock.to_site(opening), now_datetime() + READ_SOON) if opening > now else None


def read_columns(doctype: str, names: set[str], *columns: str) -> dict[str, frappe._dict]:
	"""These columns of the rows, by name."""
	wanted = sorted(filter(None, names))
	if not wanted:
		return {}
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(table.name, *(table[each] for each in columns))
	return {row.name: row for row in query.where(table.name.isin(wanted)).run(as_dict=True)}


def _with_unread_stops(enrollments: set[str]) -> set[str]:
	if not enrollments:
		return set()
	table = frappe.qb.DocType("Cadence Event")
	query = frappe.qb.from_(table).select(table.enrollment, table.kind, table.payload)
	query = query.where(table.enrollment.isin(sorted(enrollments)) & table.processed_at.isnull())
	rows = query.where(table.kind.isin([*STOPS, EventKind.OUTCOME.value])).run()
	return {enrollment for enrollment, kind, payload in rows if kind in STOPS or not _is_in_passing(payload)}


def _is_in_passing(payload: str) -> bool:
	return frappe.parse_json(payload).get("outcome") in _IN_PASSING


def _distances_of(names: list[str]) -> dict[str, datetime]:
	"""By mail, when it may follow those of its run and channel that were handed over before it and had not
	gone out when it was, where there are any. What has not gone out yet goes now at the soonest."""
	if not names:
		return {}
	mine, earlier = (frappe.qb.DocType("Cadence Activity").as_(each) for each in ("mine", "earlier"))
	of_run = (earlier.enrollment == mine.enrollment) & (earlier.run == mine.run)
	by_same_server = Coalesce(earlier.email_account, "") == Coalesce(mine.email_account, "")
	is_here = earlier.delivery.isin(_STILL_HERE) & by_same_server  # another's costs its own mails only
	rows = (
		frappe.qb.from_(mine)
		.join(earlier)
		.on(of_run & (earlier.channel == mine.channel) & (earlier.handed_over_at < mine.handed_over_at))
		.select(mine.name, mine.handed_over_at, earlier.handed_over_at)
		.select(earlier.delivery, earlier.taken_at, earlier.send_after)
		.where(mine.name.isin(names) & (is_here | (earlier.taken_at > mine.handed_over_at)))
		.run()
	)
	now, found = now_datetime(), {}
	for name, handed_over_at, before, delivery, taken_at, send_after in rows:
		goes_at = max(now, send_after or now) if delivery in _STILL_HERE else taken_at
		found[name] = max(goes_at + (handed_over_at - before), found.get(name, goes_at))
	return found
