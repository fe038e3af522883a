// The journeys of a record, among its connections (S9.5).
import { plain } from "./ask";
import { newest } from "./newest";

const CSS_CLASS = "form-dashboard-journeys";

export function extend_forms_on_journeys() {
	$(document).on("form-refresh", (_event, frm) => {
		if (frappe.boot.journey_modules?.includes(frm.doctype) && !frm.is_new()) show(frm);
	});
}

async function show(frm) {
	const { doctype, docname } = frm;
	frm.ask_for_journeys ??= newest();
	const is_newest = frm.ask_for_journeys();
	const visits = await frappe.xcall("cadences_app.api.journeys.of_record", { doctype, name: docname });
	if (frm.docname !== docname || !is_newest()) return; // another record is shown by now
	frm.layout.wrapper.find(`.${CSS_CLASS}`).remove();
	if (!visits.length) return;
	const $body = frm.dashboard.add_section("", __("Journey"), `custom ${CSS_CLASS}`);
	const chains = [...new Set(visits.map(({ chain }) => chain))];
	$body.append(chains.map((one) => chain_html(visits.filter(({ chain }) => chain === one))).join(""));
	frm.dashboard.show();
}

function chain_html(visits) {
	return `<div class="mb-2"><span class="text-muted">${plain(visits[0].journey)}:</span>
		${visits.map(visit_html).join(" → ")}</div>`;
}

function visit_html({ title, reference_doctype, reference_name, entered_at, left_at, problem }) {
	const href = frappe.utils.get_form_link(reference_doctype, reference_name);
	const told = [frappe.datetime.str_to_user(entered_at), problem].filter(Boolean).join("\n");
	const shown = left_at ? plain(title) : `<b>${plain(title)}</b>`;
	return `<a href="${plain(href)}" title="${plain(told)}">${shown}</a>${problem ? " ⚠" : ""}`;
}
