"""What one wants to be told of one's records (S8.7): everybody for themselves."""

import frappe
from frappe import _

from cadences_app.api.answers.enrollments import NoticeSwitch
from cadences_app.api.arguments import as_json, is_yes
from cadences_app.api.calling import whitelist
from cadences_app.runtime import notices
from cadences_app.runtime.notices import Notice


@whitelist()
def own() -> list[NoticeSwitch]:
	"""Each kind with its label: whether one `is_told` of it, and whether the settings keep it from everybody
	(`is_off_for_all`). Needs *read* on Cadence Enrollment."""
	frappe.has_permission("Cadence Enrollment", "read", throw=True)
	return [
		{
			"kind": kind.value,
			"label": _label(kind),
			"is_told": not notices.is_muted_by(frappe.session.user, kind),
			"is_off_for_all": notices.is_muted_for_all(kind),
		}
		for kind in Notice
	]


@whitelist(methods=["POST"])
def choose(told: dict | str) -> None:
	"""Say of which kinds one wants to be told: a switch by kind; those left out stay as they are. Needs
	*read* on Cadence Enrollment."""
	frappe.has_permission("Cadence Enrollment", "read", throw=True)
	switches = as_json(told)
	if not isinstance(switches, dict):
		frappe.throw(_("Expected a switch by kind."))
	known = {each.value: each for each in Notice}
	for kind, is_told in switches.items():
		if kind not in known:
			frappe.throw(_("{0} is none of: {1}").format(kind, ", ".join(known)))
		notices.mute(frappe.session.user, known[kind], not is_yes(is_told))


def _label(kind: Notice) -> str:
	match kind:
		case Notice.REPLY:
			return _("Replies")
		case Notice.BOUNCE:
			return _("Bounces")
		case Notice.UNDELIVERED:
			return _("Messages that did not arrive")
		case Notice.UNSUBSCRIBE:
			return _("Unsubscribes")
		case Notice.MEETING:
			return _("Meetings")
		case Notice.COLLEAGUE:
			return _("Answers of colleagues")
		case Notice.REVIEW:
			return _("Mails and messages that wait for my review")
		case Notice.FAILED:
			return _("Cadences that failed")
