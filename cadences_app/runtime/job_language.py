"""Our jobs speak the language of the site; Frappe's workers speak English, whatever the site does (S15.4)."""

from typing import Any

import frappe

from cadences_app.store.languages import site_language

APP = "cadences_app."
SCHEDULED = "frappe.core.doctype.scheduled_job_type.scheduled_job_type.run_scheduled_job"


def before_job(method: str, kwargs: dict[str, Any], transaction_type: str) -> None:
	"""A worker is about to do a job, of whichever app."""
	if method == SCHEDULED:
		method = str(frappe.get_cached_value("Scheduled Job Type", kwargs.get("job_type"), "method"))
	if method.startswith(APP):
		frappe.local.lang = site_language()
