// What the rows of a cadence offer: earlier follow-ups by title, outcomes that the previous follow-up's
// channel produces, and the module's fields (S3.1 to S3.3).

const ANY_EARLIER = "*"; // in trigger_of
const FIELDS_OF_ROWS = {
	to_field: "email",
	number_field: "phone",
	consent_field: "consent",
	whatsapp_template: "whatsapp_template",
	date_field: "date",
	invite_starts_field: "date",
	invite_ends_field: "date",
	assignee_field: "user",
};

frappe.provide("cadences.rows");

frappe.ui.form.on("Cadence", {
	setup(frm) {
		draw_when_seen(frm);
		frm.set_query("email_template", "follow_ups", () => ({
			query: "cadences_app.api.builder.search_templates",
		}));
		// Who makes cadences need not read Email Accounts: the server says which they may send through.
		frm.set_query("sender_account", "follow_ups", () => ({
			query: "cadences_app.api.builder.search_senders",
		}));
		frappe.meta.get_docfield("Cadence Follow-up", "sender_account").ignore_link_validation = 1;
	},
	refresh(frm) {
		frappe.meta.docfield_map["Cadence Follow-up"].message_text.wrap = true;
		name_keys_by_title("Cadence Follow-up", "parent_follow_up", frm);
		name_keys_by_title("Cadence Unenrollment Rule", "follow_up", frm);
		offer_in_all_rows(frm);
		offer_fields(frm);
		show_view(frm);
	},
	async module(frm) {
		await offer_fields(frm);
		frm.doc.follow_ups.forEach((row) => address(frm, row));
	},
	audience_kind: show_view,
	view_filters: show_view,
});

frappe.ui.form.on("Cadence Follow-up", {
	follow_ups_add: give_key,
	form_render: offer_in_row,
	parent_follow_up: offer_in_row,
	trigger_of: offer_in_row,
	channel(frm, doctype, name) {
		address(frm, frappe.get_doc(doctype, name));
		offer_in_all_rows(frm);
	},
	trigger_absent: offer_in_row,
});

frappe.ui.form.on("Cadence Unenrollment Rule", {
	form_render(frm, doctype, name) {
		offer_in_row(frm, doctype, name);
		show_rule_conditions(frm, doctype, name);
	},
	follow_up: offer_in_row,
	kind: show_rule_conditions,
	trigger_absent: offer_in_row,
});

/** The table has a tab of its own: its rows, the dearest of the form, are drawn once somebody looks at them. */
function draw_when_seen(frm) {
	const { grid } = frm.get_field("follow_ups");
	const draw = grid.refresh;
	let is_seen = false;
	let is_stale = false;
	Object.assign(grid, { data: [], grid_rows_by_docname: {} });
	grid.make(); // the form turns its pages before any is drawn
	grid.refresh = () => {
		is_stale = !is_seen;
		if (is_seen) draw.call(grid);
	};
	new IntersectionObserver((entries) => {
		is_seen = entries[entries.length - 1].isIntersecting;
		if (is_seen && is_stale) show_table(frm, grid);
	}).observe($(grid.parent).get(0));
}

/** Rows that the table makes know nothing yet of what is offered in them, nor how their cells read. */
function show_table(frm, grid) {
	grid.refresh();
	name_keys_by_title("Cadence Follow-up", "parent_follow_up", frm);
	offer_in_all_rows(frm);
	grid.refresh();
	$(frm.wrapper).trigger("cadence-picture");
}

/** So that the next row can refer to this one before anything is saved. */
function give_key(frm, doctype, name) {
	frappe.model.set_value(doctype, name, "follow_up_key", next_key(frm));
	const row = frappe.get_doc(doctype, name);
	const before = frm.doc.follow_ups[row.idx - 2];
	if (before && !row.parent_follow_up) {
		frappe.model.set_value(doctype, name, "parent_follow_up", before.follow_up_key);
	}
	address(frm, row);
}

/** A key is never given twice. */
function next_key(frm) {
	const numbers = frm.doc.follow_ups.map((row) => cint((row.follow_up_key || "").slice(1)));
	frm.doc.last_key = Math.max(cint(frm.doc.last_key), ...numbers) + 1;
	return `f${frm.doc.last_key}`;
}

function suggest_title(frm, { channel }) {
	return `${__(channel)} ${frm.doc.follow_ups.filter((row) => row.channel === channel).length}`;
}

/** What is sent goes to the first address or number that its module knows, unless somebody chooses another. */
function address(frm, row) {
	const found = { Email: ["to_field", frm.cadence_emails], Message: ["number_field", frm.cadence_numbers] };
	const [fieldname, choices] = found[row.channel] || [];
	const own = choices?.[0]?.value;
	if (own && !row[fieldname]) frappe.model.set_value(row.doctype, row.name, fieldname, own);
}

