// The answers of a preview that a job makes.
const TOLD = "cadence_job";
const ENDED = ["Done", "Failed", "Stopped"];

export function account_of_preview(job) {
	return new Promise((resolve) => {
		const read = async () => {
			frappe.realtime.off(TOLD, take);
			frappe.hide_progress();
			resolve((await frappe.xcall("cadences_app.api.records.answers", { job })).answers);
		};
		const show = ({ status, done, total }) => {
			frappe.show_progress(__("Looking at the Records"), done, total || 1);
			if (ENDED.includes(status)) read();
		};
		const take = (told) => told.name === job && show(told);
		frappe.realtime.on(TOLD, take);
		frappe.xcall("cadences_app.api.audience.progress", { job }).then(show);
	});
}
