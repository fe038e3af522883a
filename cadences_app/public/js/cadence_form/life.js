// The life of a cadence: activate, publish, deactivate, reactivate, clone (S1.3, S1.6, S1.7, S7). Each says what it
// would do, and to how many, before it is done.

frappe.provide("cadences.life");

const life_api = "cadences_app.api.activation";
const publish_choices = [
	"Stop Those Whose Scheduled Follow-up Was Edited",
	"Let Them Finish on Their Version",
	"Move Them to the New Version",
];

Object.assign(cadences.life, {
	activate: activate_cadence,
	publish: publish_cadence,
	deactivate: deactivate_cadence,
	reactivate: reactivate_cadence,
	clone: clone_cadence,
	standing_of,
	fault_list,
});

function escaped_text(text) {
	return frappe.utils.escape_html(text || "");
}

function standing_of(frm) {
	return frappe.xcall("cadences_app.api.cadence_form.standing", { cadence: frm.doc.name });
}

function fault_list(faults) {
	if (!faults.length) return "";
	const items = faults.map((fault) => `<li>${frappe.utils.escape_html(fault)}</li>`);
	return `<ul class="mb-0 mt-1 pl-4 cadence-faults">${items.join("")}</ul>`;
}

/** Ask whether to go on, with what follows from it shown; `act` gets the answers. A refusal leaves it open. */
function ask_to_go_on({ title, fields, label, act }) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: label,
		primary_action: cadences.attempt(async (values) => {
			await act(values);
			dialog.hide();
		}),
	});
	dialog.show();
	return dialog;
}

async function change_cadence(frm, method, args = {}) {
	if (frm.is_dirty()) await frm.save();
	await last_asked.catch(() => {}); // what is still being counted is told already
	await frappe.xcall(`${life_api}.${method}`, { cadence: frm.doc.name, ...args });
	await frm.reload_doc();
	// pages that are open already learn of it without a new log-in
	frappe.boot.cadence_modules ??= {};
	frappe.boot.cadence_modules[frm.doc.module] ||= frm.doc.status === "Active";
}

let last_asked = Promise.resolve();

/** What the action would do to those under way, in numbers; nothing is done. One is asked after the other: each
 * makes the next version for a trial, of which there can be one at a time. */
function consequences_of(frm, action, args = {}) {
	const ask = () =>
		frappe.xcall(`${life_api}.consequences_of`, { cadence: frm.doc.name, action, ...args });
	last_asked = last_asked.then(ask, ask);
	return last_asked;
}

function show_in(dialog, fieldname, html) {
	dialog.get_field(fieldname).$wrapper.html(`<p aria-live="polite">${html}</p>`);
}

/** Whether nothing keeps it from running; what does is told. */
async function can_work(frm) {
	const { faults } = await standing_of(frm);
	if (!faults.length) return true;
	const title = __("This cadence can't work yet");
	frappe.msgprint({ title, message: fault_list(faults), indicator: "red" });
	return false;
}

function has_view(frm) {
	return frm.doc.audience_kind === "Custom View";
}

function enroll_present_field(count) {
	return {
		fieldname: "enroll_present",
		fieldtype: "Check",
		label:
			count === 1
				? __("Enroll the 1 record in the view now")
				: __("Enroll the {0} records in the view now", [count]),
		default: 0,
		description: __("Otherwise only records that enter the view later are enrolled."),
	};
}

/** What it would set going is shown first (S11.3). */
async function activate_cadence(frm) {
	if (frm.is_dirty()) await frm.save();
	if (!(await can_work(frm))) return;
	const forecast = await frappe.xcall("cadences_app.api.trying.before_activation", { doc: frm.doc });
	const fields = [{ fieldtype: "HTML", options: cadences.forecast.html(forecast, has_view(frm)) }];
	if (has_view(frm)) fields.unshift(enroll_present_field(forecast.count));
	ask_to_go_on({
		title: __("Activate {0}", [escaped_text(frm.doc.name)]),
		label: __("Activate"),
		fields,
		async act({ enroll_present }) {
			await change_cadence(frm, "activate", { enroll_present: enroll_present || 0 });
			const message = __("{0} is active.", [escaped_text(frm.doc.name)]);
			frappe.show_alert({ message, indicator: "green" });
		},
	});
}

async function deactivate_cadence(frm) {
	const { live, Halted: halted = 0 } = await consequences_of(frm, "Deactivate");
	const told = live
		? __("{0} of the {1} records under way are halted.", [halted, live])
		: __("No record is under way.");
	const question = __("Nothing that was halted goes out later by itself.");
	ask_to_go_on({
		title: __("Deactivate {0}", [escaped_text(frm.doc.name)]),
		label: __("Deactivate"),
		fields: [{ fieldtype: "HTML", options: `<p>${told} ${question}</p>` }],
		act: () => change_cadence(frm, "deactivate"),
	});
}

