"""Whether what waits in an outbox may go out now, by its enrollment, its cadence and the sending window."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from cadences_app.engine.calendar import next_opening
from cadences_app.engine.content import Channel, Content
from cadences_app.engine.definition import Cadence
from cadences_app.engine.events import EventKind
from cadences_app.engine.reasons import Block
from cadences_app.engine.statuses import LIVE, CadenceStatus, EnrollmentStatus
from cadences_app.mail.sending.outbox import Mail
from cadences_app.store import clock, definitions
from cadences_app.store.facts import calendar_of, forget_holidays

LOOK_AGAIN = timedelta(minutes=10)
"""How long a mail waits whose enrollment or cadence stands still, for nobody knows how long."""
READ_SOON = timedelta(minutes=1)
"""How long a mail waits until a worker has read what was asked of its enrollment."""
STOPS = sorted(
	each.value for each in (EventKind.DEACTIVATED, EventKind.STOP, EventKind.PAUSE, EventKind.REPUBLISHED)
)
"""What holds a mail back although no worker has read it yet: a cadence may be active again by then (S7.1)."""
_LIVE = frozenset(each.value for each in LIVE)


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

	def opening(self, mail: Mail, channel: Channel, record: Any) -> datetime | None:
		"""When the sending window opens, if it is closed now (S13.1)."""
		definition = self.definition(mail)
		window = definition.policy.window_for(channel)
		if window is None:
			return None
		now = clock.now()
		opening = next_opening(now, window, calendar_of(definition, record))
		return clock.to_site(opening) if opening > now else None


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
	query = frappe.qb.from_(table).select(table.enrollment).distinct()
	query = query.where(table.enrollment.isin(sorted(enrollments)) & table.processed_at.isnull())
	return set(query.where(table.kind.isin(STOPS)).run(pluck=True))
