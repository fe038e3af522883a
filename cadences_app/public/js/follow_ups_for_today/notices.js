// Of what one wants to be told in Frappe's notifications, everybody for themselves (S8.7).
import { ask, attempt } from "../cadences/ask";

const API = "cadences_app.api.notices";

export const choose_notices = attempt(async () => {
	const kinds = await frappe.xcall(`${API}.own`);
	const answer = await ask({
		title: __("What I Am Told Of"),
		label: __("Save"),
		fields: kinds.map(({ kind, label, is_told, is_off_for_all }) => ({
			fieldname: kind,
			fieldtype: "Check",
			label,
			default: is_told && !is_off_for_all ? 1 : 0,
			read_only: is_off_for_all ? 1 : 0,
			description: is_off_for_all ? __("Switched off for everybody in Cadence Settings.") : "",
		})),
	});
	if (!answer) return;
	const open = kinds.filter(({ is_off_for_all }) => !is_off_for_all);
	const told = Object.fromEntries(open.map(({ kind }) => [kind, answer[kind] ? 1 : 0]));
	await frappe.xcall(`${API}.choose`, { told });
	frappe.show_alert({ message: __("Saved"), indicator: "green" });
});
