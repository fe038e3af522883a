// The next email or message of one person, edited before it goes out: that one only (S3.9).
import { attempt, moment_html, plain } from "./ask";

const API = "cadences_app.api.next_mail";

/** Show the enrollment's next email or message to be edited; resolves to whether something was kept. */
export async function edit_next_mail(enrollment) {
	const mail = await frappe.xcall(`${API}.next_mail`, { enrollment });
	if (!mail.activity) {
		frappe.show_alert({ message: __("Nothing waits to go out to this person now."), indicator: "orange" });
		return false;
	}
	return new Promise((resolve) => show(mail, resolve));
}

function show(mail, resolve) {
	const is_message = mail.channel === "Message";
	let is_kept = false;
	const keep = (method, args, told) =>
		attempt(async () => {
			await frappe.xcall(`${API}.${method}`, { activity: mail.activity, ...args() });
			is_kept = true;
			frappe.show_alert({ message: told, indicator: "green" });
			dialog.hide();
		});
	const dialog = new frappe.ui.Dialog({
		title: is_message ? __("The Next Message to This Person") : __("The Next Email to This Person"),
		size: "large",
		fields: [
			{ fieldname: "about", fieldtype: "HTML", options: about_html(mail) },
			{ fieldname: "subject", fieldtype: "Data", label: __("Subject"), reqd: !is_message, hidden: is_message, default: mail.subject },
			{
				fieldname: "content",
				fieldtype: is_message ? "Small Text" : "Text Editor",
				label: __("For this person only"),
				default: mail.content,
			},
		],
	});
	if (mail.may_edit) {
		const text = () => ({ subject: "", ...dialog.get_values(true) });
		dialog.set_primary_action(__("Keep for This Person"), () => {
			if (dialog.get_values()) keep("edit", text, __("It goes out to this person as you wrote it."))();
		});
		if (mail.is_edited && mail.is_scheduled) {
			dialog.set_secondary_action_label(__("Back to the Template"));
			dialog.set_secondary_action(keep("take_edit_back", () => ({}), __("It is made from its template again.")));
		}
	} else {
		for (const field of ["subject", "content"]) dialog.set_df_property(field, "read_only", 1);
	}
	dialog.onhide = () => resolve(is_kept);
	dialog.show();
}

function about_html({ title, due_at, from, to, channel, is_edited, edited_by, missing, problem, may_edit }) {
	const lines = [`<b>${plain(title)}</b>${due_at ? ` <span class="text-muted">${moment_html(due_at)}</span>` : ""}`];
	const way = from ? __("From {0} to {1}", [plain(from), plain(to)]) : __("To {0}", [plain(to)]);
	if (to) lines.push(`<span class="text-muted">${way}</span>`);
	if (is_edited) lines.push(__("Edited for this person by {0}; its template is not asked any more.", [plain(edited_by)]));
	if (missing.length) {
		const fields = plain(missing.join(", "));
		lines.push(`<span class="text-danger">${__("No value for: {0}. Write it yourself, or it could not go out.", [fields])}</span>`);
	}
	if (problem) lines.push(`<span class="text-danger">${plain(problem)}</span>`);
	if (!may_edit && channel === "Message") lines.push(__("Its text is approved, waits for approval, or is that of a WhatsApp template."));
	else if (!may_edit) lines.push(__("It is approved or waits for approval: only who may edit the cadence changes it now."));
	return `<div class="mb-3" style="overflow-wrap: anywhere">${lines.join("<br>")}</div>`;
}
