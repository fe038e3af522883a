// The figures as a file: a line for each follow-up, owner, version, reason and day.
import { harmless } from "../cadences/ask";

export function save_csv(answer) {
	const measures = [...new Set(answer.funnel.flatMap((each) => Object.keys(each)))].filter((each) => /^[A-Z]/.test(each));
	const line = (what, name, row) => [what, name, ...measures.map((each) => row[each] ?? "")];
	const rows = [
		[__("What"), __("Name"), ...measures.map((each) => __(each)), __("Number")],
		...answer.funnel.map((each) => line(__("Follow-up"), each.label, each)),
		...answer.owners.map((each) => line(__("Owner"), each.label, each)),
		...answer.versions.map((each) => line(__("Version"), each.label, each)),
		...answer.variants.map((each) => line(__("Template"), each.value, each)),
		...answer.days.map((each) => line(__("Day"), each.day, each)),
		...answer.exits.map((each) => [...line(__("Exit reason"), each.label, {}), each.number]),
		...answer.dispositions.map((each) => [...line(__("Disposition"), each.value, {}), each.number]),
		...(answer.coming || []).map((each) => [...line(__("What comes"), `${each.day} ${__(each.channel)} ${each.who}`, {}), each.number]),
		...(answer.held_out?.arms || []).map((each) => [...line(__("Converted"), `${each.name} (${each.number})`, {}), each.converted]),
		...(answer.still || []).map((each) => [...line(__("Stands still"), each.label, {}), each.number]),
	];
	frappe.tools.downloadify(rows.map((row) => row.map(harmless)), null, answer.cadence);
}
