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
from cadences_app.channels import sample_text
from cadences_app.channels.occasion import CannotReach
from cadences_app.engine.audience import AudienceKind
from cadences_app.engine.content import CallContent, EmailContent, MessageContent, TaskContent
from cadences_app.engine.definition import Cadence, FollowUp
from cadences_app.engine.dry_run.script import Script
from cadences_app.engine.dry_run.simulation import Record, simulate
from cadences_app.enrolling import try_out
from cadences_app.mail.composing.senders import Accounts
from cadences_app.messages import costs
from cadences_app.messages.parts import count_parts
from cadences_app.store import clock, views
from cadences_app.store.facts import calendar_of

DAYS = 14
CHUNK = 1000
MOST_RECORDS = 100_000
"""More records are reckoned as these."""
FILLED = 5
"""For so many records the messages are filled, to see in how many parts they go out."""


@dataclass
class Forecast:
	"""`count` records begin; `days` and what goes out on each by channel; mails a day by Email Account,
	messages a day by service and what they cost, tasks and calls a day by user."""

	count: int
	first_day: date
	days: list[Counter] = field(default_factory=lambda: [Counter() for _day in range(DAYS)])
	mailboxes: dict[str, Counter] = field(default_factory=dict)
	people: dict[str, Counter] = field(default_factory=dict)
	services: dict[str, Counter] = field(default_factory=dict)
	costs: Counter = field(default_factory=Counter)
	prices: dict[str, float] = field(default_factory=dict)
	accounts: Accounts = field(default_factory=Accounts)


def forecast(cadence: Cadence) -> Forecast:
	"""For the records that the session's user sees in the cadence's view; none where people choose them."""
	names, owners = _in_view(cadence)
	today = clock.to_site(clock.now()).date()
	found = Forecast(len(owners), today)
	planned = _planned(cadence)
	found.prices = {each.key: _price(each, cadence, names[:FILLED]) for each, _day in planned}
	for (owner, starts_on), count in Counter(zip(owners, _starting_days(cadence), strict=False)).items():
		for follow_up, on in planned:
			day = (on - today).days + starts_on
			if day < DAYS:
				_add(found, follow_up, day, owner, count)
	return found


def _in_view(cadence: Cadence) -> tuple[list[str], list[str]]:
	"""The records in the view, as far as the session's user sees it, and who looks after each. Raises
	ViewFailed."""
	if cadence.audience.kind is not AudienceKind.VIEW:
		return [], []
	neighbour, meta = neighbours.of(cadence.module), frappe.get_meta(cadence.module)
	columns = ["owner", *(each for each in neighbour.owner_fields if meta.has_field(each))]
	audience = replace(cadence.audience, as_user=frappe.session.user)
	names = sorted(views.names_in_view(audience, cadence.module))[:MOST_RECORDS]
	owners = []
	for start in range(0, len(names), CHUNK):
		chunk = {"name": ("in", names[start : start + CHUNK])}
		rows = frappe.get_all(cadence.module, chunk, columns, limit_page_length=0)
		owners += [neighbour.owner_of(row) for row in rows]
	return names, owners


def _price(follow_up: FollowUp, cadence: Cadence, names: list[str]) -> float:
	"""What a message of it costs on average, as it is filled for these records."""
	content = follow_up.content
	price = costs.price_of(content) if isinstance(content, MessageContent) else 0.0
	if not price:
		return 0.0
	parts = [each for name in names if (each := _parts(follow_up, cadence, name))]
	return price * (sum(parts) / len(parts) if parts else count_parts(content.text).count)


def _parts(follow_up: FollowUp, cadence: Cadence, name: str) -> int:
	"""In how many parts it goes out to this record; 0 where it would not."""
	try:
		found = sample_text.sample_of(try_out.imagined(cadence, name), follow_up.key, clock.now())
	except (CannotReach, frappe.ValidationError):
		frappe.clear_messages()
		return 0
	return 0 if found.block else found.parts


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
	elif isinstance(content, MessageContent):
		found.services.setdefault(content.service.value, Counter())[day] += count
		found.costs[content.service.value] += count * found.prices[follow_up.key]
	elif isinstance(content, TaskContent | CallContent):
		workers = content.assignee.takers(owner)
		for place, user in enumerate(workers):
			share = (count + place) // len(workers)
			found.people.setdefault(user, Counter())[day] += share
