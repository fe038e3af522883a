frappe.listview_settings["Cadence Activity"] = {
	add_fields: ["status", "delivery"],
	hide_name_column: true,

	get_indicator({ status, delivery }) {
		if (["Unknown", "Bounced", "Suppressed"].includes(delivery)) {
			return [__(delivery), delivery === "Unknown" ? "orange" : "red", `delivery,=,${delivery}`];
		}
		const colour = {
			Scheduled: "blue",
			"Handed Over": "purple",
			"Carried Out": "green",
			Skipped: "yellow",
			Cancelled: "gray",
			Failed: "red",
		}[status];
		return [__(status), colour, `status,=,${status}`];
	},
};
