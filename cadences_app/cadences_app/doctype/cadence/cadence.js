// The form of a cadence: its builder, how it stands, and the buttons of its life. What the buttons do, the rows
// and the conditions are in public/js/cadence_form.

frappe.ui.form.on("Cadence", {
	setup(frm) {
		frm.set_query("module", () => ({ filters: { istable: 0, issingle: 0, is_virtual: 0 } }));
	},

	refresh(frm) {
		frm.set_intro();
		show_builder(frm);
		if (frm.is_new()) return;
		if (frappe.model.can_create("Cadence")) add_button(frm, __("Clone"), cadences.life.clone);
		if (frm.has_perm("write")) add_life_buttons(frm);
		show_standing(frm);
	},
});

function add_life_buttons(frm) {
	if (frm.doc.status === "Draft") add_primary(frm, __("Activate"), cadences.life.activate);
	if (frm.doc.status === "Active") add_button(frm, __("Deactivate"), cadences.life.deactivate);
	if (frm.doc.status === "Inactive") add_primary(frm, __("Reactivate"), cadences.life.reactivate);
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

async function show_standing(frm) {
	const name = frm.doc.name;
	frm.ask_for_standing ??= cadences.newest();
	const is_newest = frm.ask_for_standing();
	const standing = await cadences.life.standing_of(frm);
	if (frm.doc.name !== name || !is_newest()) return;
	frm.set_intro(); // another refresh may have told it meanwhile
	show_enrolled(frm, standing.enrolled);
	if (standing.is_edited) show_edits(frm, standing);
	else if (standing.faults.length) show_faults(frm, standing.faults);
}

function show_enrolled(frm, enrolled) {
	frm.dashboard.stats_area_row.empty();
	for (const [status, count] of Object.entries(enrolled)) {
		frm.dashboard
			.add_indicator(__("{0}: {1}", [__(status), count]), cadences.colour_of(status))
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
	frm.set_intro(text + cadences.life.fault_list(faults), "orange");
	if (is_active && frm.has_perm("write")) add_primary(frm, __("Publish Changes"), cadences.life.publish);
}

function show_faults(frm, faults) {
	frm.set_intro(__("Before it can be activated:") + cadences.life.fault_list(faults), "orange");
}
