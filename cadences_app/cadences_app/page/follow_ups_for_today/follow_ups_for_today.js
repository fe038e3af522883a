// A rep's follow-ups for today (S8.4). What it is made of comes with the page, not with all of Desk.

frappe.pages["follow-ups-for-today"].on_page_load = (wrapper) => {
	frappe.ui.make_app_page({ parent: wrapper, title: __("Follow-ups for Today"), single_column: true });
	wrapper.queue = frappe
		.require(["follow_ups_for_today.bundle.js", "follow_ups_for_today.bundle.css"])
		.then(() => new cadences.FollowUpsForToday(wrapper));
};

frappe.pages["follow-ups-for-today"].on_page_show = (wrapper) => wrapper.queue.then((queue) => queue.show());
