// The list actions *Cadences* (S5.2). Every list asks its class for the Actions menu once, after its own
// settings were loaded; adding to it there works for any DocType and replaces nobody's settings.
import { attempt, call, plain } from "./ask";
import { leaving, left } from "./foreseen";
import { ask_disposition } from "./steps";
import { has_cadences, may_enroll, may_unenroll, takes_records } from "./boot";
import { add_to_cadence } from "./loaded";
import { newest } from "./newest";

const FORESEEN = "cadence-foreseen";

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
	const foresee = async (cadence) => leaving_html(await call("preview_unenrolling", { doctype, names, cadence }));
	const fields = [
		{ fieldname: "foreseen", fieldtype: "HTML", options: `<div class="${FORESEEN}">${await foresee("")}</div>` },
		cadence_field(doctype, foresee),
	];
	const answer = await ask_disposition(fields, title);
	if (!answer) return false;
	const { cadence = "", why = "", disposition = "" } = answer;
	const account = await call("unenroll", { doctype, names, cadence, why, disposition });
	if (account.not_done.length) frappe.msgprint({ title: left(account), message: not_done_html(account), wide: true });
	else frappe.show_alert({ message: left(account), indicator: account.unenrolled ? "green" : "orange" }, 7);
	return true;
}

function leaving_html(foreseen) {
	return `<p class="bold mb-1">${__("What Would Happen")}</p>
		<ul class="small text-muted">${leaving(foreseen).map((each) => `<li>${plain(each)}</li>`).join("")}</ul>`;
}

function not_done_html({ not_done }) {
	const rows = not_done.slice(0, 50).map(
		({ title, why }) => `<tr><td>${plain(title)}</td><td class="text-muted">${plain(why)}</td></tr>`
	);
	return `<table class="table table-sm mb-0">${rows.join("")}</table>`;
}

function cadence_field(doctype, foresee) {
	const ask_anew = newest();
	return {
		fieldname: "cadence",
		fieldtype: "Link",
		label: __("Cadence"),
		options: "Cadence",
		get_query: () => ({ filters: { module: doctype } }),
		onchange: attempt(async () => {
			const is_newest = ask_anew();
			const { cadence = "" } = cur_dialog.get_values(true) || {};
			const $foreseen = cur_dialog.$wrapper.find(`.${FORESEEN}`);
			const told = await foresee(cadence);
			if (is_newest()) $foreseen.html(told);
		}),
		description: __("Blank: every cadence that they are in."),
	};
}
