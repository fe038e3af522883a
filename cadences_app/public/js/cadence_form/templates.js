// Email Templates without leaving the cadence: made, edited, seen filled for a record, sent to oneself (S11.2).

frappe.provide("cadences.templates");

const template_fields = () => [
	{ fieldname: "subject", fieldtype: "Data", label: __("Subject"), reqd: 1 },
	{
		fieldname: "text",
		fieldtype: "Text Editor",
		label: __("Text"),
		description: __("Fields of the record can stand in it: {{ doc.first_name or 'there' }}"),
	},
];

/** A name to begin with: that of the cadence, and what the follow-up is called in it. */
function own_name({ doc }, { title }) {
	return [doc.cadence_name, title].filter(Boolean).join(": ").slice(0, 140);
}

Object.assign(cadences.templates, {
	/** Change the template's own subject and text: every cadence that uses it sends them from then on. */
	async edit(name) {
		const template = await frappe.db.get_doc("Email Template", name);
		const column = template.use_html ? "response_html" : "response";
		const fields = template_fields();
		if (template.use_html) Object.assign(fields[1], { fieldtype: "Code", options: "HTML" });
		const dialog = new frappe.ui.Dialog({
			title: frappe.utils.escape_html(name),
			size: "large",
			fields,
			primary_action_label: __("Save"),
			primary_action: cadences.attempt(async ({ subject, text }) => {
				await frappe.xcall("frappe.client.set_value", {
					doctype: "Email Template",
					name,
					fieldname: { subject, [column]: text || "" },
				});
				dialog.hide();
				frappe.show_alert({ message: __("Saved"), indicator: "green" });
			}),
		});
		dialog.set_values({ subject: template.subject, text: template[column] });
		dialog.show();
	},

	/** Make a template and let the follow-up use it. */
	make(frm, row) {
		const dialog = new frappe.ui.Dialog({
			title: __("New Email Template"),
			size: "large",
			fields: [
				{ fieldname: "name", fieldtype: "Data", label: __("Name"), reqd: 1, default: own_name(frm, row) },
				...template_fields(),
			],
			primary_action_label: __("Make It"),
			primary_action: cadences.attempt(async ({ name, subject, text }) => {
				const doc = {
					doctype: "Email Template",
					name,
					__newname: name,
					subject,
					response: text || "",
					enabled: 1, // Frappe CRM's own box, without which its pages don't find the template
				};
				const made = await frappe.xcall("frappe.client.insert", { doc });
				dialog.hide();
				await frappe.model.set_value(row.doctype, row.name, "email_template", made.name);
			}),
		});
		dialog.show();
	},

	/** The email as one record's person would get it, and a button that sends it to oneself. */
	see_filled(frm, row) {
		const args = () => ({
			doc: frm.doc,
			follow_up: row.follow_up_key,
			record: dialog.get_value("record"),
		});
		const ask_anew = cadences.newest();
		const show = cadences.attempt(async () => {
			const is_newest = ask_anew();
			if (!dialog.get_value("record")) return;
			const told = await frappe.xcall("cadences_app.api.trying.filled_email", args());
			if (is_newest()) show_filled(dialog, told);
		});
		const dialog = new frappe.ui.Dialog({
			title: frappe.utils.escape_html(row.title || __("Email")),
			size: "large",
			fields: [
				{
					fieldname: "record",
					fieldtype: "Link",
					options: frm.doc.module,
					label: __("Filled For"),
					reqd: 1,
					change: show,
				},
				{ fieldname: "filled", fieldtype: "HTML" },
			],
			primary_action_label: __("Send Me a Test"),
			primary_action: cadences.attempt(async () => {
				const told = await frappe.xcall("cadences_app.api.trying.send_test", args());
				frappe.show_alert({
					message: __("On its way to {0}", [frappe.utils.escape_html(told.sent_to)]),
					indicator: "green",
				});
			}),
		});
		dialog.show();
	},

	/** The message as one record's person would get it, its parts and what they cost (S3.10), and a button that
	 * sends it to oneself. */
	see_message(frm, row) {
		const args = () => ({
			doc: frm.doc,
			follow_up: row.follow_up_key,
			record: dialog.get_value("record"),
		});
		const ask_anew = cadences.newest();
		const show = cadences.attempt(async () => {
			const is_newest = ask_anew();
			if (!dialog.get_value("record")) return;
			const told = await frappe.xcall("cadences_app.api.trying.filled_message", args());
			if (is_newest()) show_message(dialog, told);
		});
		const dialog = new frappe.ui.Dialog({
			title: frappe.utils.escape_html(row.title || __("Message")),
			fields: [
				{
					fieldname: "record",
					fieldtype: "Link",
					options: frm.doc.module,
					label: __("Filled For"),
					reqd: 1,
					change: show,
				},
				{ fieldname: "filled", fieldtype: "HTML" },
			],
			primary_action_label: __("Send Me a Test"),
			primary_action: cadences.attempt(async () => {
				const told = await frappe.xcall("cadences_app.api.trying.send_test_message", args());
				frappe.show_alert({
					message: __("On its way to {0}", [frappe.utils.escape_html(told.sent_to)]),
					indicator: "green",
				});
			}),
		});
		dialog.show();
	},
});

function show_message(dialog, { text, to, parts, units, alphabet, cost, problem }) {
	const plain = frappe.utils.escape_html;
	const refused = problem ? `<p class="text-danger">${plain(problem)}</p>` : "";
	const told = [
		parts === 1 ? __("1 part") : __("{0} parts", [parts]),
		__("{0} characters of {1}", [units, plain(alphabet)]),
		cost ? __("costs {0}", [plain(format_number(cost, null, 4))]) : "",
	];
	dialog.get_field("filled").$wrapper.html(
		`${refused}<div><span class="text-muted">${__("To")}</span> ${plain(to || "–")}</div>
		<div class="border rounded p-2 mt-2" style="white-space: pre-wrap">${plain(text)}</div>
		<p class="text-muted small mt-2">${told.filter(Boolean).join(" · ")}</p>`
	);
}

/** The text in a frame of its own, in which nothing runs. */
function show_filled(dialog, { subject, html, to, sender, missing, problem }) {
	const plain = frappe.utils.escape_html;
	const line = (label, text) => `<div><span class="text-muted">${label}</span> ${plain(text || "–")}</div>`;
	const absent = missing.length
		? `<p class="text-danger">${__("Without a value: {0}", [plain(missing.join(", "))])}</p>`
		: "";
	const refused = problem ? `<p class="text-danger">${plain(problem)}</p>` : "";
	const $area = dialog.get_field("filled").$wrapper.html(
		`${absent}${refused}${line(__("To"), to)}${line(__("From"), sender)}${line(__("Subject"), subject)}
		<iframe sandbox="" class="w-100 border rounded mt-2 bg-white" style="height: 45vh"
			title="${plain(__("The email"))}"></iframe>`
	);
	$area.find("iframe").attr("srcdoc", html);
}
