// Filters in place of JSON: the view's conditions and those of an un-enrollment rule (S2.2, S6.1).

frappe.provide("cadences.conditions");

/** The view keeps Frappe's own filters: [field, operator, value], with the child table before if it is one. */
cadences.conditions.view = {
	read: (module, stored) => stored.map((each) => (each.length === 3 ? [module, ...each] : each)),
	write: (module, filters) =>
		filters.map(([doctype, ...filter]) =>
			doctype === module ? filter.slice(0, 3) : [doctype, ...filter]
		),
};

/** A rule keeps {field, operator, value}, compared without the database and with fewer operators. */
cadences.conditions.rule = {
	operators: ["=", "!=", ">", ">=", "<", "<=", "in", "not in", "like", "not like", "is"],
	read: (module, stored) => stored.map((each) => [module, ...filter_of(each)]),
	write: (_module, filters) => filters.map(([_doctype, ...filter]) => condition_of(filter)),
};

function filter_of({ field, operator, value }) {
	if (operator === "is set") return [field, "is", "set"];
	if (operator === "is not set") return [field, "is", "not set"];
	return [field, operator, value];
}

function condition_of([field, operator, value]) {
	if (operator === "is") return { field, operator: `is ${value}` };
	return { field, operator, value };
}

/**
 * Show the conditions that `field`, a Code control, holds as JSON as a table with a button to edit them.
 * `kind` is one of the two above; `keep` takes the new JSON.
 */
cadences.conditions.show = function (field, module, kind, keep) {
	field.$wrapper.find(".cadence-conditions").remove();
	const is_editable = field.get_status() === "Write" && module;
	field.$wrapper.find(".control-input-wrapper").toggle(false);
	const stored = parse(field.value ?? field.doc?.[field.df.fieldname]);
	const filters = module ? kind.read(module, stored) : [];
	const $area = $(`<div class="cadence-conditions">${table_html(filters)}</div>`);
	$area.insertAfter(field.$wrapper.find(".control-input-wrapper"));
	if (!is_editable) return;
	$(`<button type="button" class="btn btn-xs btn-default">${__("Edit Conditions")}</button>`)
		.appendTo($area)
		.on("click", () => edit(module, kind, filters, keep));
};

function parse(text) {
	try {
		return JSON.parse(text || "[]");
	} catch {
		return []; // what can't be read is refused when the form is saved, so it was never kept
	}
}

function plain(text) {
	return frappe.utils.escape_html(String(text ?? ""));
}

function table_html(filters) {
	if (!filters.length) return `<p class="text-muted small">${__("No conditions yet")}</p>`;
	const rows = filters.map(
		([doctype, field, operator, value]) => `<tr>
			<td>${plain(__(frappe.meta.get_label(doctype, field) || field))}</td>
			<td class="text-muted">${plain(__(operator))}</td>
			<td>${plain(Array.isArray(value) ? value.join(", ") : value)}</td>
		</tr>`
	);
	return `<table class="table table-sm table-bordered mb-2"><tbody>${rows.join("")}</tbody></table>`;
}

function edit(module, kind, filters, keep) {
	const dialog = new frappe.ui.Dialog({
		title: __("Conditions for {0}", [__(module)]),
		fields: [{ fieldname: "filters", fieldtype: "HTML" }],
		primary_action_label: __("Use"),
		primary_action() {
			const written = kind.write(module, group.get_filters());
			keep(written.length ? JSON.stringify(written) : "");
			dialog.hide();
		},
	});
	const group = new frappe.ui.FilterGroup({
		parent: dialog.get_field("filters").$wrapper,
		doctype: module,
		on_change: () => {},
	});
	// Frappe closes the row of a table that is open with any dialog that closes
	const open_row = frappe.ui.form.get_open_grid_form?.();
	dialog.onhide = () => open_row?.toggle_view(true);
	if (kind.operators) offer_only(group, kind.operators);
	dialog.show();
	frappe.model.with_doctype(module, async () => {
		await group.add_filters_to_filter_group(filters);
		group.filters.forEach(show_several_values);
	});
}

/** Frappe's field for several values of a Select takes none that it is given: what was kept would be lost. */
function show_several_values({ field, value }) {
	if (Array.isArray(value) && !field?.get_value()) field?.set_input(value.join(", "));
}

/** Leave out of each filter the operators that a rule can't be compared by. */
function offer_only(group, operators) {
	const push = group._push_new_filter;
	group._push_new_filter = function (...args) {
		const answer = push.apply(this, args);
		for (const { filter_edit_area } of this.filters) {
			filter_edit_area?.find(".condition option").each((_index, option) => {
				if (!operators.includes(option.value)) option.remove();
			});
		}
		return answer;
	};
}
