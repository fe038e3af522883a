// The life of a cadence: activate, publish, deactivate, reactivate, clone (S1.3, S1.6, S1.7, S7).
// Its rows and conditions are in public/js/cadence_form.

const PUBLISH_CHOICES = [
	"Stop Those Whose Scheduled Follow-up Was Edited",
	"Let Them Finish on Their Version",
	"Move Them to the New Version",
];

frappe.ui.form.on("Cadence", {
	setup(frm) {
		frm.set_query("module", () => ({ filters: { istable: 0, issingle: 0, is_virtual: 0 } }));
	},

	refresh(frm) {
		frm.set_intro();
		if (frm.is_new()) return;
		if (frappe.model.can_create("Cadence")) frm.add_custom_button(__("Clone"), () => clone(frm));
		if (frm.has_perm("write")) add_life_buttons(frm);
		show_standing(frm);
	},
});

function add_life_buttons(frm) {
	if (frm.doc.status === "Draft") add_primary(frm, __("Activate"), activate);
	if (frm.doc.status === "Active") frm.add_custom_button(__("Deactivate"), () => deactivate(frm));
	if (frm.doc.status === "Inactive") add_primary(frm, __("Reactivate"), reactivate);
}

function add_primary(frm, label, act) {
	frm.add_custom_button(label, () => act(frm))
		.removeClass("btn-default")
		.addClass("btn-primary");
}

async function show_standing(frm) {
	const name = frm.doc.name;
	const standing = await frappe.xcall("cadences_app.api.cadence_form.standing", { cadence: name });
	if (frm.doc.name !== name) return;
	show_enrolled(frm, standing.enrolled);
	if (standing.is_edited) show_edits(frm, standing.faults);
	else if (standing.faults.length) show_faults(frm, standing.faults);
}

function show_enrolled(frm, enrolled) {
	frm.dashboard.stats_area_row.empty();
	for (const [status, count] of Object.entries(enrolled)) {
		frm.dashboard
			.add_indicator(`${__(status)}: ${count}`, cadences.colour_of(status))
			.css("cursor", "pointer")
			.on("click", () =>
				frappe.set_route("List", "Cadence Enrollment", { cadence: frm.doc.name, status })
			);
	}
}

function show_edits(frm, faults) {
	const is_active = frm.doc.status === "Active";
	const text = is_active
		? __("There are edits that are not published yet. Until then, version {0} runs.", [frm.doc.version])
		: __("There are edits that are not published yet. Reactivating publishes them.");
	frm.set_intro(text + fault_list(faults), "orange");
	if (is_active && frm.has_perm("write")) add_primary(frm, __("Publish Changes"), publish);
}

function show_faults(frm, faults) {
	frm.set_intro(__("Before it can be activated:") + fault_list(faults), "orange");
}

function fault_list(faults) {
	if (!faults.length) return "";
	const items = faults.map((fault) => `<li>${frappe.utils.escape_html(fault)}</li>`);
	return `<ul class="mb-0 mt-1 pl-4 cadence-faults">${items.join("")}</ul>`;
}

async function change(frm, method, args = {}) {
	if (frm.is_dirty()) await frm.save();
	await frappe.xcall(`cadences_app.api.activation.${method}`, { cadence: frm.doc.name, ...args });
	await frm.reload_doc();
	// pages that are open already learn of it without a new log-in
	frappe.boot.cadence_modules ??= {};
	frappe.boot.cadence_modules[frm.doc.module] ||= frm.doc.status === "Active";
}

async function activate(frm) {
	await change(frm, "activate");
	frappe.show_alert({ message: __("{0} is active.", [frm.doc.name]), indicator: "green" });
}

function deactivate(frm) {
	const question = __(
		"Halt everything that is scheduled in {0}? Nothing that was halted goes out later by itself.",
		[frm.doc.name.bold()]
	);
	frappe.confirm(question, () => change(frm, "deactivate"));
}

function reactivate(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Reactivate {0}", [frm.doc.name]),
		fields: reactivate_fields(frm.doc.audience_kind === "Custom View"),
		primary_action_label: __("Reactivate"),
		async primary_action(values) {
			dialog.hide();
			await change(frm, "reactivate", values);
		},
	});
	dialog.show();
}

function reactivate_fields(has_view) {
	const resume = {
		fieldname: "resume_halted",
		fieldtype: "Check",
		label: __("Resume the halted enrollments from now"),
		description: __("Otherwise they stay halted, and each can be resumed later."),
	};
	if (!has_view) return [resume];
	const view = __(
		"The conditions of the view are kept. To change them, close this and edit the form first."
	);
	return [
		{ fieldtype: "HTML", options: `<p>${view}</p>` },
		{
			fieldname: "unenroll_unmatched",
			fieldtype: "Check",
			label: __("Un-enroll the records that are no longer in the view"),
		},
		resume,
	];
}

function publish(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Publish the Changes"),
		fields: [
			{
				fieldname: "choice",
				fieldtype: "Select",
				label: __("The records under way"),
				options: PUBLISH_CHOICES.map((value) => ({ value, label: __(value) })),
				default: PUBLISH_CHOICES[0],
				description: __("What is published now holds for everybody who is enrolled from now on."),
			},
		],
		primary_action_label: __("Publish"),
		async primary_action(values) {
			dialog.hide();
			await change(frm, "publish", values);
			frappe.show_alert({ message: __("Published as {0}", [frm.doc.version]), indicator: "green" });
		},
	});
	dialog.show();
}

function clone(frm) {
	const { doc } = frm;
	const dialog = new frappe.ui.Dialog({
		title: __("Clone {0}", [doc.name]),
		fields: [
			{ fieldname: "cadence_name", fieldtype: "Data", label: __("Name"), reqd: 1, length: 100 },
			{
				fieldname: "description",
				fieldtype: "Small Text",
				label: __("Description"),
				default: doc.description,
			},
			{
				fieldname: "audience_kind",
				fieldtype: "Select",
				label: __("Target Audience"),
				options: frm.get_field("audience_kind").df.options,
				default: doc.audience_kind,
			},
		],
		primary_action_label: __("Clone"),
		async primary_action(values) {
			const copy = await frappe.xcall("cadences_app.api.cadences.clone", {
				cadence: doc.name,
				...values,
			});
			dialog.hide();
			frappe.set_route("Form", "Cadence", copy);
		},
	});
	dialog.show();
}
