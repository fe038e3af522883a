frappe.listview_settings["Cadence"] = {
	add_fields: ["status"],
	hide_name_column: true,

	get_indicator: ({ status }) => cadences.indicator_of("Cadence", status),

	formatters: {
		enrolled(_value, _df, doc) {
			return `<a class="cadence-enrolled" data-cadence="${frappe.utils.escape_html(doc.name)}"></a>`;
		},
	},

	onload(list) {
		show_enrolled_column(list);
		if (frappe.model.can_create("Cadence")) {
			list.page.add_inner_button(__("From a Ready-made One"), choose_ready_made);
		}
	},

	// `enrolled` is counted by the server, once for all rows that are shown
	async refresh(list) {
		const cadences = list.data.map(({ name }) => name);
		if (!cadences.length) return;
		const counts = await frappe.xcall("cadences_app.api.cadence_form.enrolled_counts", { cadences });
		list.$result.find(".cadence-enrolled").each((_index, link) => {
			const { cadence } = link.dataset;
			const url = `/app/cadence-enrollment?cadence=${encodeURIComponent(cadence)}`;
			$(link)
				.text(counts[cadence] || 0)
				.attr("href", url);
		});
	},
};

/** A list leaves out virtual fields; this one it is to show (S1.2). */
function show_enrolled_column(list) {
	const setup_columns = list.setup_columns;
	list.setup_columns = function () {
		setup_columns.call(this);
		const df = frappe.meta.get_docfield("Cadence", "enrolled");
		this.columns.push({ type: "Field", df: { ...df, is_virtual: 0 } });
	};
	list.setup_columns();
	list.render_header(true);
}

/** Make one of the cadences that ship with the app a Draft, and open it (S1.8). */
async function choose_ready_made() {
	const ready = await frappe.xcall("cadences_app.api.cadences.ready_made");
	const label = ({ name, follow_ups }) => __("{0} ({1} follow-ups)", [name, follow_ups]);
	const dialog = new frappe.ui.Dialog({
		title: __("From a Ready-made Cadence"),
		fields: [
			{
				fieldname: "key",
				fieldtype: "Select",
				label: __("Cadence"),
				reqd: 1,
				options: ready.map((each) => ({ value: each.key, label: label(each) })),
				onchange() {
					const chosen = ready.find(({ key }) => key === dialog.get_value("key"));
					dialog.set_value("cadence_name", chosen?.name);
					dialog.set_value("module", chosen?.module);
					dialog.set_df_property("key", "description", chosen?.description);
				},
			},
			{ fieldname: "cadence_name", fieldtype: "Data", label: __("Name"), reqd: 1 },
			{ fieldname: "module", fieldtype: "Link", options: "DocType", label: __("Module"), reqd: 1 },
		],
		primary_action_label: __("Make a Draft"),
		async primary_action(values) {
			const name = await frappe.xcall("cadences_app.api.cadences.make_ready_made", values);
			dialog.hide();
			frappe.set_route("Form", "Cadence", name);
		},
	});
	dialog.show();
}
