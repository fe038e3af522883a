// A change that could not be worked on can be tried again.
frappe.ui.form.on("Cadence Journey Change", {
	refresh(frm) {
		if (!frm.doc.error) return;
		frm.add_custom_button(__("Try Again"), async () => {
			await frappe.xcall("cadences_app.api.journeys.try_again", { change: frm.docname });
			frappe.set_route("List", frm.doctype);
		});
	},
});
