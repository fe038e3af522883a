frappe.listview_settings["Cadence Activity"] = {
	add_fields: ["status", "delivery"],
	hide_name_column: true,

	get_indicator({ status, delivery }) {
		const colour = frappe.boot.cadence_terms?.delivery_colours[delivery];
		if (colour) return [__(delivery), colour, `delivery,=,${delivery}`];
		return cadences.indicator_of("Cadence Activity", status);
	},
};
