frappe.listview_settings["Cadence"] = {
	add_fields: ["status"],
	hide_name_column: true,

	get_indicator({ status }) {
		const colour = { Draft: "gray", Active: "green", Inactive: "orange" }[status];
		return [__(status), colour, `status,=,${status}`];
	},

	formatters: {
		enrolled(_value, _df, doc) {
			return `<a class="cadence-enrolled" data-cadence="${frappe.utils.escape_html(doc.name)}"></a>`;
		},
	},

	onload(list) {
		show_enrolled_column(list);
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
