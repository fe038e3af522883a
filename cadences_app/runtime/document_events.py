"""Document events become entries of the inbox. Nothing is decided here, and no save fails because of it.

What a document concerns is found out without a query, so a save of what no cadence concerns costs none. The
rest happens in a savepoint: a fault of ours is undone alone, logged, and the document looked at again by a
worker.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import frappe

from cadences_app import neighbours
from cadences_app.audience import entering
from cadences_app.channels import call, call_logs, handing_over, meetings, reports, task
from cadences_app.engine.events import RecordChanged
from cadences_app.engine.watching import ANY_FIELD, watched_fields
from cadences_app.journeys import noting
from cadences_app.messages import whatsapp
from cadences_app.runtime import renaming
from cadences_app.store import authors, definitions, inbox, refusals, refusing
from cadences_app.store.inbox import InboxEntry
from cadences_app.store.later import enqueue_after_commit
from cadences_app.store.live import LiveEnrollment, Record, live_enrollments
from cadences_app.store.names import new_name
from cadences_app.workflows import listening

Observer = Callable[[], None]

ALIGNED: dict[str, Callable[[Any], None]] = {"ToDo": task.align, "CRM Task": task.align, "Event": call.align}
OBSERVED: dict[str, Callable[[Any, Any | None], None]] = {
	"ToDo": task.observe,
	"CRM Task": task.observe,
	"Event": call.observe,
}
CALL_LOGS = ("Call Log", "CRM Call Log")


def before_validate(doc: Any, method: str | None = None) -> None:
	"""A task or call of a cadence that is about to be saved: its fields are brought in step."""
	if doc.doctype in ALIGNED and doc.get("cadence_activity"):
		try:
			ALIGNED[doc.doctype](doc)
		except Exception:  # noqa: BLE001 - the user's save goes on with what was entered
			_log(doc)


def on_change(doc: Any, method: str | None = None) -> None:
	"""Any document was inserted, saved or changed in one of its columns.

	But an Error Log: what fails here for every document would log another one for each, without end.
	"""
	if doc.flags.in_delete or doc.doctype == "Error Log":
		return
	before = doc.get_doc_before_save()
	_note_entering(doc, before)
	if not doc.flags.by_cadence:
		_observe(doc, partial(_observers, doc, before))
	_observe(doc, partial(_observers_for_journeys, doc))


def after_delete(doc: Any, method: str | None = None) -> None:
	_observe(doc, partial(_observers_of_deletion, doc))
	_observe(doc, partial(_observers_for_journeys, doc, is_gone=True))


def before_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	if merge and doc.doctype in definitions.modules():
		_observe(doc, lambda: [partial(renaming.prepare_merge, doc.doctype, old, new)])


def after_rename(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	if doc.doctype in ("Cadence", "DocType") or doc.doctype in definitions.modules():
		_observe(doc, lambda: [partial(renaming.keep_keys, doc.doctype, old, new)])


def observe_again(doctype: str, name: str, for_site: bool = False) -> None:
	"""Look once more at a document whose observation failed. What was observed then counts once.

	`for_site`: whoever saved it speaks for the site (`store/authors.py`).
	"""
	if not frappe.db.exists(doctype, name):
		gone = frappe.get_doc({"doctype": doctype, "name": name, "cadence_activity": ANY_FIELD})
		observers = [*_observers_of_deletion(gone), *_observers_for_journeys(gone, is_gone=True)]
	else:
		doc = frappe.get_doc(doctype, name)
		doc.flags.ignore_permissions = doc.flags.in_receive = for_site
		observers = [*_observers(doc, None), *_observers_for_journeys(doc)]
	for observe in observers:
		observe()


def _note_entering(doc: Any, before: Any | None) -> None:
	"""It writes nothing, so there is nothing to undo; what it misses, the sweep finds."""
	try:
		entering.note(doc, before)
	except Exception:  # noqa: BLE001 - whatever it is, it must not break the user's save
		_log(doc)


def _observers(doc: Any, before: Any | None) -> Iterator[Observer]:
	"""What there is to look at in this document: one query for a record of a module that changed in what a
	cadence may look at, none for others."""
	if doc.doctype in OBSERVED and doc.get("cadence_activity"):
		yield partial(OBSERVED[doc.doctype], doc, before)
	elif doc.doctype == "Event" and meetings.concerns(doc, before):
		yield partial(meetings.observe, doc, before)
	elif doc.doctype in CALL_LOGS and definitions.modules():
		yield partial(call_logs.observe, doc, before)
	elif whatsapp.concerns(doc) and definitions.modules():
		yield partial(_observe_whatsapp, doc)
	elif doc.doctype == "Communication" and _is_incoming_mail(doc) and definitions.modules():
		yield partial(_observe_mail, doc)
	elif doc.doctype == "Email Unsubscribe" and definitions.modules():
		yield partial(_observe_unsubscribe, doc)
	elif refused := _newly_refused(doc, before):
		yield partial(_observe_refusal, doc, refused)
	if live := live_enrollments(_records_touched(doc, before)):
		yield partial(_tell_enrollments, doc, before, live)
		if handing_over.concerns(doc, before):
			yield partial(handing_over.observe, doc, before, live)
	if listening.concerns(doc, before):
		yield partial(listening.observe, doc, before)


def _observers_of_deletion(doc: Any) -> Iterator[Observer]:
	if doc.doctype in OBSERVED and doc.get("cadence_activity"):
		yield partial(_report_deleted, doc)
	if live := live_enrollments(_records_touched(doc)):
		yield partial(_tell_enrollments, doc, None, live)


def _observers_for_journeys(doc: Any, is_gone: bool = False) -> Iterator[Observer]:
	"""Apart from the others: conditions of journeys that can't be asked cost them nothing (S9.5)."""
	if noting.concerns(doc.doctype):
		yield partial(noting.note_gone if is_gone else noting.note, doc.doctype, str(doc.name))


