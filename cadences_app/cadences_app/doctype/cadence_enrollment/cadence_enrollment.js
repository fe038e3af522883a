// An enrollment is read, not edited: what can be done with it are its buttons; what happened, and why, is
// told below (S5.6, S6.5, S8.3).

frappe.ui.form.on("Cadence Enrollment", {
	refresh(frm) {
		frm.disable_save();
		const { reference_doctype, reference_name, status } = frm.doc;
		frm.add_custom_button(__("Open {0}", [__(reference_doctype)]), () =>
			frappe.set_route("Form", reference_doctype, reference_name)
		);
		if (frm.has_perm("write")) add_steps(frm, cadences.steps_for(status));
		show_end(frm);
		show_timeline(frm);
	},
});

function add_steps(frm, steps) {
	for (const step of steps) {
		const act = async () => (await cadences.take(step, frm.doc.name)) && frm.reload_doc();
		frm.add_custom_button(step.label, act, __("Actions"));
	}
	if (steps.length) frm.page.set_inner_btn_group_as_primary(__("Actions"));
}

/** Why it ended, as a sentence; the field holds a code. */
async function show_end(frm) {
	frm.set_intro();
	frm.toggle_display("exit_reason", false);
	const { name: enrollment, ended_at, reference_doctype, reference_name } = frm.doc;
	if (!ended_at) return;
	const enrollments = await frappe.xcall("cadences_app.api.enrollments.of_record", {
		doctype: reference_doctype,
		name: reference_name,
	});
	const ended = enrollments.find(({ name }) => name === enrollment);
	if (frm.doc.name !== enrollment || !ended) return;
	frm.set_intro(`${__(ended.status)}: ${frappe.utils.escape_html(ended.exit_reason)}`, "blue");
}

async function show_timeline(frm) {
	const enrollment = frm.doc.name;
	const entries = await frappe.xcall("cadences_app.api.enrollments.timeline", { enrollment });
	if (frm.doc.name !== enrollment) return;
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
	const failure = error ? `<pre class="small text-danger mt-1 mb-0">${plain(error)}</pre>` : "";
	return `<li class="d-flex py-2 border-bottom">
		<div class="text-muted small mr-4" style="flex: 0 0 11rem; overflow-wrap: anywhere">
			${plain(frappe.datetime.str_to_user(at))}${by}
		</div>
		<div style="min-width: 0"><span class="bold">${plain(kind)}</span>${lines}${failure}</div>
	</li>`;
}
