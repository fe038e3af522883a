// Erasing a person by their address (docs/security.md). An entry that begins with sha256: is what stays of one.

frappe.listview_settings["Cadence Suppression"] = {
	onload(list) {
		if (frappe.user.has_role("System Manager")) {
			list.page.add_inner_button(__("Erase a Person"), () => ask_whom(list));
		}
	},
};

function ask_whom(list) {
	const dialog = new frappe.ui.Dialog({
		title: __("Erase a Person"),
		fields: [
			{
				fieldname: "address",
				fieldtype: "Data",
				label: __("Email Address, or Phone Number with Its Country Code"),
				reqd: 1,
				description: __(
					"Their enrollments end, and every text to, from and about them is taken out of the cadences, with the mails, tasks and calls that cadences made. It can't be undone. Records such as leads and contacts are erased where they are kept."
				),
			},
		],
		primary_action_label: __("Erase"),
		primary_action({ address }) {
			dialog.hide();
			const question = __("Erase {0} for good?", [frappe.utils.escape_html(address).bold()]);
			frappe.confirm(
				question,
				cadences.attempt(() => erase(address, list))
			);
		},
	});
	dialog.show();
}

async function erase(address, list) {
	const rows = await frappe.xcall("cadences_app.api.erasure.erase", { address });
	const count = Object.values(rows).reduce((sum, each) => sum + each, 0);
	frappe.show_alert({ message: __("{0} rows erased", [count]), indicator: "green" });
	list.refresh();
}
