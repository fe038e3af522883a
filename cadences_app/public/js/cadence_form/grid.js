// What the tables of a cadence say in their cells, where the bare value would mislead: the server's words, as on
// the cards of the builder.

const CELLS = {
	follow_ups: {
		trigger_outcome: (row, words) => words.follow_ups[row.follow_up_key]?.trigger,
		delay_amount: (row, words) => words.follow_ups[row.follow_up_key]?.wait,
	},
	unenrollment_rules: {
		trigger_outcome: (row, words) => words.rules[row.rule_key]?.text,
	},
};

frappe.ui.form.on("Cadence", {
	refresh(frm) {
		frm.doc.follow_ups.forEach((row) => format_cells(frm, row));
		frm.doc.unenrollment_rules.forEach((row) => format_cells(frm, row));
		$(frm.wrapper)
			.off("cadence-picture.grid")
			.on("cadence-picture.grid", () => show_words(frm));
	},
});
frappe.ui.form.on("Cadence Follow-up", { follow_ups_add: format_new_cells });
frappe.ui.form.on("Cadence Unenrollment Rule", { unenrollment_rules_add: format_new_cells });

function format_new_cells(frm, doctype, name) {
	format_cells(frm, frappe.get_doc(doctype, name));
}

/** Frappe gives the row only to the formatters of a row's own fields. */
function format_cells(frm, { doctype, name, parentfield }) {
	for (const [fieldname, text] of Object.entries(CELLS[parentfield])) {
		frappe.meta.get_docfield(doctype, fieldname, name).formatter = (_value, _df, _options, row) =>
			row?.doctype === doctype ? frappe.utils.escape_html(text(row, words_of(frm)) || "") : "";
	}
}

function words_of(frm) {
	const { follow_ups = [], rules = [] } = frm.cadence_picture || {};
	return {
		follow_ups: Object.fromEntries(follow_ups.map((each) => [each.key, each])),
		rules: Object.fromEntries(rules.map((each) => [each.key, each])),
	};
}

function show_words(frm) {
	for (const table of Object.keys(CELLS)) {
		const { grid } = frm.get_field(table);
		if (grid.open_grid_row) continue; // somebody is writing in a row
		for (const row of frm.doc[table]) {
			format_cells(frm, row);
			for (const field of Object.keys(CELLS[table]))
				grid.grid_rows_by_docname[row.name]?.refresh_field(field);
		}
	}
}
