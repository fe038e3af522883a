"""Who wants to know of new documents of a DocType: what says whether its rows may be written in sets.

Rows go past document events. Where another app's hook, an own controller, a Server Script, a Webhook, a
Notification, a rule, a workflow, or a gate, journey or cadence of ours listens, documents are inserted as
documents instead, and all of them run. The one place that knows.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import frappe
from frappe.model.base_document import get_controller
from frappe.model.document import Document
from frappe.modules import load_doctype_module

from cadences_app.store import definitions

OnceABatch = Callable[..., Any]
"""`Occasion.once`: what a function gives, asked once for a batch."""

_EVENTS = frozenset(
	{
		*("autoname", "before_naming", "before_insert", "before_validate", "validate", "before_save"),
		*("after_insert", "on_update", "on_change"),
	}
)
_OURS = ("frappe.", "cadences_app.")
_FOR_ALL = frozenset(
	{
		# for documents with a service level agreement, which are asked for below
		"erpnext.support.doctype.service_level_agreement.service_level_agreement.apply",
		# refuses saves while a company's transactions are deleted
		"erpnext.setup.doctype.transaction_deletion_record.transaction_deletion_record"
		".check_for_running_deletion_job",
	}
)
_CONFIGURED: Mapping[str, tuple[str, Mapping[str, Any]]] = {
	"Server Script": ("reference_doctype", {"script_type": "DocType Event", "disabled": 0}),
	"Webhook": ("webhook_doctype", {"enabled": 1}),
	"Notification": ("document_type", {"enabled": 1}),
	"Assignment Rule": ("document_type", {"disabled": 0}),
	"Milestone Tracker": ("document_type", {"disabled": 0}),
	"Energy Point Rule": ("reference_doctype", {"enabled": 1}),
	"Workflow": ("document_type", {"is_active": 1}),
	"Document Naming Rule": ("document_type", {"disabled": 0}),
	"User Type": ("apply_user_permission_on", {"is_standard": 0}),
	"Service Level Agreement": ("document_type", {"enabled": 1}),
	"Cadence Gate": ("module", {"enabled": 1}),
	"Cadence Journey Stage": ("module", {}),
}
"""The DocTypes by which a site listens: the field that names what to, and which of them are in force."""


def configured() -> frozenset[str]:
	"""The DocTypes to which something listens that was set up on this site. One query."""
	parts, values = [], []
	for doctype, (field, filters) in _CONFIGURED.items():
		if frappe.db.table_exists(doctype):
			in_force = " and ".join(f"`{column}` = %s" for column in filters) or "1 = 1"
			parts.append(f"select `{field}` from `tab{doctype}` where {in_force}")
			values += filters.values()
	found = frappe.db.sql(" union ".join(parts), values, pluck=True)
	return frozenset({*definitions.modules(), *filter(None, found)})


def listen_to(
	doctype: str,
	accounted_for: Iterable[str] = (),
	methods: Iterable[str] = (),
	once: OnceABatch | None = None,
) -> bool:
	"""Whether anything wants to know of new documents of this DocType, but for the hooks that are
	`accounted_for` and the `methods` of Frappe's own controller: what those do, the caller does."""
	known = once("configured listeners", configured) if once else configured()
	return (
		doctype in known or _has_hooks(doctype, {*accounted_for, *_FOR_ALL}) or _acts(doctype, set(methods))
	)


def _has_hooks(doctype: str, accounted_for: set[str]) -> bool:
	hooks = frappe.get_doc_hooks()
	return any(
		not handler.startswith(_OURS) and handler not in accounted_for
		for about in (doctype, "*")
		for event in _EVENTS
		for handler in hooks.get(about, {}).get(event, ())
	)


def _acts(doctype: str, accounted_for: set[str]) -> bool:
	"""Whether the controller is another app's, or does more than is accounted for, as in another Frappe."""
	controller = get_controller(doctype)
	standard = load_doctype_module(doctype)
	if controller.__module__ != standard.__name__:
		return True
	own = {name for each in controller.__mro__ if each not in Document.__mro__ for name in vars(each)}
	return bool(own & _EVENTS - accounted_for)
