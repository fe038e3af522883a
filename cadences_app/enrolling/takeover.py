"""ERPNext's Email Campaigns as cadences: people under way go on at their place (S15.5).

ERPNext sends a campaign's mail on the day that is just so many days after the start. What has gone out, or
whose day is past, is not sent again; the next mail goes out on its own day. The transaction that enrolls
people closes the Email Campaigns that they were in, so that nobody is written to by both.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate, now_datetime, nowdate

from cadences_app import neighbours
from cadences_app.engine.content import EmailContent
from cadences_app.engine.definition import Cadence
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.enrolling import activation
from cadences_app.enrolling.enroll import enroll, find_active
from cadences_app.enrolling.form.definition import fill
from cadences_app.enrolling.newcomers import Beginning
from cadences_app.enrolling.result import REFUSED, EnrollAnswer
from cadences_app.store import clock, compat
from cadences_app.store.rights import changeable, readable_records

CAMPAIGN, OLD = "Campaign", "Email Campaign"
MODULES = ("Lead", "Contact")
OVER = ("Completed", "Unsubscribed")
"""ERPNext writes to whoever is in any other state, a blank one too."""
SENT_AT = time(9)
"""The time of day at which the next mail of a campaign that was taken over is due, at the earliest."""


@dataclass
class Account:
	"""What became of a campaign: the cadence for each module, and how many Email Campaigns ended how."""

	cadences: dict[str, str] = field(default_factory=dict)
	enrolled: int = 0
	finished: int = 0
	"""Closed: they have had every mail."""
	left: dict[str, int] = field(default_factory=dict)
	"""Not enrolled, by the reason."""


@dataclass(frozen=True, slots=True)
class Place:
	"""Where somebody stands in a campaign: the number of the next mail, the day on which it is due, and the
	follow-up that it is in the cadence."""

	number: int
	day: date
	follow_up: str = ""


def campaigns() -> list[dict[str, Any]]:
	"""The campaigns with Email Campaigns under way: name, how many for which kind of recipient."""
	kinds = ["campaign_name", "email_campaign_for"]
	shown = compat.select_readable(OLD, {"status": ("not in", OVER)}, kinds)
	rows = frappe.db.sql(
		f"select {', '.join(kinds)}, count(*) as running from ({shown}) shown "
		f"group by {', '.join(kinds)} order by {', '.join(kinds)}",
		as_dict=True,
	)
	return [{**row, "can_be_taken_over": row.email_campaign_for in MODULES} for row in rows]


def take_over(campaign: str) -> Account:
	"""Make the campaign a cadence for each kind of recipient, and enroll those under way at their place.

	Needs *create* on Cadence and Cadence Enrollment, *write* on the cadence to activate it, and *write* on
	Email Campaign: those that the user may not change are left. Doing it again takes over what came since.
	Email Groups are left: their members are no records.
	"""
	frappe.has_permission("Cadence", "create", throw=True)
	frappe.has_permission(OLD, "write", throw=True)
	schedule = _schedule_of(campaign)
	account = Account()
	for module in MODULES:
		running = _without_gone(account, module, _changeable(account, _lock_running(campaign, module)))
		if running:
			account.cadences[module] = _cadence_for(campaign, module, schedule)
			_move(account, account.cadences[module], schedule, running)
	of_groups = {"campaign_name": campaign, "email_campaign_for": "Email Group", "status": ("not in", OVER)}
	if groups := frappe.get_list(OLD, of_groups, pluck="name", limit_page_length=0):
		account.left[_("Email Groups are not taken over")] = len(groups)
	return account


def _schedule_of(campaign: str) -> list[Any]:
	doc = frappe.get_doc(CAMPAIGN, campaign)
	doc.check_permission("read")
	schedule = sorted(doc.campaign_schedules, key=lambda row: (cint(row.send_after_days), row.idx))
	if not schedule:
		frappe.throw(_("Campaign {0} has no schedule.").format(campaign))
	return schedule


def _lock_running(campaign: str, module: str) -> list[Any]:
	table = frappe.qb.DocType(OLD)
	query = (
		frappe.qb.from_(table)
		.select(table.name, table.recipient, table.start_date)
		.where((table.campaign_name == campaign) & (table.email_campaign_for == module))
		.where(table.status.isnull() | table.status.notin(OVER))
		.orderby(table.name)
		.for_update()
	)
	return query.run(as_dict=True)


def _changeable(account: Account, running: list[Any]) -> list[Any]:
	"""Those that the user may read and change; of the others that they may read the account tells."""
	readable = readable_records(OLD, [row.name for row in running])
	seen = [row for row in running if row.name in readable]
	found = changeable(seen, OLD)
	if len(found) < len(seen):
		account.left[_("You may not change the Email Campaign")] = len(seen) - len(found)
	return found


def _without_gone(account: Account, module: str, running: list[Any]) -> list[Any]:
	"""Close those of records that were deleted, at which ERPNext's own job stops every day."""
	names = {row.recipient for row in running}
	there = set(frappe.get_all(module, {"name": ("in", names)}, pluck="name", limit_page_length=0))
	if gone := [row.name for row in running if row.recipient not in there]:
		_close(gone)
		account.left[_("The record was deleted")] = len(gone)
	return [row for row in running if row.recipient in there]


