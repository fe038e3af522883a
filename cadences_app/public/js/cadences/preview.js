// What adding records to a cadence would do, record by record, before it is done (S5.2).
import { plain } from "./ask";
import { colour_of, counts_of, sorted, word_of } from "./foreseen";
import { account_of_preview } from "./preview_job";

const AT_MOST = 1000;
const SHOWN = 200;

export async function preview(doctype, names, { cadence, ...beginning }, is_wanted) {
	const records = names.slice(0, AT_MOST);
	const asked = { doctype, records, cadences: [cadence], ...beginning };
	const answer = await frappe.xcall("cadences_app.api.records.preview", asked);
	const answers = answer.job ? await account_of_preview(answer.job) : answer.answers;
	if (!is_wanted()) return;
	// A dialog of its own: Frappe's message dialog would not open again while it is still closing.
	const told = `<p>${counts_html(answers)}</p>${left_html(names.length - records.length)}${rows_html(answers)}`;
	new frappe.ui.Dialog({
		title: __("What Would Happen"),
		size: "large",
		fields: [{ fieldtype: "HTML", options: told }],
	}).show();
}

function counts_html(answers) {
	return counts_of(answers)
		.map(
			([answer, count]) =>
				`<span class="indicator-pill mr-2 ${colour_of(answer)}">${count} ${word_of(answer)}</span>`
		)
		.join("");
}

function left_html(left) {
	return left > 0 ? `<p class="text-muted small">${__("The other {0} were not looked at.", [left])}</p>` : "";
}

function rows_html(answers) {
	const rows = sorted(answers).slice(0, SHOWN).map(
		({ record, title, answer, text }) => `<tr><td title="${plain(record)}">${plain(title)}</td>
			<td><span class="indicator-pill ${colour_of(answer)}">${plain(word_of(answer))}</span></td>
			<td class="text-muted">${plain(text)}</td></tr>`
	);
	const more = answers.length - rows.length;
	return `<table class="table table-sm mb-0">${rows.join("")}</table>
		${more > 0 ? `<p class="text-muted small mt-2">${__("and {0} more", [more])}</p>` : ""}`;
}
