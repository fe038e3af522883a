// A run that failed can be tried again: what was done stays done. So can one of which nobody knows whether an
// action was carried out; that action is then done, perhaps for the second time.
frappe.ui.form.on("Cadence Workflow Run", {
	refresh(frm) {
		if (!["Failed", "Unknown"].includes(frm.doc.status)) return;
		const try_again = cadences.attempt(async () => {
			await frappe.xcall("cadences_app.api.workflows.try_again", { runs: [frm.docname] });
			await frm.reload_doc();
		});
		frm.add_custom_button(__("Try Again"), () => {
			if (frm.doc.status === "Failed") return try_again();
			const risk = __("Nobody knows whether the action was carried out. Doing it again may do it twice.");
			frappe.confirm(risk, try_again);
		});
	},
});