/** Where a row refers to a follow-up by its key, people read its title. */
function name_keys_by_title(doctype, fieldname, frm) {
	const formatter = (key) => frappe.utils.escape_html(label_of(frm, key));
	frappe.meta.docfield_map[doctype][fieldname].formatter = formatter;
	for (const row of [...frm.doc.follow_ups, ...frm.doc.unenrollment_rules]) {
		if (row.doctype === doctype)
			frappe.meta.get_docfield(doctype, fieldname, row.name).formatter = formatter;
	}
}

function label_of(frm, key) {
	return frm.doc.follow_ups.find((row) => row.follow_up_key === key)?.title || key || "";
}

function offer_in_all_rows(frm) {
	for (const row of [...frm.doc.follow_ups, ...frm.doc.unenrollment_rules]) {
		offer_in_row(frm, row.doctype, row.name);
	}
}

/** The choices of one row: they differ from row to row. */
function offer_in_row(frm, doctype, name) {
	const row = frappe.get_doc(doctype, name);
	const is_rule = doctype === "Cadence Unenrollment Rule";
	const others = is_rule ? frm.doc.follow_ups : not_after(frm, row);
	set_choices(frm, row, is_rule ? "follow_up" : "parent_follow_up", others.map(follow_up_choice));
	const fields = (frm.cadence_fields || {})[row.parentfield] || {};
	for (const [fieldname, choices] of Object.entries(fields)) set_choices(frm, row, fieldname, choices);
	if (!is_rule) {
		const emails = others.filter((each) => each.channel === "Email");
		set_choices(frm, row, "thread_of", emails.map(follow_up_choice));
		const any = { value: ANY_EARLIER, label: __("Any earlier follow-up") };
		set_choices(frm, row, "trigger_of", [any, ...others.map(follow_up_choice)]);
	}
	const parent = frm.doc.follow_ups.find(
		(each) => each.follow_up_key && each.follow_up_key === (row.follow_up || row.parent_follow_up)
	);
	const terms = frappe.boot.cadence_terms;
	const heard = others.filter(
		(each) => row.trigger_of === ANY_EARLIER || each.follow_up_key === row.trigger_of
	);
	const listens_to = row.trigger_of && heard.length ? heard : [parent].filter(Boolean);
	const any_at_all = Object.keys(terms.outcomes).map((channel) => ({ channel, invite_starts_field: "any" }));
	const heard_of = listens_to.length ? listens_to : any_at_all;
	const brought = (of) => [...new Set(heard_of.flatMap(of))];
	set_options(frm, row, "trigger_outcome", [
		...(row.trigger_absent ? [] : terms.any_channel),
		...brought(row.trigger_absent ? awaited_of : outcomes_of),
	]);
	set_options(frm, row, "trigger_since", [...terms.any_channel, ...brought(outcomes_of)]);
}

/** What a follow-up can bring about: an email without an invite has none of the answers to one. */
function outcomes_of({ channel, invite_starts_field }) {
	const { outcomes, of_invites } = frappe.boot.cadence_terms;
	return (outcomes[channel] || []).filter((each) => invite_starts_field || !of_invites.includes(each));
}

/** What one can wait for in vain after it. */
function awaited_of(row) {
	const possible = outcomes_of(row);
	return (frappe.boot.cadence_terms.awaited[row.channel] || []).filter((each) => possible.includes(each));
}

function follow_up_choice({ follow_up_key, title }) {
	return { value: follow_up_key, label: title ? `${title} (${follow_up_key})` : follow_up_key };
}

/** The follow-ups that can come before `row`: all but itself and those that come after it. */
function not_after(frm, row) {
	const later = new Set([row.follow_up_key]);
	let found = 0;
	while (found !== later.size) {
		found = later.size;
		for (const each of frm.doc.follow_ups) {
			if (later.has(each.parent_follow_up)) later.add(each.follow_up_key);
		}
	}
	return frm.doc.follow_ups.filter((each) => each.follow_up_key && !later.has(each.follow_up_key));
}

/** What an Autocomplete of this row offers. Anything else can be typed; activation checks it (S1.6). */
function set_choices(frm, row, fieldname, choices) {
	Object.assign(frappe.meta.get_docfield(row.doctype, fieldname, row.name), {
		options: choices,
		ignore_validation: 1,
	});
	for (const control of open_controls(frm, row, fieldname)) control.set_data?.(choices);
}