def _records_touched(doc: Any, before: Any | None = None) -> list[Record]:
	"""The document itself, unless it is new: nobody can have enrolled it yet; or changed in nothing that any
	cadence looks at; and those behind it."""
	modules = definitions.modules()
	is_record = doc.doctype in modules and not doc.flags.in_insert and _may_matter(doc, before)
	found = [(doc.doctype, str(doc.name))] if is_record else []
	return found + [each for each in neighbours.records_behind(doc) if each[0] in modules]


def _may_matter(doc: Any, before: Any | None) -> bool:
	"""Whether a field changed that some cadence of the module, or who knows the module, looks at."""
	if before is None:
		return True
	watched = definitions.fields_watched(doc.doctype) | neighbours.of(doc.doctype).watched_fields()
	return ANY_FIELD in watched or any(doc.has_value_changed(field) for field in watched)


def _is_incoming_mail(doc: Any) -> bool:
	return doc.sent_or_received == "Received" and doc.communication_medium == "Email"


def _observe_mail(doc: Any) -> None:
	from cadences_app.mail.receiving import inbound

	inbound.observe(doc)


def _observe_whatsapp(doc: Any) -> None:
	from cadences_app.messages import whatsapp_events

	whatsapp_events.observe(doc)


def _observe_unsubscribe(doc: Any) -> None:
	from cadences_app.mail.tracking import unsubscribe

	unsubscribe.observe(doc)


def _newly_refused(doc: Any, before: Any | None) -> set[str]:
	"""The addresses of whom the document says, and did not say before, that they may not be contacted."""
	if not definitions.modules():
		return set()
	return refusing.told_by(doc) - (refusing.told_by(before) if before is not None else set())


def _observe_refusal(doc: Any, addresses: set[str]) -> None:
	"""Somebody wants to hear nothing more, told at one of their records: the others are looked at (S6.1a)."""
	refusals.tell_of(addresses, f"{doc.doctype} {doc.name}", apart_from=(doc.doctype, str(doc.name)))


def _report_deleted(doc: Any) -> None:
	origin = reports.origin_of(doc.doctype, doc.name)
	if origin is not None:
		reports.report_deleted(origin)


def _tell_enrollments(doc: Any, before: Any | None, live: list[LiveEnrollment]) -> None:
	"""Tell live enrollments that their record may read differently now."""
	versions = definitions.load_many({each.version for each in live}) if before is not None else {}
	inbox.record(
		InboxEntry(each.name, each.cadence, RecordChanged(), source=frappe.session.user)
		for each in live
		if before is None or _matters(doc, each, versions)
	)


def _matters(doc: Any, enrollment: LiveEnrollment, versions: dict[str, Any]) -> bool:
	"""Whether a field changed that this enrollment's definition, or who knows the module, looks at."""
	if enrollment.record != (doc.doctype, str(doc.name)) or enrollment.version not in versions:
		return True
	watched = watched_fields(versions[enrollment.version]) | neighbours.of(doc.doctype).watched_fields()
	return ANY_FIELD in watched or any(doc.has_value_changed(field) for field in watched)


def _observe(doc: Any, find: Callable[[], Iterable[Observer]]) -> None:
	"""Observe what there is to look at, in a savepoint of its own. A fault of ours is undone, logged and left
	to a worker."""
	savepoint, messages = "", len(frappe.local.message_log)
	try:
		observers = list(find())
		if not observers:
			return
		name = f"cadence_{new_name()}"
		frappe.db.savepoint(name)
		savepoint = name
		for observe in observers:
			observe()
	except frappe.QueryDeadlockError:
		raise  # the database has undone the user's whole transaction: only they can do it again
	except Exception:  # noqa: BLE001 - whatever it is, it must not break the user's save
		if savepoint:
			frappe.db.rollback(save_point=savepoint)
		del frappe.local.message_log[messages:]
		_log(doc)
		for_site = authors.speaks_for_site(doc)
		enqueue_after_commit("observe_again", doctype=doc.doctype, name=doc.name, for_site=for_site)
	else:
		frappe.db.release_savepoint(savepoint)


def _log(doc: Any) -> None:
	frappe.log_error(
		"Cadence: a document could not be observed",
		reference_doctype=doc.doctype,
		reference_name=str(doc.name) if doc.name else None,
	)
