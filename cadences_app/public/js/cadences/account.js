// What became of the records: how many were enrolled, skipped and refused, and why (S5.2).
import { plain } from "./ask";
import { counts, summary } from "./enrolling";

const SHOWN = 50;

export function show_account(account) {
	const left_out = [...account.skipped, ...account.refused];
	if (!left_out.length) {
		frappe.show_alert({ message: plain(summary(account)), indicator: "green" }, 7);
		return;
	}
	frappe.msgprint({
		title: plain(account.cadence),
		message: `<p>${counts_html(account)}</p>${left_out_html(left_out)}`,
		wide: left_out.length > 1,
	});
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
	return `<table class="table table-sm mb-0">${rows.join("")}</table>
		${more > 0 ? `<p class="text-muted small mt-2">${__("and {0} more", [more])}</p>` : ""}`;
}
