// Small ways of asking: the server for something, a person for something.

/** Call a method of the enrollments' API. Errors are shown by Frappe and end the promise. */
export function call(method, args) {
	return frappe.xcall(`cadences_app.api.enrollments.${method}`, args);
}

/** Show a dialog and resolve to its values, or to null when it is closed without an answer. */
export function ask({ title, fields, label, size }) {
	return new Promise((resolve) => {
		let answer = null;
		const dialog = new frappe.ui.Dialog({
			title,
			fields,
			size,
			primary_action_label: label,
			primary_action(values) {
				answer = values;
				dialog.hide();
			},
		});
		dialog.onhide = () => resolve(answer);
		dialog.show();
	});
}

/** Text that comes from a person, safe within HTML. */
export function plain(text) {
	return frappe.utils.escape_html(String(text ?? ""));
}

const FORMULA = /(?:^|[;\t\r\n])(?=[ \u00a0]{0,20}[=+\-@\t\r])/g;

/** A cell of a file as a spreadsheet may read it: what begins like this it takes for a formula, behind a semicolon
 * or a tab as well, where a comma stands in numbers. */
export function harmless(value) {
	return typeof value === "string" ? value.replace(FORMULA, "$&'") : value;
}

/** A moment in the site's time zone as the user reads it: "2 days ago" with the full one on hover; what is
 * yet to come in full, since Frappe has no words for it. */
export function moment_html(value) {
	if (!value) return "";
	return frappe.datetime.prettyDate(value)
		? comment_when(value)
		: plain(frappe.datetime.str_to_user(value));
}

/**
 * `act`, to be put behind a button: a refusal that Frappe has shown already ends there, so that the button can be
 * pressed again and the console stays empty. A mistake in the program is still one.
 */
export function attempt(act) {
	return async (...args) => {
		try {
			return await act(...args);
		} catch (refusal) {
			if (refusal instanceof Error) throw refusal;
			return undefined;
		}
	};
}
