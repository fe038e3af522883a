// A change that could not be worked on can be tried again.
frappe.ui.form.on("Cadence Journey Change", {
	refresh(frm) {
		if (!frm.doc.error) return;
		const try_again = cadences.attempt(async () => {
			await frappe.xcall("cadences_app.api.journeys.try_again", { change: frm.docname });
			frappe.set_route("List", frm.doctype);
		});
		frm.add_custom_button(__("Try Again"), try_again);
	},
});
