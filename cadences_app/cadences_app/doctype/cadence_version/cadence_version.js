// Copyright (c) 2026, The cadences_app developers and contributors
// For license information, please see license.txt

// frappe.ui.form.on("Cadence Version", {
// 	refresh(frm) {

// 	},
// });
