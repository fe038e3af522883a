// A touchpoint: what was sent, assigned or called, and what became of it.

frappe.ui.form.on("Cadence Activity", {
	refresh(frm) {
		frm.disable_save();
		add_links(frm);
		frm.set_intro();
		show_why(frm);
		if (frm.doc.delivery === "Unknown") ask_to_settle(frm);
		else if (frm.doc.error) frm.set_intro(__("An error is in the way. It is shown below."), "red");
		if (frm.doc.delivery === "Waiting for Review") add_release(frm, __("Send"), "release");
		if (frm.doc.delivery === "Waiting for Approval") add_release(frm, __("Approve and Send"), "approve");
	},
});

/** Why it stands as it does, as a sentence; the fields hold codes. */
async function show_why(frm) {
	frm.ask_why ??= cadences.newest();
	const is_newest = frm.ask_why();
	frm.toggle_display(["reason", "note"], false);
	const { name: activity, status, delivery, error } = frm.doc;
	if (delivery === "Unknown" || error || !["Skipped", "Cancelled", "Failed"].includes(status)) return;
	const why = await frappe.xcall("cadences_app.api.activities.why", { activity });
	if (frm.doc.name !== activity || !is_newest() || !why) return;
	frm.set_intro(__("{0}: {1}", [__(status), frappe.utils.escape_html(why)]), "blue");
}

function add_links(frm) {
	const { enrollment, reference_doctype, reference_name, activity_doctype, activity_name } = frm.doc;
	const links = [
		["Cadence Enrollment", enrollment, __("Enrollment")],
		[reference_doctype, reference_name, __(reference_doctype)],
		[activity_doctype, activity_name, __(activity_doctype)],
	];
	for (const [doctype, name, label] of links) {
		if (name) frm.add_custom_button(label, () => frappe.set_route("Form", doctype, name), __("Documents"));
	}
}

function ask_to_settle(frm) {
	frm.set_intro(
		__(
			"Nobody knows whether this was sent: the server stopped, or the connection broke, while it was being handed over. Look into the sender's mailbox, or the log of the mail server or the gateway, then say what you found."
		),
		"orange"
	);
	if (!frm.has_perm("write")) return;
	frm.add_custom_button(
		__("It Was Sent"),
		cadences.attempt(() => change(frm, "settle", { was_sent: 1 }))
	);
	frm.add_custom_button(
		__("It Was Not Sent: Send It"),
		cadences.attempt(() => change(frm, "settle", { was_sent: 0 }))
	);
}

function add_release(frm, label, method) {
	if (!frm.has_perm("write")) return;
	frm.add_custom_button(
		label,
		cadences.attempt(() => change(frm, method))
	)
		.removeClass("btn-default")
		.addClass("btn-primary");
}

async function change(frm, method, args = {}) {
	const activity = frm.doc.name;
	await frappe.xcall(`cadences_app.api.activities.${method}`, { activity, ...args });
	frm.reload_doc();
}
