// What became of the records: how many were enrolled, skipped and refused, and why (S5.2).
import { harmless, plain } from "./ask";
import { counts, summary } from "./enrolling";

const SHOWN = 50;

export function show_account(account) {
	const left_out = [...(account.ended || []), ...account.skipped, ...account.refused];
	if (!left_out.length) {
		frappe.show_alert({ message: plain(summary(account)), indicator: "green" }, 7);
		return;
	}
	const dialog = frappe.msgprint({
		title: plain(account.cadence),
		message: `<p>${counts_html(account)}</p>${left_out_html(left_out)}`,
		wide: left_out.length > 1,
	});
	dialog.$wrapper.find(".cadence-save").on("click", () => save(account, left_out));
}

function counts_html(account) {
	return counts(account)
		.map(([count, what, colour]) => `<span class="indicator-pill mr-2 ${colour}">${count} ${what}</span>`)
		.join("");
}

function left_out_html(left_out) {
	const rows = left_out.slice(0, SHOWN).map(
		({ name, title, why }) => `<tr>
			<td>${plain(title || name)}</td>
			<td class="text-muted">${plain(why)}</td>
		</tr>`
	);
	const more = left_out.length - SHOWN;
	return `<p><button type="button" class="btn btn-link btn-sm p-0 cadence-save">${__("Download what became of each record")}</button></p>
		<table class="table table-sm mb-0">${rows.join("")}</table>
		${more > 0 ? `<p class="text-muted small mt-2">${__("and {0} more", [more])}</p>` : ""}`;
}

/** What became of each record, as a file. */
function save(account, left_out) {
	const told = new Map(left_out.map(({ name, title, why }) => [name, [title || name, why]]));
	const names = [...new Set([...(account.asked_in_all || account.asked || []), ...told.keys()])];
	if (account.job) {
		window.open(`/api/method/cadences_app.api.records.download?job=${encodeURIComponent(account.job)}`);
		return;
	}
	const rows = names.map((name) => [name, ...(told.get(name) || ["", __("is in the cadence")])]);
	const table = [[__("Record"), __("Title"), __("What Became of It")], ...rows];
	frappe.tools.downloadify(table.map((row) => row.map(harmless)), null, account.cadence);
}
