// The block on the workspace *Cadences* that says whether they run, and what needs somebody (S15.1).
import { attempt, plain } from "./cadences/ask";

const STYLE = `<style>
	.ch { display: flex; flex-direction: column; gap: 6px; font-size: 13px; color: var(--text-color); }
	.ch-one { display: block; padding: 8px 12px; border-radius: 8px; border: 1px solid var(--border-color); color: inherit; text-decoration: none; }
	.ch-one.is-serious { border-color: var(--red-300, #f9c6c6); background: var(--bg-red, #fff7f7); color: var(--text-on-red, #b52a2a); }
	.ch-one b { font-weight: 600; }
	.ch-quiet { color: var(--text-muted); }
</style>`;

frappe.provide("cadences");

cadences.show_health = attempt(async (root) => {
	const told = await frappe.xcall("cadences_app.api.operation.health");
	root.innerHTML = STYLE + `<div class="ch" role="status">${told.troubles.map(trouble_html).join("") || all_well(told)}</div>`;
});

function all_well({ last_tick }) {
	const told = last_tick
		? __("Everything runs. The scheduler last looked at {0}.", [plain(frappe.datetime.str_to_user(last_tick))])
		: __("Everything runs.");
	return `<div class="ch-quiet">${told}</div>`;
}

function trouble_html({ trouble, text, remedy, since, is_serious, doctype, filters }) {
	const when = since ? ` ${__("Last seen at work: {0}.", [plain(frappe.datetime.str_to_user(since))])}` : "";
	const inner = `<b>${plain(text)}</b>${when} <span>${plain(remedy)}</span>`;
	const classes = `ch-one ${is_serious ? "is-serious" : ""}`;
	if (!doctype) return `<div class="${classes}" data-trouble="${plain(trouble)}">${inner}</div>`;
	const query = new URLSearchParams(
		Object.entries(filters).map(([field, value]) => [field, Array.isArray(value) ? JSON.stringify(value) : value])
	);
	return `<a class="${classes}" data-trouble="${plain(trouble)}" href="/app/${frappe.router.slug(doctype)}?${query}">${inner}</a>`;
}
