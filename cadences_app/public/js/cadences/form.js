// *Add to Cadence* in a form's menu, and the form's section *Cadences* (S5.1).
import { call } from "./ask";
import { has_cadences, may_enroll, takes_records } from "./boot";
import { add_to_cadence } from "./enroll";
import { chosen_columns, show_section } from "./section";

export function extend_forms() {
	$(document).on("form-refresh", (_event, frm) => {
		if (!has_cadences(frm.doctype) || frm.is_new()) return;
		if (may_enroll() && takes_records(frm.doctype)) {
			frm.page.add_menu_item(__("Add to Cadence"), () => add(frm));
		}
		show_enrollments(frm);
	});
}

async function add(frm) {
	if (await add_to_cadence(frm.doctype, [frm.docname])) show_enrollments(frm);
}

async function show_enrollments(frm) {
	const { doctype, docname } = frm;
	const [enrollments, columns] = await Promise.all([
		call("of_record", { doctype, name: docname }),
		chosen_columns(),
	]);
	if (frm.docname !== docname) return; // another record is shown by now
	show_section(frm, columns, enrollments, () => show_enrollments(frm));
}
