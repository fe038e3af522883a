"""What comes in the next days, from what is scheduled (S8.6): tasks and calls a person, mails a mailbox,
messages a service.

Read from the figures that are kept of what is due; only what rests with its enrollment, whose date nobody
knows, is counted anew and taken off.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import frappe
from frappe.utils import getdate

from cadences_app.engine.content import CallContent, EmailContent, MessageContent, Service, TaskContent
from cadences_app.engine.definition import FollowUp
from cadences_app.engine.statuses import EnrollmentStatus
from cadences_app.mail import mailboxes
from cadences_app.mail.composing.senders import Accounts
from cadences_app.messages import costs
from cadences_app.reports.measures import Measure
from cadences_app.reports.standstill import BY_STATUS
from cadences_app.store import compat, definitions

DAYS = 14
BY_RUN = "unique_enrollment_run_follow_up"


class Load(NamedTuple):
	"""What falls to somebody on a day: `mailbox` is the Email Account of mails, or the service of messages,
	`owner` who does the others."""

	day: date
	channel: str
	mailbox: str
	owner: str


def what_comes(cadences: Collection[str] | None, owner: str = "") -> list[dict[str, Any]]:
	"""How many follow-ups of these cadences (None: of all) are due by day, channel, and mailbox, service or
	person, with the daily cap of now (0: none) and what the messages cost, as far as the settings know a
	price.

	What hangs on an answer that has not come is not among them; what is overdue counts for today.
	"""
	due = _due(cadences, owner)
	due.subtract(_resting(cadences, owner))
	found: Counter[Load] = Counter()
	cost: Counter[Load] = Counter()
	accounts = Accounts()
	follow_ups = _follow_ups({version for version, _key, _owner, _day in due})
	prices = {key: _price(follow_up, cadence_name) for key, (cadence_name, follow_up) in follow_ups.items()}
	for (version, key, record_owner, day), number in due.items():
		_cadence, follow_up = follow_ups.get((version, key), ("", None))
		if number > 0 and follow_up is not None:
			for load, share in _loads(follow_up, record_owner, day, number, accounts):
				found[load] += share
				cost[load] += share * prices[version, key]
	caps: dict[str, int] = mailboxes.day_caps()
	caps |= {service.value: costs.most_a_day() for service in Service}
	return [
		{
			**load._asdict(),
			"day": str(load.day),
			"number": number,
			"cap": caps.get(load.mailbox) or 0,
			"cost": round(cost[load], 4),
		}
		for load, number in sorted(found.items())
		if number
	]


def _price(follow_up: FollowUp, cadence: str) -> float:
	"""What one of its messages is likely to cost."""
	content = follow_up.content
	price = costs.price_of(content) if isinstance(content, MessageContent) else 0.0
	return price and price * costs.parts_to_come(cadence, follow_up.key, content)


def _loads(
	follow_up: FollowUp, owner: str, day: date, number: int, accounts: Accounts
) -> Iterator[tuple[Load, int]]:
	content, channel = follow_up.content, follow_up.channel.value
	if isinstance(content, EmailContent):
		yield Load(day, channel, accounts.account_of(content, owner), ""), number
	elif isinstance(content, MessageContent):
		yield Load(day, channel, content.service.value, ""), number
	elif isinstance(content, TaskContent | CallContent):
		takers = content.assignee.takers(owner)
		for place, user in enumerate(takers):
			yield Load(day, channel, "", user), (number + place) // len(takers)
	else:
		yield Load(day, channel, "", owner), number


Due = Counter[tuple[str, str, str, date]]
"""How many by version, follow-up, owner of the record and day."""


def _due(cadences: Collection[str] | None, owner: str) -> Due:
	conditions = ["measure = %(measure)s", "day < %(until)s", *_chosen("", cadences, owner)]
	rows = frappe.db.sql(
		f"""
		select cadence_version, follow_up, record_owner, day, sum(number) from `tabCadence Figure`
		where {" and ".join(conditions)} group by cadence_version, follow_up, record_owner, day
		""",
		{**_values(cadences, owner), "measure": Measure.DUE.value},
	)
	return _by_day(rows)


def _resting(cadences: Collection[str] | None, owner: str) -> Due:
	"""What is scheduled for enrollments that are paused or halted."""
	conditions = ["e.status = %(status)s", *_chosen("e.", cadences, owner)]
	then, found = compat.joined_in_order(), Due()
	query = f"""
		select a.cadence_version, a.follow_up, a.record_owner, cast(a.due_at as date), count(*)
		from `tabCadence` c
		{then} `tabCadence Enrollment` e {compat.by_index(BY_STATUS)} on e.cadence = c.name
		{then} `tabCadence Activity` a {compat.by_index(BY_RUN)} on a.enrollment = e.name and a.run = e.run
		where {" and ".join(conditions)} and a.status = 'Scheduled' and a.due_at < %(until)s
		group by a.cadence_version, a.follow_up, a.record_owner, cast(a.due_at as date)
	"""
	for status in (EnrollmentStatus.PAUSED, EnrollmentStatus.HALTED):
		found += _by_day(frappe.db.sql(query, _values(cadences, owner) | {"status": status.value}))
	return found


def _chosen(table: str, cadences: Collection[str] | None, owner: str) -> Iterator[str]:
	if cadences is not None:
		yield f"{table}cadence in %(cadences)s"
	if owner:
		yield f"{table}record_owner = %(owner)s"


def _values(cadences: Collection[str] | None, owner: str) -> dict[str, Any]:
	asked = tuple(cadences or ("",))
	return {"cadences": asked, "owner": owner, "until": getdate() + timedelta(days=DAYS)}


def _by_day(rows: Iterable[Any]) -> Due:
	today, found = getdate(), Due()
	for version, key, owner, day, number in rows:
		found[version or "", key or "", owner or "", max(day, today)] += int(number)
	return found


def _follow_ups(versions: set[str]) -> dict[tuple[str, str], tuple[str, FollowUp]]:
	"""By version and key, with the name of its cadence."""
	known = definitions.load_many({each for each in versions if each})
	return {
		(version, each.key): (cadence.name, each)
		for version, cadence in known.items()
		for each in cadence.follow_ups
	}
