// The same filters as the page Cadence Report.

frappe.query_reports["Cadence Figures"] = {
	filters: [
		{ fieldname: "cadence", fieldtype: "Link", options: "Cadence", label: __("Cadence") },
		{
			fieldname: "version",
			fieldtype: "Link",
			options: "Cadence Version",
			label: __("Version"),
			get_query: () => ({ filters: { cadence: frappe.query_report.get_filter_value("cadence") } }),
		},
		{ fieldname: "owner", fieldtype: "Link", options: "User", label: __("Owner") },
		{ fieldname: "from_date", fieldtype: "Date", label: __("From") },
		{ fieldname: "to_date", fieldtype: "Date", label: __("To") },
	],
};
