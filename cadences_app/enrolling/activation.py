"""Publishing a cadence, halting it and setting it going again (S1.6, S1.7, S7)."""

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from cadences_app import neighbours
from cadences_app.audience import opening, sweep
from cadences_app.engine.audience import Entering
from cadences_app.engine.checking.check import check
from cadences_app.engine.content import EmailContent
from cadences_app.engine.definition import Cadence
from cadences_app.engine.events import (
	CadenceDeactivated,
	CadenceRepublished,
	Event,
	Republish,
	ResumeRequested,
)
from cadences_app.engine.runs import edited_follow_ups
from cadences_app.engine.statuses import CadenceStatus
from cadences_app.enrolling import stories, telling
from cadences_app.enrolling.email_faults import email_faults
from cadences_app.enrolling.fault_sentences import ToldFault, of_follow_up, sentences, tell
from cadences_app.enrolling.field_faults import field_faults
from cadences_app.enrolling.form.definition import definition_of
from cadences_app.enrolling.message_faults import message_faults
from cadences_app.enrolling.publisher_faults import publisher_faults
from cadences_app.enrolling.text_faults import text_faults
from cadences_app.enrolling.uses import missing_faults
from cadences_app.mail.composing.published_files import pin
from cadences_app.mail.composing.recipients import CONTACT
from cadences_app.mail.composing.senders import NoSender, find_sender
from cadences_app.store import definitions, long_jobs, markup, views
from cadences_app.store.long_jobs import JobKind

MOST_HELD_OUT = 90  # percent


class CadenceFaulty(frappe.ValidationError):
	"""The cadence can't work; the message names each fault with its follow-up (S1.6)."""


def find_faults(definition: Cadence) -> list[str]:
	"""Everything that keeps the cadence from being activated, as sentences."""
	return sentences(tell_faults(definition))


def faults_of(doc: Any, definition: Cadence) -> list[str]:
	"""The same of a form, with the stories that it requires to hold (S1.10)."""
	found = find_faults(definition)
	return found or stories.failing_required(doc, definition)


def tell_faults(definition: Cadence) -> list[ToldFault]:
	"""The same, each with the follow-up or rule that it is in."""
	meta = frappe.get_meta(definition.module)
	fields = {"name", "owner", "creation", "modified", CONTACT, *(each.fieldname for each in meta.fields)}
	templates = {
		variant.template
		for follow_up in definition.follow_ups
		for variant in getattr(follow_up.content, "variants", ())
	}
	known = (
		frappe.get_all("Email Template", {"name": ("in", list(templates))}, pluck="name") if templates else ()
	)
	faults = check(definition, getdate(), set(known), fields, _may_call(definition.module))
	told = [tell(fault, definition) for fault in faults]
	told += _view_faults(definition)
	told += _missing_senders(definition) + email_faults(definition, definition.module)
	told += message_faults(definition) + field_faults(definition)
	told += text_faults(definition) + missing_faults(definition)
	return told + publisher_faults(definition)


def _view_faults(definition: Cadence) -> list[ToldFault]:
	"""What keeps the view from being evaluated, and settings of it that make no sense."""
	audience = definition.audience
	if not sweep.is_view(definition):
		return []
	texts = []
	try:
		views.select_names(audience, definition.module)
	except views.ViewFailed as failed:
		texts.append(_("The view can't be evaluated: {0}").format(failed))
	if audience.entering is Entering.AT_INTERVALS and audience.every.amount < 1:
		texts.append(_("Records enter at intervals of at least one hour."))
	if not 0 <= audience.holdout <= MOST_HELD_OUT:
		texts.append(_("At most {0} percent of the audience can be held out.").format(MOST_HELD_OUT))
	return [ToldFault(text, text) for text in texts]


def _missing_senders(definition: Cadence) -> list[ToldFault]:
	"""Emails that no Email Account of this site would send."""
	found = []
	for follow_up in definition.follow_ups:
		if isinstance(follow_up.content, EmailContent):
			try:
				account = find_sender(follow_up.content, owner=None).account
			except (NoSender, ValueError) as fault:
				found.append(of_follow_up(follow_up, definition, str(fault)))
			else:
				if not frappe.db.get_value("Email Account", account, "enable_outgoing"):
					text = _("outgoing mail is switched off in its Email Account {0}.").format(account)
					found.append(of_follow_up(follow_up, definition, text))
	return found


def activate(doc: Any, *, enroll_present: bool = False) -> str:
	"""Publish a Draft and let records in: those who are in the view already only if asked to (S2.3).

	Returns the version's name. Raises CadenceFaulty.
	"""
	if doc.status == CadenceStatus.ACTIVE:
		frappe.throw(_("Cadence {0} is active already.").format(doc.name))
	_set_going(doc, _store_version(doc, _read_without_faults(doc)))
	opening.open_view(doc, enroll_present=enroll_present)
	return doc.version


