frappe.listview_settings["Cadence Enrollment"] = {
	add_fields: ["status", "reference_doctype", "reference_name"],
	hide_name_column: true,

	get_indicator: ({ status }) => cadences.indicator_of("Cadence Enrollment", status),

	formatters: {
		exit_reason: (reason) => frappe.utils.escape_html(frappe.boot.cadence_terms?.exit_reasons[reason] || reason || ""),
	},

	onload(list) {
		if (!frappe.model.can_write("Cadence Enrollment")) return;
		for (const step of cadences.STEPS_WITH_MANY) {
			const act = cadences.attempt(async () => {
				if (!(await cadences.take_with_many(step, list.get_checked_items(true)))) return;
				list.clear_checked_items();
				list.refresh();
			});
			list.page.add_actions_menu_item(step.label, act, true);
		}
	},

	button: {
		show: ({ reference_name }) => Boolean(reference_name),
		get_label: () => __("Open"),
		get_description: ({ reference_doctype, reference_name }) =>
			__("Open {0} {1}", [__(reference_doctype), reference_name]),
		action: ({ reference_doctype, reference_name }) =>
			frappe.set_route("Form", reference_doctype, reference_name),
	},
};
