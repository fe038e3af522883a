// The form of a gate offers the fields and values of its module.
frappe.ui.form.on("Cadence Gate", {
	refresh: offer_fields,
	module: offer_fields,
});

function offer_fields(frm) {
	if (!frm.doc.module) return;
	frappe.model.with_doctype(frm.doc.module, () => {
		const fields = frappe
			.get_meta(frm.doc.module)
			.fields.filter(({ fieldtype }) => ["Select", "Link", "Data"].includes(fieldtype));
		frm.fields_dict.status_field.set_data(
			fields.map(({ fieldname, label }) => ({ value: fieldname, label: __(label) }))
		);
	});
}
