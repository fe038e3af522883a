// What few pages need is loaded when it is asked for, so that every page of Desk loads little.

export async function add_to_cadence(...given) {
	await frappe.require("cadence_enroll.bundle.js");
	return cadences.loaded.add_to_cadence(...given);
}

export function extend_gated_forms() {
	$(document).on("form-refresh", async (_event, frm) => {
		if (!frappe.boot.gated_modules?.includes(frm.doctype) || frm.is_new()) return;
		await frappe.require("cadence_gates.bundle.js");
		cadences.loaded.show_gates(frm);
	});
}
