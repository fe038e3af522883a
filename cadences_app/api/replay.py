"""Replay (S11.4): the form as it stands on the screen over what happened in a past period."""

from datetime import date, timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime

from cadences_app.api.answers.cadences import Replay
from cadences_app.api.arguments import day
from cadences_app.api.builder import unsaved
from cadences_app.api.calling import whitelist
from cadences_app.cadences_app.doctype.cadence import drafts
from cadences_app.enrolling import replaying

LONGEST_PERIOD = 366  # days


@whitelist(methods=["POST"])
def replay(doc: dict | str, since: str, until: str) -> Replay:
	"""Who of those who began on these days would have got or done something else under the form, and what.

	Needs *write* on the cadence, which has to be saved; records that the user may not read are left out.
	`looked_at` runs, at most 500, `has_more` if there were more; `rows` are those that differ, in words.
	"""
	draft = unsaved(doc)
	if not draft.name or not frappe.db.exists("Cadence", draft.name):
		frappe.throw(_("Save the cadence first."))
	first, last = _days(since, until)
	definition = drafts.read(draft)
	if definition.module != frappe.db.get_value("Cadence", draft.name, "module"):
		frappe.throw(_("The module was changed: nobody of it was in this cadence."))
	end = get_datetime(last) + timedelta(days=1) - timedelta(microseconds=1)
	found = replaying.replay(definition, draft.name, get_datetime(first), end)
	return {
		"looked_at": found.looked_at,
		"has_more": found.has_more,
		"endless": found.endless,
		"module": definition.module,
		"rows": [
			{
				"enrollment": each.enrollment,
				"record": each.record,
				"title": each.title,
				"started_at": str(each.started_at),
				"told": list(each.told),
				"leaves_earlier": each.leaves_earlier,
			}
			for each in found.rows
		],
	}


def _days(since: str, until: str) -> tuple[date, date]:
	if not since or not until:
		frappe.throw(_("Choose the first and the last day."))
	first, last = day(since), day(until)
	if not 0 <= (last - first).days <= LONGEST_PERIOD:
		frappe.throw(_("Choose at most a year, the first day before the last."))
	return first, last
