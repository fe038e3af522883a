"""What an activation would set going: how many records, what goes out first, whom it loads (S11.3).

Reckoned with nobody answering, by the engine: answers only shorten what a record goes through.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count as count_up

import frappe

from cadences_app import neighbours
from cadences_app.engine.audience import AudienceKind
from cadences_app.engine.content import CallContent, EmailContent, TaskContent
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.dry_run.script import Script
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.mail.composing.senders import Accounts
from cadences_app.store import clock, views
from cadences_app.store.facts import calendar_of

DAYS = 14
CHUNK = 1000
MOST_RECORDS = 100_000
"""More records are reckoned as these."""


@dataclass
class Forecast:
	"""`count` records begin; `days` and what goes out on each by channel; mails a day by Email Account, tasks
	and calls a day by user."""

	count: int
	first_day: date
	days: list[Counter] = field(default_factory=lambda: [Counter() for _day in range(DAYS)])
	mailboxes: dict[str, Counter] = field(default_factory=dict)
	people: dict[str, Counter] = field(default_factory=dict)
	accounts: Accounts = field(default_factory=Accounts)


def forecast(cadence: Cadence) -> Forecast:
	"""For the records that the session's user sees in the cadence's view; none where people choose them."""
	owners = _owners(cadence)
	today = clock.to_site(clock.now()).date()
	found = Forecast(len(owners), today)
	planned = _planned(cadence)
	for (owner, starts_on), count in Counter(zip(owners, _starting_days(cadence), strict=False)).items():
		for follow_up, on in planned:
			day = (on - today).days + starts_on
			if day < DAYS:
				_add(found, follow_up, day, owner, count)
	return found


def _owners(cadence: Cadence) -> list[str]:
	"""Who looks after each record in the view, as far as the session's user sees it. Raises ViewFailed."""
	if cadence.audience.kind is not AudienceKind.VIEW:
		return []
	neighbour, meta = neighbours.of(cadence.module), frappe.get_meta(cadence.module)
	columns = ["owner", *(each for each in neighbour.owner_fields if meta.has_field(each))]
	audience = replace(cadence.audience, as_user=frappe.session.user)
	names = sorted(views.names_in_view(audience, cadence.module))[:MOST_RECORDS]
	owners = []
	for start in range(0, len(names), CHUNK):
		chunk = {"name": ("in", names[start : start + CHUNK])}
		rows = frappe.get_all(cadence.module, chunk, columns, limit_page_length=0)
		owners += [neighbour.owner_of(row) for row in rows]
	return owners


def _planned(cadence: Cadence) -> list[tuple[FollowUp, date]]:
	"""What goes out to somebody who answers nothing, and on which day."""
	calendar = calendar_of(cadence, None)
	somebody = Record("somebody", {}, zone=calendar.zone, holidays=calendar.holidays)
	run = simulate(cadence, somebody, Script(), clock.now(), timedelta(days=DAYS + 1))
	planned = []
	for key, activity in run.activities.items():
		at = activity.carried_out_at or activity.handed_over_at or activity.due_at
		if at is not None:
			planned.append((cadence.by_key[key], clock.to_site(at).date()))
	return planned


def _starting_days(cadence: Cadence) -> Iterator[int]:
	"""On which day each record begins: as many a day as the cadence takes (S13.2)."""
	a_day = cadence.policy.new_per_day
	return (number // a_day if a_day else 0 for number in count_up())


def _add(found: Forecast, follow_up: FollowUp, day: int, owner: str, count: int) -> None:
	found.days[day][follow_up.channel.value] += count
	content = follow_up.content
	if isinstance(content, EmailContent):
		if account := found.accounts.account_of(content, owner):
			found.mailboxes.setdefault(account, Counter())[day] += count
	elif isinstance(content, TaskContent | CallContent):
		workers = content.assignee.takers(owner)
		for place, user in enumerate(workers):
			share = (count + place) // len(workers)
			found.people.setdefault(user, Counter())[day] += share
