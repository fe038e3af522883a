// The answers of a preview that a job makes.
import { follow_job } from "./follow_job";

const ENDED = ["Done", "Failed", "Stopped"];

export function account_of_preview(job) {
	return new Promise((resolve) => {
		const end = follow_job(job, async ({ status, done, total }) => {
			frappe.show_progress(__("Looking at the Records"), done, total || 1);
			if (!ENDED.includes(status)) return;
			end();
			frappe.hide_progress();
			resolve((await frappe.xcall("cadences_app.api.records.answers", { job })).answers);
		});
	});
}