async function reactivate_cadence(frm) {
	if (frm.is_dirty()) await frm.save();
	if (!(await can_work(frm))) return;
	const edits = await edits_of(frm);
	const tell = cadences.attempt(async () => {
		const { unenroll_unmatched, resume_halted, choice } = dialog.get_values(true);
		const args = { unenroll_unmatched: unenroll_unmatched || 0, resume_halted: resume_halted || 0 };
		if (choice) await show_choices(frm, dialog, "Reactivate", args);
		if (choice) args.choice = choice;
		const {
			live,
			Active: active = 0,
			Stopped: stopped = 0,
		} = await consequences_of(frm, "Reactivate", args);
		const told = __("Of the {0} records under way, {1} go on and {2} leave.", [live, active, stopped]);
		show_in(dialog, "told", told);
	});
	const fields = [
		{
			fieldname: "resume_halted",
			fieldtype: "Check",
			label: __("Resume the halted enrollments from now"),
			description: __("Otherwise they stay halted, and each can be resumed later."),
			change: tell,
		},
		{ fieldname: "told", fieldtype: "HTML" },
	];
	if (has_view(frm)) fields.unshift(...(await view_questions(frm, tell)));
	if (edits.length) {
		const text = __("It was edited since it was deactivated. Reactivating publishes that:");
		fields.unshift({ fieldtype: "HTML", options: `<p class="mb-1">${text}</p>${difference_html(edits)}` });
		fields.splice(1, 0, ...choice_fields(tell));
	}
	const dialog = ask_to_go_on({
		title: __("Reactivate {0}", [escaped_text(frm.doc.name)]),
		label: __("Reactivate"),
		fields,
		act: (values) => change_cadence(frm, "reactivate", values),
	});
	tell();
}

async function view_questions(frm, tell) {
	const { answers } = await frappe.xcall("cadences_app.api.audience.count", { cadence: frm.doc.name });
	const view = __(
		"The conditions of the view are kept. To change them, close this and edit the form first."
	);
	return [
		{ fieldtype: "HTML", options: `<p>${view}</p>` },
		{
			fieldname: "unenroll_unmatched",
			fieldtype: "Check",
			label: __("Un-enroll the records that are no longer in the view"),
			change: tell,
		},
		enroll_present_field(answers.Enrolled || 0),
	];
}

async function publish_cadence(frm) {
	if (frm.is_dirty()) await frm.save();
	if (!(await can_work(frm))) return;
	const tell = cadences.attempt(() => show_choices(frm, dialog, "Publish"));
	const edits = await edits_of(frm);
	const dialog = ask_to_go_on({
		title: __("Publish the Changes"),
		label: __("Publish"),
		fields: [
			{ fieldtype: "HTML", options: difference_html(edits) },
			...choice_fields(tell),
		],
		async act({ choice }) {
			await change_cadence(frm, "publish", { choice });
			const { number } = await standing_of(frm);
			frappe.show_alert({ message: __("Version {0} is published.", [number]), indicator: "green" });
		},
	});
	tell();
}

/** What reads differently from what runs, each change with those it touches (S1.9). */
function edits_of(frm) {
	return frappe.xcall(`${life_api}.difference`, { cadence: frm.doc.name });
}

function difference_html(edits) {
	if (!edits.length) return `<p class="text-muted">${__("Nothing reads differently from what runs.")}</p>`;
	const items = edits.map(({ sentence, touches }) => {
		const many = touches === 1 ? __("touches 1 record") : __("touches {0} records", [touches]);
		return `<li>${escaped_text(sentence)} <span class="text-muted small">${many}</span></li>`;
	});
	return `<ul class="pl-4 cadence-difference" style="overflow-wrap: anywhere">${items.join("")}</ul>`;
}

function choice_fields(tell) {
	return [
		{
			fieldname: "choice",
			fieldtype: "Select",
			label: __("The records under way"),
			options: publish_choices.map((value) => ({ value, label: __(value) })),
			default: publish_choices[0],
			description: __("What is published now holds for everybody who is enrolled from now on."),
			change: tell,
		},
		{ fieldname: "choices", fieldtype: "HTML" },
	];
}

/** What each of the choices would do, to how many; the server has asked the engine. */
async function show_choices(frm, dialog, action, args = {}) {
	const chosen = dialog.get_value("choice");
	const found = await Promise.all(
		publish_choices.map((choice) => consequences_of(frm, action, { ...args, choice }))
	);
	const [{ live, edited }] = found;
	if (!live) return show_in(dialog, "choices", __("No record is under way."));
	const head = __("Of {0} records under way, {1} have an edited follow-up scheduled.", [live, edited]);
	const rows = publish_choices.map((choice, index) => {
		const weight = choice === chosen ? "font-weight: 600" : "";
		return `<tr style="${weight}"><td>${__(choice)}</td><td>${choice_text(choice, found[index])}</td></tr>`;
	});
	show_in(dialog, "choices", `${head}</p><table class="table table-sm cadence-choices">${rows.join("")}</table><p>`);
}

function choice_text(choice, { live, Stopped: stopped = 0, Completed: completed = 0 }) {
	const going_on = live - stopped - completed;
	const told =
		choice === "Let Them Finish on Their Version"
			? [__("{0} finish on their version", [going_on])]
			: [__("{0} go on under the new version", [going_on])];
	if (stopped) told.unshift(__("{0} are stopped", [stopped]));
	if (completed) told.push(__("{0} are done", [completed]));
	return told.join(", ");
}

function clone_cadence(frm) {
	const { doc } = frm;
	ask_to_go_on({
		title: __("Clone {0}", [escaped_text(doc.name)]),
		label: __("Clone"),
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
				description: __("The conditions of its view are the original's; change them in the copy."),
			},
		],
		async act(values) {
			const copy = await frappe.xcall("cadences_app.api.cadences.clone", {
				cadence: doc.name,
				...values,
			});
			frappe.set_route("Form", "Cadence", copy);
		},
	});
}