def _cadence_for(campaign: str, module: str, schedule: list[Any]) -> str:
	"""The active cadence of that name, made if there is none: a chain of mails with their days between. One
	that somebody deactivated stays so."""
	name = f"{campaign} ({module})"[:100]
	if not frappe.db.exists("Cadence", name):
		doc = frappe.new_doc("Cadence")
		fill(doc, Cadence.from_dict(_definition(name, module, schedule)))
		doc.insert()
	doc = frappe.get_doc("Cadence", name)
	if doc.module != module:
		frappe.throw(_("There is a cadence {0} for another module.").format(name))
	if doc.status == CadenceStatus.INACTIVE:
		frappe.throw(_("The cadence {0} is inactive: reactivate it first.").format(name))
	if doc.status != CadenceStatus.ACTIVE:
		doc.check_permission("write")
		activation.activate(doc)
	return str(doc.name)


def _definition(name: str, module: str, schedule: list[Any]) -> dict[str, Any]:
	meta = frappe.get_meta(module)
	to_field = next(each for each in neighbours.of(module).email_fields if meta.has_field(each))
	follow_ups: list[dict[str, Any]] = []
	days_before = 0
	for number, row in enumerate(schedule, 1):
		wait = {"amount": cint(row.send_after_days) - days_before, "unit": "Days"}
		follow_up = {
			"key": _key(number),
			"title": str(row.email_template),
			"channel": "Email",
			"timing": {"delay": wait},
			"content": {"to_field": to_field, "variants": [{"template": row.email_template}]},
		}
		if follow_ups:
			follow_up |= {"parent": _key(number - 1), "trigger": {"outcome": "Carried Out"}}
		follow_ups.append(follow_up)
		days_before = cint(row.send_after_days)
	description = _("Taken over from the campaign {0}.").format(name)
	return {"name": name, "module": module, "description": description, "follow_ups": follow_ups}


def _key(number: int) -> str:
	return f"mail_{number}"


def _move(account: Account, cadence: str, schedule: list[Any], running: list[Any]) -> None:
	"""Enroll the recipients, those at the same place together, and close their Email Campaigns."""
	places: dict[Place, list[Any]] = defaultdict(list)
	keys = _follow_ups_of(schedule, find_active(cadence).definition)
	sent_today = _sent_today([row.name for row in running])
	finished, other_mails = [], 0
	for row in running:
		place = _place_of(row, schedule, sent_today.get(row.name, set()))
		if place is None:
			finished.append(row.name)
		elif key := keys[place.number]:
			places[replace(place, follow_up=key)].append(row)
		else:
			other_mails += 1
	if other_mails:
		account.left[_("The cadence lacks the next mail of the campaign")] = other_mails
	account.finished += len(finished)
	_close(finished)
	for place, rows in places.items():
		_enroll(account, cadence, place, rows)


def _place_of(row: Any, schedule: list[Any], sent_today: set[str]) -> Place | None:
	"""The first mail whose day is still to come, or is today and has not gone out; None: there is none."""
	today = getdate(nowdate())
	for number, entry in enumerate(schedule, 1):
		day = getdate(row.start_date) + timedelta(days=cint(entry.send_after_days))
		if day > today or (day == today and entry.email_template not in sent_today):
			return Place(number, day)
	return None


def _follow_ups_of(schedule: list[Any], definition: Cadence) -> dict[int, str]:
	"""The follow-up that each mail of the campaign is in the cadence, blank where it is none: either may have
	been edited since the cadence was made, and whoever began elsewhere would get mails that they had."""
	sends = {
		each.key: {variant.template for variant in each.content.variants}
		for each in definition.follow_ups
		if isinstance(each.content, EmailContent)
	}
	planned = {row.email_template for row in schedule}
	found = {}
	for number, row in enumerate(schedule, 1):
		key = _key(number)
		same = [each for each, templates in sends.items() if row.email_template in templates]
		is_another = bool(same) or key not in sends or not planned.isdisjoint(sends[key])
		found[number] = key if key in same or not is_another else next(iter(same), "")
	return found


def _sent_today(names: list[str]) -> dict[str, set[str]]:
	"""The templates that ERPNext has sent today, by Email Campaign."""
	rows = frappe.get_all(
		"Communication",
		{
			"reference_doctype": OLD,
			"reference_name": ("in", names),
			"creation": (">=", nowdate()),
			"email_template": ("is", "set"),
		},
		["reference_name", "email_template"],
		limit_page_length=0,
	)
	found: dict[str, set[str]] = defaultdict(set)
	for row in rows:
		found[row.reference_name].add(row.email_template)
	return found


def _enroll(account: Account, cadence: str, place: Place, rows: list[Any]) -> None:
	due = datetime.combine(place.day, SENT_AT)
	not_before = clock.from_site(due) if due > now_datetime() else None
	names = [row.recipient for row in rows]
	result = enroll(cadence, names, beginning=Beginning(place.follow_up, not_before))
	closed = []  # who could not be looked at stays in the Email Campaign
	for row in rows:
		answer = result.answers[row.recipient]
		if answer in (EnrollAnswer.ENROLLED, EnrollAnswer.WAITING):
			account.enrolled += 1
		else:
			why = _(answer.value)
			account.left[why] = account.left.get(why, 0) + 1
		if answer not in REFUSED:
			closed.append(row.name)
	_close(closed)


def _close(names: Iterable[str]) -> None:
	"""ERPNext's own check refuses to save a campaign that has begun, so the column is written."""
	names = list(names)
	if names:
		frappe.db.set_value(OLD, {"name": ("in", names)}, "status", "Completed")
