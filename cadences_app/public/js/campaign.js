// ERPNext's Campaign: its Email Campaigns can become a cadence (S15.5).
frappe.ui.form.on("Campaign", {
	refresh(frm) {
		if (frm.is_new() || !frappe.model.can_create("Cadence")) return;
		frm.add_custom_button(__("Make It a Cadence"), () => {
			const question = __(
				"The schedule becomes a cadence. Who is under way goes on at their place, and ERPNext sends them nothing more. Go on?"
			);
			frappe.confirm(
				question,
				cadences.attempt(() => take_over(frm))
			);
		});
	},
});

async function take_over(frm) {
	const told = await frappe.xcall("cadences_app.api.takeover.take_over", { campaign: frm.docname });
	const plain = (value) => frappe.utils.escape_html(String(value));
	const links = Object.values(told.cadences).map(
		(name) => `<li><a href="${frappe.utils.get_form_link("Cadence", name)}">${plain(name)}</a></li>`
	);
	const left = Object.entries(told.left).map(
		([why, count]) => `<li>${__("{0}: {1}", [plain(why), plain(count)])}</li>`
	);
	frappe.msgprint({
		title: __("{0} go on in a cadence", [told.enrolled]),
		message: `<ul>${links.join("")}</ul>
			<p>${__("{0} had every mail already.", [told.finished])}</p><ul>${left.join("")}</ul>`,
	});
}
