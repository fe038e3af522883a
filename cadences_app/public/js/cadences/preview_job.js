// The answers of a preview that a job makes.
import { follow_job } from "./follow_job";

const ENDED = ["Done", "Failed", "Stopped"];

export function account_of_preview(job) {
	return answers_of_job(job, { call: frappe.xcall.bind(frappe), socket: frappe.realtime }, (done, total) => {
		if (done === null) frappe.hide_progress();
		else frappe.show_progress(__("Looking at the Records"), done, total || 1);
	});
}

/** `screen` has `call` and `socket`; `show` is told how far it is, and null at the end. */
export function answers_of_job(job, screen, show = () => {}) {
	return new Promise((resolve) => {
		const look = async ({ status, done, total }) => {
			show(done, total);
			if (!ENDED.includes(status)) return;
			end();
			show(null);
			resolve((await screen.call("cadences_app.api.records.answers", { job })).answers);
		};
		const end = follow_job(job, look, screen);
	});
}
