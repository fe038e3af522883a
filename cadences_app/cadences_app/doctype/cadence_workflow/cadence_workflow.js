// The form of a workflow: its conditions as filters, and what it would do now.
frappe.require("/assets/cadences_app/js/cadence_form/conditions.js");

frappe.ui.form.on("Cadence Workflow", {
	refresh(frm) {
		show_conditions(frm);
		if (frm.is_new()) return;
		frm.add_custom_button(__("Try on a Record"), () => try_on_a_record(frm));
		frm.add_custom_button(__("Try on What Happened"), () => try_on_what_happened(frm));
	},
	module: show_conditions,
	conditions: show_conditions,
});

function show_conditions(frm) {
	frappe.require("/assets/cadences_app/js/cadence_form/conditions.js", () =>
		cadences.conditions.show(
			frm.get_field("conditions"),
			frm.doc.module,
			cadences.conditions.view,
			(json) => frm.set_value("conditions", json)
		)
	);
}

function try_on_a_record(frm) {
	const ask_anew = cadences.newest();
	const dialog = new frappe.ui.Dialog({
		title: __("Try on a Record"),
		fields: [
			{
				fieldname: "doctype",
				fieldtype: "Link",
				options: "DocType",
				label: __("Module"),
				reqd: 1,
				default: frm.doc.module,
			},
			{
				fieldname: "name",
				fieldtype: "Dynamic Link",
				options: "doctype",
				label: __("Record"),
				reqd: 1,
			},
		],
		primary_action_label: __("Try"),
		primary_action: cadences.attempt(async ({ doctype, name }) => {
			const is_newest = ask_anew();
			const told = await frappe.xcall("cadences_app.api.workflows.dry_run", {
				workflow: frm.docname,
				doctype,
				name,
			});
			if (is_newest()) frappe.msgprint({ title: __("Nothing was changed"), message: told_html(told) });
		}),
	});
	dialog.show();
}

async function try_on_what_happened(frm) {
	const told = await frappe.xcall("cadences_app.api.workflows.dry_run_lately", { workflow: frm.docname });
	const nothing = __("Nothing has happened lately that sets it off.");
	const judged = __("Each record is judged as it is now.");
	frappe.msgprint({
		title: __("Nothing was changed"),
		message: told.length ? `<p>${judged}</p>${told.map(past_html).join("")}` : nothing,
		wide: true,
	});
}

function past_html(told) {
	const link = frappe.utils.get_form_link(told.doctype, told.record, true, plain(told.title));
	const when = frappe.datetime.comment_when(told.happened_at);
	return `<section class="cadence-past-run"><h6>${link} · ${plain(__(told.kind))} · ${when}</h6>${told_html(
		told
	)}</section>`;
}

function plain(value) {
	return frappe.utils.escape_html(String(value ?? ""));
}

function told_html({ holds, conditions, actions }) {
	const rows = conditions.map(
		({ field, operator, value, found }) =>
			`<li>${plain(field)} ${plain(operator)} ${plain(value)}: ${plain(found)}</li>`
	);
	const verdict = holds ? __("The conditions hold. It would do:") : __("The conditions don't hold.");
	const steps = actions.map((each) => `<li>${plain(__(each))}</li>`);
	return `<ul>${rows.join("")}</ul><p>${verdict}</p><ol>${steps.join("")}</ol>`;
}
