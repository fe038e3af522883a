// What is done to the rows of a cadence's form: the builder's hands. Frappe's own model is told of everything, so
// that the form, its tables and the builder show the same.

const FOLLOW_UPS = "follow_ups";
const RULES = "unenrollment_rules";
const DOCTYPES = { [FOLLOW_UPS]: "Cadence Follow-up", [RULES]: "Cadence Unenrollment Rule" };
const KEYS = { [FOLLOW_UPS]: "follow_up_key", [RULES]: "rule_key" };
const NOT_KEPT = new Set(["name", "parent", "parenttype", "parentfield", "doctype", "idx", "docstatus"]);

export function row_of(frm, key) {
	return frm.doc[FOLLOW_UPS].find((row) => row.follow_up_key === key);
}

/** Add a follow-up after another (blank: it starts with the enrollment); its key. */
export function add_follow_up(frm, parent, channel, trigger = {}) {
	const row = add(frm, FOLLOW_UPS);
	row.follow_up_key = cadences.rows.next_key(frm);
	Object.assign(row, { channel, parent_follow_up: parent, ...trigger });
	row.title = cadences.rows.suggest_title(frm, row);
	cadences.rows.address(frm, row);
	tell(frm, FOLLOW_UPS);
	return row.follow_up_key;
}

/** A copy of a follow-up beside it, without what comes after it; its key. */
export function copy_follow_up(frm, key) {
	const row = add(frm, FOLLOW_UPS);
	const original = row_of(frm, key);
	Object.assign(row, values_of(original), { follow_up_key: cadences.rows.next_key(frm) });
	row.title = __("{0} (copy)", [original.title || __(original.channel)]);
	tell(frm, FOLLOW_UPS);
	return row.follow_up_key;
}

/** Delete these follow-ups; what came after them comes after `heir`, whatever became of that. */
export function delete_follow_ups(frm, keys, heir = "") {
	for (const row of frm.doc[FOLLOW_UPS].filter((each) => keys.has(each.follow_up_key))) {
		frappe.model.clear_doc(row.doctype, row.name);
	}
	for (const row of frm.doc[FOLLOW_UPS]) {
		if (keys.has(row.parent_follow_up)) set_parent(frm, row, heir);
	}
	tell(frm, FOLLOW_UPS);
}

/** Put a follow-up after another one; whether its trigger had to give way, since that can't bring it about. */
export function move_follow_up(frm, key, parent) {
	const gave_way = set_parent(frm, row_of(frm, key), parent);
	tell(frm, FOLLOW_UPS);
	return gave_way;
}

function set_parent(frm, row, parent) {
	row.parent_follow_up = parent;
	const before = row_of(frm, parent);
	if (!before || cadences.rows.can_happen(before, row)) return false;
	const [trigger_outcome] = frappe.boot.cadence_terms.any_channel;
	Object.assign(row, { trigger_outcome, trigger_absent: 0, trigger_detail: "", trigger_times: 1 });
	return true;
}

export function add_rule(frm) {
	const row = add(frm, RULES);
	tell(frm, RULES);
	return row.name;
}

export function delete_rule(frm, name) {
	frappe.model.clear_doc(DOCTYPES[RULES], name);
	tell(frm, RULES);
}

/** Both tables as plain values, to be put back by `restore`. */
export function snapshot(frm) {
	return { [FOLLOW_UPS]: frm.doc[FOLLOW_UPS].map(values_of), [RULES]: frm.doc[RULES].map(values_of) };
}

/** Make both tables read as they did. Rows that are still there keep their names, so that nothing is made anew. */
export function restore(frm, kept) {
	for (const table of [FOLLOW_UPS, RULES]) {
		const found = new Map(frm.doc[table].map((row) => [row[KEYS[table]] || row, row]));
		const stays = new Set(kept[table].map((values) => values[KEYS[table]]));
		for (const [key, row] of found) {
			if (!stays.has(key)) frappe.model.clear_doc(row.doctype, row.name);
		}
		frm.doc[table] = kept[table].map((values, index) => {
			const row = found.get(values[KEYS[table]]) || new_row(frm, table);
			for (const field of Object.keys(values_of(row))) if (!(field in values)) delete row[field];
			return Object.assign(row, values, { idx: index + 1 });
		});
		tell(frm, table);
	}
}

function new_row(frm, table) {
	const row = add(frm, table);
	frm.doc[table].pop();
	return row;
}

function add(frm, table) {
	return frappe.model.add_child(frm.doc, DOCTYPES[table], table);
}

function values_of(row) {
	return Object.fromEntries(
		Object.entries(row).filter(
			([field, value]) => !NOT_KEPT.has(field) && !field.startsWith("__") && typeof value !== "object"
		)
	);
}

function tell(frm, table) {
	frm.dirty();
	cadences.rows.offer_in_all_rows(frm);
	frm.refresh_field(table);
}
