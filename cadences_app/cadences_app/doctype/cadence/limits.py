"""How many cadences and follow-ups the settings allow (S1.4), and calls for deals (S1.5)."""

from typing import Any

import frappe
from frappe import _

from cadences_app import neighbours
from cadences_app.engine.channels import all_channels, traits_of
from cadences_app.engine.content import Channel


class LimitReached(frappe.ValidationError):
	"""The message names the limit."""


class CallsNotAllowed(frappe.ValidationError):
	pass


def refuse_excess(doc: Any) -> None:
	"""Raises LimitReached. 0 in the settings means no limit."""
	settings = frappe.get_cached_doc("Cadence Settings")
	if doc.is_new():
		_refuse_above(settings, "max_cadences", frappe.db.count("Cadence") + 1)
		in_module = frappe.db.count("Cadence", {"module": doc.module}) + 1
		_refuse_above(settings, "max_cadences_per_module", in_module)
	for channel in all_channels():
		if limit := traits_of(channel).limit:
			_refuse_above(settings, limit, sum(row.channel == channel for row in doc.follow_ups))


def refuse_calls_for_deals(doc: Any) -> None:
	if not any(row.channel == Channel.CALL for row in doc.follow_ups):
		return
	if not neighbours.of(doc.module).is_deal(doc.module):
		return
	if not frappe.get_cached_doc("Cadence Settings").allow_calls_for_deals:
		frappe.throw(
			_("Cadences for {0} can't have calls. Cadence Settings can allow them.").format(_(doc.module)),
			CallsNotAllowed,
		)


def _refuse_above(settings: Any, limit: str, count: int) -> None:
	allowed = settings.get(limit)
	if allowed and count > allowed:
		label = _(settings.meta.get_label(limit))
		frappe.throw(
			_("Over the limit “{0}” in Cadence Settings: {1} are allowed, this would be {2}.").format(
				label, allowed, count
			),
			LimitReached,
		)
