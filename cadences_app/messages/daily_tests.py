"""How many test messages a user may send on a day: each is paid for, and nothing else bounds them (S11.2)."""

import frappe
from frappe import _
from frappe.utils import cint, nowdate

from cadences_app.store.turns import count_on, counter_of, hold


def count_one() -> None:
	"""Count a test message of the session's user, today in the site's time. Raises ValidationError if the
	settings allow no further one.

	The caller commits before it sends: what the gateway refuses or is silent about may be paid for as well.
	"""
	cap = cint(frappe.get_cached_doc("Cadence Settings").test_messages_per_day)
	counter = counter_of("test messages", frappe.session.user, nowdate())
	if cap and hold(counter) >= cap:
		frappe.throw(_("Test messages that a user may send on a day: {0}. Try again tomorrow.").format(cap))
	count_on({counter: 1})
