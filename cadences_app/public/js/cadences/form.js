// *Add to Cadence* in a form's menu, and the form's section *Cadences* (S5.1).
import { attempt, call } from "./ask";
import { has_cadences, may_enroll, may_read, takes_records } from "./boot";
import { add_to_cadence } from "./loaded";
import { newest } from "./newest";
import { show_section } from "./section";

/** A form asks nothing where no cadence is active for its module, nor for who may not read enrollments. */
export function extend_forms() {
	$(document).on("form-refresh", (_event, frm) => {
		if (!has_cadences(frm.doctype) || frm.is_new() || !may_read()) return;
		const is_active = takes_records(frm.doctype);
		if (may_enroll() && is_active) {
			frm.page.add_menu_item(
				__("Add to Cadence"),
				attempt(() => add(frm))
			);
		}
		if (is_active) show_enrollments(frm);
		else frm.page.add_menu_item(__("Cadences"), () => show_enrollments(frm, true));
	});
}

async function add(frm) {
	if (await add_to_cadence(frm.doctype, [frm.docname])) show_enrollments(frm);
}

const show_enrollments = attempt(async (frm, was_asked = false) => {
	const { doctype, docname } = frm;
	frm.ask_for_cadences ??= newest();
	const is_newest = frm.ask_for_cadences();
	const { enrollments, columns } = await call("section", { doctype, name: docname });
	if (frm.docname !== docname || !is_newest()) return; // another record is shown by now
	show_section(frm, columns, enrollments, () => show_enrollments(frm));
	if (was_asked && !enrollments.length) frappe.show_alert(__("It was in no cadence yet."));
});
