// What the server said at log-in: the modules that have cadences, and what this user may do with them.

/** Whether any cadence was ever published for this DocType. */
export function has_cadences(doctype) {
	return doctype in (frappe.boot.cadence_modules || {});
}

/** Whether records of this DocType can be enrolled now. */
export function takes_records(doctype) {
	return Boolean(frappe.boot.cadence_modules?.[doctype]);
}

export function may_read() {
	return Boolean(frappe.boot.cadence_rights?.read);
}

export function may_enroll() {
	return Boolean(frappe.boot.cadence_rights?.enroll);
}

export function may_unenroll() {
	return Boolean(frappe.boot.cadence_rights?.unenroll);
}
