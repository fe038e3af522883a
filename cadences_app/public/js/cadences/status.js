// Statuses and their colours, as the server told them at log-in (api/desk_terms.py).
import { plain } from "./ask";

/** The colour of a status in a DocType's list; gray for one of a later version. */
export function colour_of(status, doctype = "Cadence Enrollment") {
	return frappe.boot.cadence_terms?.colours[doctype]?.[status] || "gray";
}

/** What a list of `doctype` shows for a status: its word, its colour and its filter. */
export function indicator_of(doctype, status) {
	return [__(status), colour_of(status, doctype), `status,=,${status}`];
}

export function status_pill(status) {
	return `<span class="indicator-pill no-indicator-dot ${colour_of(status)}">${plain(__(status))}</span>`;
}

/** S5.4: these statuses have not ended. */
export function is_live(status) {
	return Boolean(frappe.boot.cadence_terms?.live.includes(status));
}
