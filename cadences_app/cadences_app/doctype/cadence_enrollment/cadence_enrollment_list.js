frappe.listview_settings["Cadence Enrollment"] = {
	add_fields: ["status", "reference_doctype", "reference_name"],
	hide_name_column: true,

	get_indicator: ({ status }) => cadences.indicator_of("Cadence Enrollment", status),

	button: {
		show: ({ reference_name }) => Boolean(reference_name),
		get_label: () => __("Open"),
		get_description: ({ reference_doctype, reference_name }) =>
			__("Open {0} {1}", [__(reference_doctype), reference_name]),
		action: ({ reference_doctype, reference_name }) =>
			frappe.set_route("Form", reference_doctype, reference_name),
	},
};
