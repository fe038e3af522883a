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

/** Frappe cuts a list's columns off where the screen is narrow. These are shown all the same, unless columns
 * were chosen for the list. A virtual field, which nobody can choose, always is; the list fills it in. */
export function show_columns(list, ...fieldnames) {
	const setup_columns = list.setup_columns;
	list.setup_columns = function () {
		setup_columns.call(this);
		for (const fieldname of fieldnames) {
			if (this.columns.some(({ df }) => df?.fieldname === fieldname)) continue;
			const df = frappe.meta.get_docfield(this.doctype, fieldname);
			if (this.list_view_settings.fields && !df.is_virtual) continue;
			this.columns.push({ type: "Field", df: { ...df, is_virtual: 0 } });
		}
	};
	list.setup_columns();
	list.render_header(true);
}