def publish(doc: Any, choice: Republish = Republish.STOP_EDITED, *, enroll_present: bool = False) -> str:
	"""Make the edited cadence the next version; `choice` says what becomes of the records under way (S1.7).

	If its view was edited, `enroll_present` is asked as on activation. Returns the version's name; the same
	one when nothing was edited. Raises CadenceFaulty.
	"""
	if doc.status == CadenceStatus.DRAFT:
		frappe.throw(_("Cadence {0} was never activated: activating publishes it.").format(doc.name))
	edited = _read_without_faults(doc)
	before, version = definitions.load(doc.version), _store_version(doc, edited)
	if version == doc.version:
		return version
	doc.db_set("version", version)
	definitions.forget_modules()
	opening.reopen_view(doc, before, enroll_present=enroll_present)
	if choice is not Republish.FINISH:
		telling.tell(doc.name, JobKind.PUBLISH, _republished(before, version, choice))
	return version


def _republished(before: Cadence, version: str, choice: Republish) -> CadenceRepublished:
	return CadenceRepublished(edited_follow_ups(before, definitions.load(version)), choice, version)


def deactivate(doc: Any) -> None:
	"""Halt everything scheduled. It holds at once, since the runner and the mail job look at the cadence's
	status; the enrollments are marked by the workers (S7.1)."""
	if doc.status != CadenceStatus.ACTIVE:
		frappe.throw(_("Cadence {0} is not active.").format(doc.name))
	doc.db_set("status", CadenceStatus.INACTIVE.value)
	definitions.forget_modules()
	telling.tell(doc.name, JobKind.DEACTIVATE, CadenceDeactivated())


def reactivate(
	doc: Any,
	*,
	unenroll_unmatched: bool = False,
	resume_halted: bool = False,
	enroll_present: bool = False,
	choice: Republish = Republish.STOP_EDITED,
) -> None:
	"""Set an inactive cadence going again (S7.2); what was edited meanwhile is published by it, and `choice`
	says what becomes of the records under way (S1.7). Without `resume_halted` what was halted stays so;
	without `enroll_present` whoever is in the view by now and never was in the cadence stays out.

	Who is to be resumed may not be marked as halted yet: the inbox entry that does it lies before this one.
	"""
	if doc.status != CadenceStatus.INACTIVE:
		frappe.throw(_("Cadence {0} is not inactive.").format(doc.name))
	if long_jobs.is_unfinished(doc.name, JobKind.DEACTIVATE):
		frappe.throw(_("Cadence {0} is still being halted. Try again in a minute.").format(doc.name))
	before, earlier = definitions.load(doc.version), doc.version
	_set_going(doc, _store_version(doc, _read_without_faults(doc)))
	opening.open_view(doc, enroll_present=enroll_present)
	if unenroll_unmatched and sweep.is_view(definitions.load(doc.version)):
		telling.take_out_unmatched(doc.name)
	told: list[Event] = []
	if doc.version != earlier and choice is not Republish.FINISH:
		told.append(_republished(before, doc.version, choice))
	if resume_halted:
		told.append(ResumeRequested())
	if told:
		telling.tell(doc.name, JobKind.REACTIVATE, *told)


def make_version_for_trial(doc: Any) -> None:
	"""Set the cadence going as it is edited now, without telling anybody: for a trial that is undone. Its
	number is no other version's, so that it stands in nobody's way who publishes meanwhile."""
	_set_going(doc, _store_version(doc, _read_without_faults(doc), number=0))


def _read_without_faults(doc: Any) -> Cadence:
	"""What the form says now. Raises CadenceFaulty if that can't work."""
	definition = definition_of(doc)
	if faults := faults_of(doc, definition):
		frappe.throw(faults, CadenceFaulty, title=_("This cadence can't work yet"), as_list=True)
	return definition


def _may_call(module: str) -> bool:
	"""S1.5: no calls in cadences for deals, unless the settings allow them."""
	if not neighbours.of(module).is_deal(module):
		return True
	return bool(frappe.db.get_single_value("Cadence Settings", "allow_calls_for_deals"))


def _store_version(doc: Any, edited: Cadence, number: int | None = None) -> str:
	"""The version that holds the cadence as it is edited now; a new one only if it differs from the last. It
	has this `number`, or the next."""
	definition = markup.in_json(json.dumps(edited.to_dict(), indent=1, sort_keys=True))
	files = pin(url for each in edited.follow_ups for url in getattr(each.content, "attachments", ()))
	if doc.version and _is_stored(doc.version, definition, files):
		return doc.version
	if number is None:
		earlier = {"cadence": doc.name}
		numbers = frappe.get_all("Cadence Version", earlier, pluck="number", order_by="number desc", limit=1)
		number = numbers[0] + 1 if numbers else 1
	version = frappe.get_doc(
		{
			"doctype": "Cadence Version",
			"cadence": doc.name,
			"number": number,
			"definition": definition,
			"files": files,
			"published_by": frappe.session.user,
			"published_at": now_datetime(),
		}
	)
	return version.insert(ignore_permissions=True).name


def _is_stored(version: str, definition: str, files: str) -> bool:
	stored = frappe.db.get_value("Cadence Version", version, ["definition", "files"])
	return (stored[0], stored[1] or "{}") == (definition, files)


def _set_going(doc: Any, version: str) -> None:
	doc.db_set({"status": CadenceStatus.ACTIVE.value, "version": version})
	definitions.forget_modules()