function set_options(frm, row, fieldname, outcomes_offered) {
	const kept = row[fieldname];
	// an outcome that does not fit any more stays visible, until somebody changes it
	if (kept && !outcomes_offered.includes(kept)) outcomes_offered.push(kept);
	const df = frappe.meta.get_docfield(row.doctype, fieldname, row.name);
	const options = outcomes_offered.join("\n");
	if (df.options === options) return;
	df.options = options;
	for (const control of open_controls(frm, row, fieldname)) control.refresh();
}

/** The controls of a row that are open: in its own form, and beside the builder. */
function open_controls(frm, row, fieldname) {
	const { grid } = frm.get_field(row.parentfield);
	const { panel } = cadences.rows;
	return [
		grid.grid_rows_by_docname[row.name]?.grid_form?.fields_dict[fieldname],
		panel?.name === row.name ? panel.layout.fields_dict[fieldname] : null,
	].filter(Boolean);
}

/** The fields of the module that addresses, dates and users can come from. */
async function offer_fields(frm) {
	const { module } = frm.doc;
	if (!module) return;
	const [choices] = await Promise.all([
		frappe.xcall("cadences_app.api.cadence_form.field_choices", { module }),
		new Promise((resolve) => frappe.model.with_doctype(module, resolve)),
	]);
	if (frm.doc.module !== module) return;
	frm.cadence_emails = choices.email;
	frm.cadence_numbers = choices.phone;
	const described = (kind) =>
		choices[kind].map(({ value, label }) => ({ value, label: `${label} (${value})` }));
	const of_rows = Object.entries(FIELDS_OF_ROWS).map(([fieldname, kind]) => [fieldname, described(kind)]);
	frm.cadence_fields = {
		follow_ups: Object.fromEntries(of_rows),
		unenrollment_rules: { date_field: described("date") },
	};
	offer_in_all_rows(frm);
	frm.set_df_property("holiday_list", "ignore_validation", 1);
	frm.get_field("holiday_list").set_data(choices.holiday_list);
	show_view(frm);
}

function show_view(frm) {
	if (frm.doc.audience_kind !== "Custom View") return;
	const field = frm.get_field("view_filters");
	cadences.conditions.show(field, frm.doc.module, cadences.conditions.view, (json) =>
		frm.set_value("view_filters", json)
	);
}

function show_rule_conditions(frm, doctype, name) {
	const row = frappe.get_doc(doctype, name);
	if (row.kind !== "Record Conditions") return;
	for (const field of open_controls(frm, row, "conditions")) {
		cadences.conditions.show(field, frm.doc.module, cadences.conditions.rule, async (json) => {
			await frappe.model.set_value(doctype, name, "conditions", json);
			show_rule_conditions(frm, doctype, name);
		});
	}
}

/** Whether the outcome that a row waits for can come of this follow-up. */
function can_happen(parent, { trigger_outcome, trigger_absent }) {
	const { any_channel } = frappe.boot.cadence_terms;
	const outcome = trigger_outcome || any_channel[0];
	if (trigger_absent) return awaited_of(parent).includes(outcome);
	return any_channel.includes(outcome) || outcomes_of(parent).includes(outcome);
}

/** What a follow-up can bring about, as the triggers of one after it. */
function triggers(parent) {
	const { any_channel } = frappe.boot.cadence_terms;
	const in_vain = (outcome) => ({
		label: __("not {0} within 3 days", [__(outcome)]),
		values: {
			trigger_outcome: outcome,
			trigger_absent: 1,
			trigger_within_amount: 3,
			trigger_within_unit: "Days",
		},
	});
	return [
		{ label: __("whatever became of it"), values: { trigger_outcome: any_channel[0] } },
		...awaited_of(parent).map(in_vain),
		...outcomes_of(parent).map((each) => ({ label: __(each), values: { trigger_outcome: each } })),
	];
}

/** In the order of the field, then those that other apps have added. */
function offered_channels() {
	const known = Object.keys(frappe.boot.cadence_terms.outcomes);
	const { options } = frappe.meta.get_docfield("Cadence Follow-up", "channel");
	const listed = options.split("\n").filter((each) => known.includes(each));
	return [...listed, ...known.filter((each) => !listed.includes(each))];
}

/** What the builder beside the tables uses of this; `panel` is the layout that it shows of a row. */
Object.assign(cadences.rows, {
	panel: null,
	next_key,
	suggest_title,
	address,
	offer_in_all_rows,
	can_happen,
	outcomes_of,
	triggers,
	channels: offered_channels,
	offer: (frm, row) => {
		offer_in_row(frm, row.doctype, row.name);
		if (row.doctype === "Cadence Unenrollment Rule") show_rule_conditions(frm, row.doctype, row.name);
	},
});
