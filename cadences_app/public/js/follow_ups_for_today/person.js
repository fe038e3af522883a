// Who it is about, how to reach them, and what happened so far.
import { moment_html, plain } from "../cadences/ask";

export function person_html({ doctype, record, record_title, enrollment, cadence }, { person, history, next_mail }) {
	const url = frappe.utils.get_form_link(doctype, record);
	const run = frappe.utils.get_form_link("Cadence Enrollment", enrollment);
	return `<h2 class="cfq-bucket">${plain(__(doctype))}</h2>
		<p><a class="bold" href="${url}">${plain(record_title)}</a></p>
		<dl class="cfq-fields">${person.fields.map(field_html).join("")}</dl>
		${next_mail_html(next_mail)}
		<h2 class="cfq-bucket">${__("History")}</h2>
		<p class="small"><a href="${run}">${plain(cadence)}</a></p>
		<ul class="list-unstyled cfq-history">${history.map(entry_html).join("")}</ul>`;
}

/** The email or message that goes out next, which can be edited for this person alone. */
function next_mail_html(next_mail) {
	if (!next_mail) return "";
	const { title, due_at } = next_mail;
	return `<h2 class="cfq-bucket">${__("Goes Out Next")}</h2>
		<p>${plain(title)} <span class="text-muted small">${moment_html(due_at)}</span><br>
		<button type="button" class="btn btn-xs btn-default cfq-next-mail">${__("Edit")} <kbd>m</kbd></button></p>`;
}

function field_html({ label, value, kind }) {
	return `<dt>${plain(__(label))}</dt><dd>${link_html(value, kind)}</dd>`;
}

function link_html(value, kind) {
	if (kind === "Phone") return `<a href="tel:${encodeURIComponent(value.replace(/[^\d+*#,;]/g, ""))}">${plain(value)}</a>`;
	if (kind === "Email") return `<a href="mailto:${encodeURIComponent(value)}">${plain(value)}</a>`;
	return plain(value);
}

function entry_html({ at, sentences }) {
	return `<li><span class="text-muted small">${plain(frappe.datetime.str_to_user(at))}</span>
		${sentences.map((sentence) => `<div>${plain(sentence)}</div>`).join("")}</li>`;
}
