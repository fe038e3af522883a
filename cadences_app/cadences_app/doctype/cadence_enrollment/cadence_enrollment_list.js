frappe.listview_settings["Cadence Enrollment"] = {
	add_fields: ["status", "reference_doctype", "reference_name", "next_follow_up_at"],
	hide_name_column: true,

	get_indicator: ({ status }) => cadences.indicator_of("Cadence Enrollment", status),

	formatters: {
		next_follow_up(title, _df, { next_follow_up_at }) {
			const day = next_follow_up_at && frappe.datetime.str_to_user(next_follow_up_at, false, true);
			const told = frappe.utils.escape_html([day, title].filter(Boolean).join(" · "));
			return `<span class="ellipsis" title="${told}">${told}</span>`;
		},
		exit_reason: (reason) => frappe.utils.escape_html(frappe.boot.cadence_terms?.exit_reasons[reason] || reason || ""),
	},

	onload(list) {
		cadences.show_columns(list, "next_follow_up", "exit_reason");
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
		get_label: () => __("Open Record"),
		get_description: ({ reference_doctype, reference_name }) =>
			__("Open {0} {1}", [__(reference_doctype), reference_name]),
		action: ({ reference_doctype, reference_name }) =>
			frappe.set_route("Form", reference_doctype, reference_name),
	},
};
