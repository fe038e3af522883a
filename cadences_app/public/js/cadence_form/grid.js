// What the tables of a cadence say in their cells, where the bare value would mislead.

const CELLS = {
	follow_ups: {
		trigger_outcome: (row) => (row.parent_follow_up ? outcome_text(row) : ""),
		delay_amount: wait_text,
	},
	unenrollment_rules: {
		trigger_outcome: (row) => (row.kind === "Outcome of a Follow-up" ? outcome_text(row) : ""),
	},
};

frappe.ui.form.on("Cadence", {
	refresh(frm) {
		for (const table of Object.keys(CELLS)) {
			frm.doc[table].forEach(format_cells);
			frm.refresh_field(table);
		}
	},
});
frappe.ui.form.on("Cadence Follow-up", { follow_ups_add: format_new_cells });
frappe.ui.form.on("Cadence Unenrollment Rule", { unenrollment_rules_add: format_new_cells });

function format_new_cells(_frm, doctype, name) {
	format_cells(frappe.get_doc(doctype, name));
}

/** Frappe gives the row only to the formatters of a row's own fields. */
function format_cells({ doctype, name, parentfield }) {
	for (const [fieldname, text] of Object.entries(CELLS[parentfield])) {
		frappe.meta.get_docfield(doctype, fieldname, name).formatter = (_value, _df, _options, row) =>
			row?.doctype === doctype ? frappe.utils.escape_html(text(row)) : "";
	}
}

function outcome_text(row) {
	const { trigger_outcome: outcome, trigger_detail: detail } = row;
	if (row.trigger_absent) {
		const { trigger_within_amount: amount, trigger_within_unit: unit } = row;
		return __("not {0} in {1} {2}", [__(outcome), amount, __(unit)]);
	}
	return detail ? `${__(outcome)}: ${detail}` : __(outcome);
}

function wait_text({ delay_amount, delay_unit, at_time, start, date_field }) {
	const wait = delay_amount ? `${delay_amount} ${__(delay_unit)}` : "";
	const parts = [wait];
	if (start === "Before a Date Field") parts.push(__("before {0}", [date_field]));
	if (start === "After a Date Field") parts.push(wait ? __("after {0}", [date_field]) : date_field);
	if (at_time) parts.push(at_time);
	return parts.filter(Boolean).join(" ") || __("at once");
}
