// The list actions *Cadences* (S5.2). Every list asks its class for the Actions menu once, after its own
// settings were loaded; adding to it there works for any DocType and replaces nobody's settings.
import { attempt, call } from "./ask";
import { ask_disposition } from "./steps";
import { has_cadences, may_enroll, may_unenroll, takes_records } from "./boot";
import { add_to_cadence } from "./loaded";

export function extend_lists() {
	const lists = frappe.views.ListView.prototype;
	const set_actions_menu_items = lists.set_actions_menu_items;
	lists.set_actions_menu_items = function (...args) {
		const answer = set_actions_menu_items.apply(this, args);
		add_actions(this);
		return answer;
	};
}

function add_actions(list) {
	const may_add = may_enroll() && takes_records(list.doctype);
	const may_take_out = may_unenroll() && has_cadences(list.doctype);
	if (!may_add && !may_take_out) return;
	list.page.actions.append(`<li class="dropdown-header">${__("Cadences")}</li>`);
	if (may_add) add_action(list, __("Add to Cadence"), add_to_cadence);
	if (may_take_out) add_action(list, __("Take out of Cadence"), take_out);
}

function add_action(list, label, act) {
	const action = attempt(async () => {
		const was_done = await act(list.doctype, list.get_checked_items(true).map(String));
		if (!was_done) return;
		list.clear_checked_items();
		list.refresh();
	});
	list.page.add_actions_menu_item(label, action, true);
}

async function take_out(doctype, names) {
	const title = __("Take {0} Records out of Cadence", [names.length]);
	const answer = await ask_disposition([cadence_field(doctype)], title);
	if (!answer) return false;
	const { cadence = "", why = "", disposition = "" } = answer;
	const { unenrolled, not_enrolled } = await call("unenroll", { doctype, names, cadence, why, disposition });
	const told = [__("{0} taken out", [unenrolled])];
	if (not_enrolled.length) told.push(__("{0} were in no such cadence", [not_enrolled.length]));
	frappe.show_alert({ message: told.join(", "), indicator: unenrolled ? "green" : "orange" }, 7);
	return true;
}

function cadence_field(doctype) {
	return {
		fieldname: "cadence",
		fieldtype: "Link",
		label: __("Cadence"),
		options: "Cadence",
		get_query: () => ({ filters: { module: doctype } }),
		description: __("Blank: every cadence that they are in."),
	};
}
