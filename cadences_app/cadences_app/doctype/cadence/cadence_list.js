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
		cadences.show_columns(list, "enrolled"); // S1.2
	},

	primary_action: () => cadences.attempt(choose_beginning)(),

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

const BEGINNINGS = ["Empty", "Ready-made", "Copy"];

/** A new cadence begins empty, as one of those that ship with the app (S1.8), or as a copy (S1.3). */
async function choose_beginning() {
	const ready = await frappe.xcall("cadences_app.api.cadences.ready_made");
	const dialog = new frappe.ui.Dialog({
		title: __("New Cadence"),
		size: "large",
		fields: beginning_fields(ready, () => show_ready_made(dialog, ready)),
		primary_action_label: __("Begin"),
		primary_action: cadences.attempt(async (values) => {
			const name = await begin(values);
			dialog.hide();
			frappe.set_route("Form", "Cadence", name);
		}),
	});
	dialog.onhide = () => dialog.tree?.unmount();
	dialog.show();
}

function beginning_fields(ready, on_ready) {
	const label = ({ name, follow_ups }) => __("{0} ({1} follow-ups)", [name, follow_ups]);
	const [empty, ready_made, copy] = BEGINNINGS;
	const is = (beginning) => `eval:doc.beginning=='${beginning}'`;
	return [
		{
			fieldname: "beginning",
			fieldtype: "Select",
			label: __("Begin With"),
			options: [
				{ value: empty, label: __("An empty one") },
				{ value: ready_made, label: __("A ready-made one") },
				{ value: copy, label: __("A copy of another one") },
			],
			default: empty,
		},
		{
			fieldname: "key",
			fieldtype: "Select",
			label: __("Ready-made Cadence"),
			options: ["", ...ready.map((each) => ({ value: each.key, label: label(each) }))],
			depends_on: is(ready_made),
			mandatory_depends_on: is(ready_made),
			change: on_ready,
		},
		{ fieldname: "picture", fieldtype: "HTML", depends_on: is(ready_made) },
		{
			fieldname: "cadence",
			fieldtype: "Link",
			options: "Cadence",
			label: __("Copy Of"),
			depends_on: is(copy),
			mandatory_depends_on: is(copy),
		},
		{ fieldname: "cadence_name", fieldtype: "Data", label: __("Name"), reqd: 1, length: 100 },
		{
			fieldname: "module",
			fieldtype: "Link",
			options: "DocType",
			label: __("Module"),
			depends_on: `eval:doc.beginning!='${copy}'`,
			mandatory_depends_on: `eval:doc.beginning!='${copy}'`,
			get_query: () => ({ filters: { istable: 0, issingle: 0, is_virtual: 0 } }),
			description: __("The records this cadence is for, such as Lead, Contact or Opportunity."),
		},
	];
}

/** The chosen one's name, modules and tree. */
const show_ready_made = async (dialog, ready) => {
	const key = dialog.get_value("key");
	const chosen = ready.find((each) => each.key === key);
	if (!chosen) return;
	dialog.set_values({ cadence_name: chosen.name, module: chosen.modules[0] });
	const fitting = chosen.modules.map((module) => __(module)).join(", ");
	dialog.set_df_property("module", "description", __("It fits as it is: {0}", [fitting]));
	dialog.set_df_property("key", "description", frappe.utils.escape_html(chosen.description));
	const [told] = await Promise.all([
		frappe.xcall("cadences_app.api.builder.ready_made_picture", { key }),
		frappe.require("cadence_builder.bundle.js"),
	]);
	if (dialog.get_value("key") !== key) return;
	dialog.tree?.unmount();
	const place = $("<div>").appendTo(dialog.get_field("picture").$wrapper.empty()).get(0);
	dialog.tree = cadences.show_tree(place, told);
};

/** Make it; the name of what was made. An empty one is saved once its follow-ups are drawn. */
async function begin({ beginning, key, cadence, cadence_name, module }) {
	if (beginning === "Ready-made") {
		return frappe.xcall("cadences_app.api.cadences.make_ready_made", { key, cadence_name, module });
	}
	if (beginning === "Copy") {
		return frappe.xcall("cadences_app.api.cadences.clone", { cadence, cadence_name });
	}
	// route options would leave out the name, which no copy takes along
	return Object.assign(frappe.model.get_new_doc("Cadence"), { cadence_name, module }).name;
}
