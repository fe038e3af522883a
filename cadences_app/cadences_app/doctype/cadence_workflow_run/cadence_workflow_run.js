// A run that failed can be tried again: what was done stays done.
frappe.ui.form.on("Cadence Workflow Run", {
	refresh(frm) {
		if (frm.doc.status !== "Failed") return;
		const try_again = cadences.attempt(async () => {
			await frappe.xcall("cadences_app.api.workflows.try_again", { runs: [frm.docname] });
			await frm.reload_doc();
		});
		frm.add_custom_button(__("Try Again"), try_again);
	},
});
