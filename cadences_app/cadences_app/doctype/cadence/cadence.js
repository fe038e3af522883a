// The life of a cadence: activate, publish, deactivate, reactivate, clone (S1.3, S1.6, S1.7, S7).
// Its rows and conditions are in public/js/cadence_form.

const PUBLISH_CHOICES = [
	"Stop Those Whose Scheduled Follow-up Was Edited",
	"Let Them Finish on Their Version",
	"Move Them to the New Version",
];

const escaped_text = (text) => frappe.utils.escape_html(text || "");

frappe.ui.form.on("Cadence", {
	setup(frm) {
		frm.set_query("module", () => ({ filters: { istable: 0, issingle: 0, is_virtual: 0 } }));
	},

	refresh(frm) {
		frm.set_intro();
		show_builder(frm);
		if (frm.is_new()) return;
		if (frappe.model.can_create("Cadence")) add_button(frm, __("Clone"), clone);
		if (frm.has_perm("write")) add_life_buttons(frm);
		show_standing(frm);
	},
});

function add_life_buttons(frm) {
	if (frm.doc.status === "Draft") add_primary(frm, __("Activate"), activate);
	if (frm.doc.status === "Active") add_button(frm, __("Deactivate"), deactivate);
	if (frm.doc.status === "Inactive") add_primary(frm, __("Reactivate"), reactivate);
}

function add_button(frm, label, act) {
	return frm.add_custom_button(
		label,
		cadences.attempt(() => act(frm))
	);
}

function add_primary(frm, label, act) {
	add_button(frm, label, act).removeClass("btn-default").addClass("btn-primary");
}

// The builder: its bundle comes with the first form that shows it.

async function show_builder(frm) {
	if (!frm.doc.module) return;
	await frappe.require("cadence_builder.bundle.js");
	if (!frm.doc.module) return;
	const is_other = frm.cadence_drawn !== frm.doc.name;
	frm.cadence_drawn = frm.doc.name;
	if (frm.cadence_builder) frm.cadence_builder.refresh(frm, is_other);
	else {
		const wrapper = $("<div>").appendTo(frm.get_field("builder").$wrapper.empty()).get(0);
		frm.cadence_builder = new cadences.Builder({ wrapper, frm });
		follow_changes(frm);
	}
}

/** Whatever changes a row or the policy, in the builder or beside it, is drawn. */
function follow_changes(frm) {
	const draw = (doctype) => (_fieldname, _value, doc) => {
		if ((doc.parent || doc.name) === frm.doc.name && doc.doctype === doctype) take_over(frm);
	};
	for (const doctype of ["Cadence", "Cadence Follow-up", "Cadence Unenrollment Rule"]) {
		frappe.model.on(doctype, "*", draw(doctype));
	}
}

function take_over(frm) {
	frm.cadence_builder?.take_over();
}

frappe.ui.form.on("Cadence", { module: show_builder });
frappe.ui.form.on("Cadence Follow-up", {
	follow_ups_add: take_over,
	follow_ups_remove: take_over,
	follow_ups_move: take_over,
});
frappe.ui.form.on("Cadence Unenrollment Rule", {
	unenrollment_rules_add: take_over,
	unenrollment_rules_remove: take_over,
});

function standing_of(frm) {
	return frappe.xcall("cadences_app.api.cadence_form.standing", { cadence: frm.doc.name });
}

async function show_standing(frm) {
	const name = frm.doc.name;
	const standing = await standing_of(frm);
	if (frm.doc.name !== name) return;
	frm.set_intro(); // another refresh may have told it meanwhile
	show_enrolled(frm, standing.enrolled);
	if (standing.is_edited) show_edits(frm, standing);
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

function show_edits(frm, { faults, number }) {
	const is_active = frm.doc.status === "Active";
	const text = is_active
		? __("There are edits that are not published yet. Until then, version {0} runs.", [number])
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

/** What it would set going is shown first (S11.3); what keeps it from being activated, too (S1.6). */
async function activate(frm) {
	if (frm.is_dirty()) await frm.save();
	const { faults } = await standing_of(frm);
	if (faults.length) {
		frappe.msgprint({
			title: __("This cadence can't work yet"),
			message: fault_list(faults),
			indicator: "red",
		});
		return;
	}
	const forecast = await frappe.xcall("cadences_app.api.trying.before_activation", { doc: frm.doc });
	const is_view = frm.doc.audience_kind === "Custom View";
	const dialog = new frappe.ui.Dialog({
		title: __("Activate {0}", [escaped_text(frm.doc.name)]),
		fields: [{ fieldtype: "HTML", options: cadences.forecast.html(forecast, is_view) }],
		primary_action_label: __("Activate"),
		primary_action: cadences.attempt(async () => {
			await change(frm, "activate");
			dialog.hide();
			frappe.show_alert({ message: __("{0} is active.", [escaped_text(frm.doc.name)]), indicator: "green" });
		}),
	});
	dialog.show();
}

function deactivate(frm) {
	const question = __(
		"Halt everything that is scheduled in {0}? Nothing that was halted goes out later by itself.",
		[escaped_text(frm.doc.name).bold()]
	);
	frappe.confirm(
		question,
		cadences.attempt(() => change(frm, "deactivate"))
	);
}

function reactivate(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Reactivate {0}", [escaped_text(frm.doc.name)]),
		fields: reactivate_fields(frm.doc.audience_kind === "Custom View"),
		primary_action_label: __("Reactivate"),
		primary_action: cadences.attempt(async (values) => {
			await change(frm, "reactivate", values);
			dialog.hide();
		}),
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
		primary_action: cadences.attempt(async (values) => {
			await change(frm, "publish", values);
			dialog.hide();
			const message = __("Version {0} is published.", [(await standing_of(frm)).number]);
			frappe.show_alert({ message, indicator: "green" });
		}),
	});
	dialog.show();
}

function clone(frm) {
	const { doc } = frm;
	const dialog = new frappe.ui.Dialog({
		title: __("Clone {0}", [escaped_text(doc.name)]),
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
		primary_action: cadences.attempt(async (values) => {
			const copy = await frappe.xcall("cadences_app.api.cadences.clone", {
				cadence: doc.name,
				...values,
			});
			dialog.hide();
			frappe.set_route("Form", "Cadence", copy);
		}),
	});
	dialog.show();
}
