// The report on a cadence (S8). What it is made of comes with the page, not with all of Desk.

frappe.pages["cadence-report"].on_page_load = (wrapper) => {
	frappe.ui.make_app_page({ parent: wrapper, title: __("Cadence Report"), single_column: true });
	wrapper.report = frappe
		.require(["cadence_report.bundle.js", "cadence_report.bundle.css"])
		.then(() => new cadences.Report(wrapper));
};

frappe.pages["cadence-report"].on_page_show = (wrapper) => wrapper.report.then((report) => report.show());
