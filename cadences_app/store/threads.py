"""What a thread beside a worker's own knows of Frappe."""

from contextvars import Context, copy_context

import frappe
from frappe.translate import get_all_translations


def without_database() -> Context:
	"""A context for one thread: settings and texts, but not this worker's connection, which two threads would
	break for each other. Frappe writes an Error Log where an OAuth token is refused, and reads texts that
	are not in its cache."""
	get_all_translations(frappe.local.lang)  # the thread finds them in the cache of this worker
	context = copy_context()
	context.run(_part_from_the_worker)
	return context


def _part_from_the_worker() -> None:
	"""Keep what Frappe knows here in a dict of this context's own: in Frappe 16 a copied context shares that
	of the worker, who would lose the connection too."""
	known = dict(iter(frappe.local))
	frappe.release_local(frappe.local)
	for name, value in known.items():
		setattr(frappe.local, name, value)
	frappe.local.db = None
