// A long run of a job: how far it is, a way to stop it and to have it go on, and its account (S5.2).
import { attempt, plain } from "./ask";
import { follow_job } from "./follow_job";

const ENDED = ["Done", "Failed"];

/** Resolves to the account of the job once it is done, or stopped for good. */
export function account_of_job(cadence, count, job) {
	return new Promise((resolve) => {
		const dialog = progress_dialog(cadence, count, job);
		const end = async () => {
			unfollow();
			dialog.onhide = null;
			dialog.hide();
			const account = await frappe.xcall("cadences_app.api.records.account", { job });
			if (account.status === "Failed") {
				frappe.msgprint(__("Not all records could be added to {0}.", [plain(cadence)]));
			}
			resolve(account);
		};
		const unfollow = follow_job(job, ({ status, done, total }) => {
			dialog.show_progress(status, done, total);
			if (ENDED.includes(status)) end();
		});
		dialog.when_stopped = end;
	});
}

function progress_dialog(cadence, count, job) {
	const ask = attempt(async (method) => {
		const { status, done, total } = await frappe.xcall(`cadences_app.api.audience.${method}`, { job });
		dialog.show_progress(status, done, total);
	});
	let stopped = false;
	const dialog = new frappe.ui.Dialog({
		title: __("Adding {0} Records to {1}", [count, plain(cadence)]),
		fields: [{ fieldname: "bar", fieldtype: "HTML" }],
		primary_action_label: __("Stop"),
		primary_action: () => ask(stopped ? "go_on" : "stop"),
		secondary_action_label: __("Show What Was Done"),
		secondary_action: () => dialog.when_stopped(),
	});
	dialog.get_secondary_btn().addClass("hide");
	dialog.get_field("bar").$wrapper.html(`<div class="progress"><div class="progress-bar"></div></div>
		<p class="text-muted small mt-2"></p>`);
	dialog.show_progress = (status, done, total) => {
		stopped = status === "Stopped";
		const $bar = dialog.get_field("bar").$wrapper;
		$bar.find(".progress-bar").css("width", `${total ? Math.round((done / total) * 100) : 0}%`);
		$bar.find("p").text(stopped ? __("Stopped after {0} of {1}.", [done, total]) : __("{0} of {1}", [done, total]));
		dialog.get_primary_btn().text(stopped ? __("Go On") : __("Stop"));
		dialog.get_secondary_btn().toggleClass("hide", !stopped);
	};
	// Whoever closes it lets it go on: its account comes when it is done.
	dialog.onhide = () => frappe.show_alert(__("The records are added in the background."));
	dialog.show();
	return dialog;
}
