// An enrollment is read, not edited: what can be done with it are its buttons; what happened, and why, is
// told below (S5.6, S6.5, S8.3).

frappe.ui.form.on("Cadence Enrollment", {
	setup(frm) {
		frm.ask_for = { end: cadences.newest(), course: cadences.newest(), timeline: cadences.newest() };
	},

	refresh(frm) {
		frm.disable_save();
		const { reference_doctype, reference_name, status } = frm.doc;
		frm.add_custom_button(__("Open {0}", [__(reference_doctype)]), () => {
			frappe.set_route("Form", reference_doctype, reference_name);
		});
		if (frm.has_perm("write")) {
			if (frm.doc.error) add_try_again(frm);
			add_steps(frm, cadences.steps_for(status));
		}
		// Frappe puts the time zone behind it, and would find no translation of both together.
		frm.set_df_property("next_due_at", "description", __("When a follow-up is due or a wait for an answer is over."));
		frm.toggle_display("error_section", frappe.user.has_role("System Manager"));
		show_end(frm);
		show_course(frm);
		show_timeline(frm);
	},
});

function add_steps(frm, steps) {
	for (const step of steps) {
		const act = cadences.attempt(async () => {
			if (await cadences.take(step, frm.doc.name)) await frm.reload_doc();
		});
		frm.add_custom_button(step.label, act, __("Actions"));
	}
	if (steps.length) frm.page.set_inner_btn_group_as_primary(__("Actions"));
}

/** What stopped with an error goes on, once somebody has mended the cause (S5.8). */
function add_try_again(frm) {
	const act = cadences.attempt(async () => {
		await frappe.xcall("cadences_app.api.enrollments.try_again", { enrollments: [frm.doc.name] });
		await frm.reload_doc();
		const message = frm.doc.error ? __("It stopped with an error again.") : __("It goes on.");
		frappe.show_alert({ message, indicator: frm.doc.error ? "red" : "green" });
	});
	frm.add_custom_button(__("Try Again"), act).removeClass("btn-default").addClass("btn-primary");
}

/** What goes out next, an email or a message, can be edited for this person alone (S3.9). */
function add_next_mail(frm, next_mail) {
	if (!next_mail) return;
	const act = cadences.attempt(async () => {
		await frappe.require("cadence_next_mail.bundle.js");
		if (await cadences.edit_next_mail(frm.doc.name)) await frm.reload_doc();
	});
	frm.add_custom_button(next_mail.channel === "Message" ? __("Edit the Next Message") : __("Edit the Next Email"), act);
}

/** The way through the cadence's tree, and why it stands where it does (S8.3a). */
async function show_course(frm) {
	const enrollment = frm.doc.name;
	const is_newest = frm.ask_for.course();
	if (!frm.doc.cadence_version) return;
	const [told] = await Promise.all([
		frappe.xcall("cadences_app.api.course.course", { enrollment }),
		frappe.require("cadence_builder.bundle.js"),
	]);
	if (frm.doc.name !== enrollment || !is_newest()) return;
	frm.cadence_tree?.unmount();
	add_next_mail(frm, told.next_mail);
	frm.layout.wrapper.find(".form-dashboard-cadence-course").remove();
	const $body = frm.dashboard.add_section(
		reasons_html(told.why_not_yet),
		__("Its Way"),
		"custom form-dashboard-cadence-course"
	);
	const place = $("<div>").appendTo($body).get(0);
	frm.cadence_tree = cadences.show_tree(place, told, (key) => {
		const activity = told.follow_ups[key]?.name;
		if (activity) frappe.set_route("Form", "Cadence Activity", activity);
	});
	const find = (part) => frm.layout.wrapper.find(`.form-dashboard-cadence-${part}`);
	find("course").insertBefore(find("timeline")); // whichever came first
	frm.dashboard.show();
}

function reasons_html(reasons) {
	if (!reasons.length) return "";
	const items = reasons.map(({ text, until }) => {
		const when = until ? ` <span class="text-muted">${frappe.datetime.str_to_user(until)}</span>` : "";
		return `<li>${frappe.utils.escape_html(text)}${when}</li>`;
	});
	return `<div class="cadence-why-not-yet"><b>${__("Why not yet?")}</b>
		<ul class="pl-4">${items.join("")}</ul></div>`;
}

/** Why it ended, as a sentence; the field holds a code. */
async function show_end(frm) {
	const is_newest = frm.ask_for.end();
	frm.set_intro();
	frm.toggle_display("exit_reason", false);
	const { name: enrollment, ended_at, reference_doctype, reference_name } = frm.doc;
	if (!ended_at) return;
	const enrollments = await frappe.xcall("cadences_app.api.enrollments.of_record", {
		doctype: reference_doctype,
		name: reference_name,
	});
	const ended = enrollments.find(({ name }) => name === enrollment);
	if (frm.doc.name !== enrollment || !is_newest() || !ended) return;
	frm.set_intro(__("{0}: {1}", [__(ended.status), frappe.utils.escape_html(ended.exit_reason)]), "blue");
}

async function show_timeline(frm) {
	const enrollment = frm.doc.name;
	const is_newest = frm.ask_for.timeline();
	const entries = await frappe.xcall("cadences_app.api.enrollments.timeline", { enrollment });
	if (frm.doc.name !== enrollment || !is_newest()) return;
	frm.layout.wrapper.find(".form-dashboard-cadence-timeline").remove();
	frm.dashboard.add_section(
		timeline_html(entries),
		__("What Happened, and Why"),
		"custom form-dashboard-cadence-timeline"
	);
	frm.dashboard.show();
}

function timeline_html(entries) {
	if (!entries.length) return `<p class="text-muted mb-0">${__("Nothing yet")}</p>`;
	return `<ul class="list-unstyled mb-0">${entries.map(entry_html).join("")}</ul>`;
}

function entry_html({ at, kind, sentences, source, error }) {
	const plain = frappe.utils.escape_html;
	const lines = sentences.map((sentence) => `<div>${plain(sentence)}</div>`).join("");
	const by = source ? `<div>${plain(frappe.user_info(source).fullname)}</div>` : "";
	const failure = error ? `<div class="text-danger">${plain(last_line(error))}</div>` : "";
	return `<li class="d-md-flex py-2 border-bottom">
		<div class="text-muted small mr-4" style="flex: 0 0 11rem; overflow-wrap: anywhere">
			${plain(frappe.datetime.str_to_user(at))}${by}
		</div>
		<div style="min-width: 0"><span class="bold">${plain(kind)}</span>${lines}${failure}</div>
	</li>`;
}

/** What went wrong, without the traceback: that is for the log. */
function last_line(error) {
	return error.trim().split("\n").at(-1);
}
