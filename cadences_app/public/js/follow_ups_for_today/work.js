// The item in hand: what to do, the mail or message to review, what each result would cause.
import { attempt, plain } from "../cadences/ask";
import { is_sent } from "./list";

export class Work {
	constructor(queue, $area) {
		this.queue = queue;
		this.$area = $area;
		$area.on("click", "[data-result]", ({ currentTarget }) => {
			queue.say(this.detail.results[currentTarget.dataset.result]);
		});
		$area.on("click", ".cfq-put-off", () => queue.put_off());
		$area.on("click", ".cfq-take-out", () => queue.take_out());
		$area.on("click", ".cfq-edit", () => this.edit());
		$area.on("click", ".cfq-save", () => this.save());
		$area.on("click", ".cfq-send-back", () => this.send_back());
	}

	show(item, detail) {
		this.item = item;
		this.detail = detail;
		this.editor = null;
		this.$area.html(
			[head_html(item, detail), why_html(detail), this.body_html(detail), note_html(item), results_html(item, detail)].join("")
		);
	}

	clear(are_filters_set) {
		this.item = this.detail = this.editor = null;
		const what = are_filters_set
			? __("Nothing that these filters show is due. Take a filter away to see the rest.")
			: __("Nothing is due. What cadences hand you appears here by itself; add records to a cadence from their list or form.");
		this.$area.html(`<div class="cfq-empty text-muted">
			${frappe.utils.icon("check", "lg")}<p>${what}</p></div>`);
	}

	body_html({ text, mail }) {
		if (mail) return mail.service ? message_html(mail) : mail_html(mail);
		if (text.is_gone) return `<p class="text-danger">${__("This task or call was deleted.")}</p>`;
		const url = text.name && frappe.utils.get_form_link(text.doctype, text.name);
		return `<div class="cfq-text ql-editor read-mode">${text.description || ""}</div>
			${url ? `<p class="small"><a href="${url}">${__("Open the {0}", [__(text.doctype)])}</a></p>` : ""}`;
	}

	/** Note and length of the call, as far as something was entered. */
	told() {
		const note = this.$area.find(".cfq-note").val() || "";
		const minutes = cint(this.$area.find(".cfq-minutes").val());
		return { ...(note && { note }), ...(minutes && { minutes }) };
	}

	focus() {
		if (this.detail?.mail) this.edit();
		else this.$area.find(".cfq-note").trigger("focus");
	}

	edit() {
		const { subject, content, service, may_edit } = this.detail.mail;
		if (this.editor || !may_edit) return;
		const $mail = this.$area.find(".cfq-mail-body").empty();
		this.$area.find(".cfq-subject").empty();
		const make = (parent, fieldtype, fieldname, label) =>
			frappe.ui.form.make_control({ parent, df: { fieldtype, fieldname, label }, render_input: true });
		this.subject = service ? null : make(this.$area.find(".cfq-subject")[0], "Data", "subject", __("Subject"));
		const kind = service ? "Small Text" : "Text Editor";
		this.editor = make($mail[0], kind, "content", __("For this person only"));
		this.subject?.set_value(subject);
		this.editor.set_value(content);
		this.$area.find(".cfq-edit").addClass("hidden");
		this.$area.find(".cfq-save").removeClass("hidden");
		(this.subject || this.editor).$input?.trigger("focus");
	}

	save = attempt(async () => {
		const { item } = this;
		if ((await this.keep_edits()) !== false) this.queue.look_again(item);
	});

	/** Keep what was edited before anything is said of the mail. False where the server refused it. */
	async keep_edits() {
		const { editor } = this;
		if (!editor) return true;
		const subject = this.subject?.get_value() || "";
		const content = editor.get_value();
		try {
			await this.queue.call("edit_mail", { activity: this.item.name, subject, content });
		} catch {
			return false;
		}
		if (this.editor === editor) this.editor = null; // not that of an item opened meanwhile
		return true;
	}

	send_back = attempt(async () => {
		await this.queue.call("send_back", { activity: this.item.name });
		frappe.show_alert(__("Given back to be worked over."));
		this.queue.load();
	});
}

function head_html({ record_title, doctype, record, title, subject, channel }, { text }) {
	const url = frappe.utils.get_form_link(doctype, record);
	return `<header>
		<button type="button" class="btn btn-xs btn-default cfq-back">← ${__("Follow-ups")}</button>
		<h1 class="cfq-heading">${plain(subject || text.subject || title)}</h1>
		<p class="text-muted">${plain(__(channel))} · <a href="${url}">${plain(record_title)}</a></p>
	</header>`;
}

function why_html({ why }) {
	return why ? `<p class="cfq-why"><b>${__("Why this step")}:</b> ${plain(why)}</p>` : "";
}

function mail_html(mail) {
	const { to, from, subject, content } = mail;
	return `<div class="cfq-mail">
		<p class="small text-muted">${__("From {0} to {1}", [plain(from), plain(to)])}</p>
		<div class="cfq-subject"><b>${plain(subject)}</b></div>
		<div class="cfq-mail-body"><iframe sandbox="" title="${__("The mail")}" srcdoc="${plain(content)}"></iframe></div>
		${buttons_html(mail)}
	</div>`;
}

/** A message is plain text; how many parts it goes out in is what it costs. */
function message_html(mail) {
	const { to, service, parts, content } = mail;
	const told = [__("{0} to {1}", [plain(__(service)), plain(to)])];
	if (parts) told.push(parts === 1 ? __("1 part") : __("{0} parts", [parts]));
	return `<div class="cfq-mail">
		<p class="small text-muted">${told.join(" · ")}</p>
		<div class="cfq-mail-body cfq-message">${plain(content)}</div>
		${buttons_html(mail)}
	</div>`;
}

function buttons_html({ delivery, may_approve, may_edit }) {
	const is_for_approval = delivery === "Waiting for Approval";
	return `<p>
			${may_edit ? `<button type="button" class="btn btn-xs btn-default cfq-edit">${__("Edit")} <kbd>e</kbd></button>` : ""}
			<button type="button" class="btn btn-xs btn-default cfq-save hidden">${__("Keep the changes")}</button>
			${is_for_approval && may_approve ? `<button type="button" class="btn btn-xs btn-default cfq-send-back">${__("Send back to be worked over")}</button>` : ""}
		</p>`;
}

function note_html(item) {
	const minutes =
		item.channel === "Call"
			? `<label class="small text-muted">${__("Minutes")}
				<input type="number" min="0" max="1440" class="form-control input-xs cfq-minutes"></label>`
			: "";
	const label = is_sent(item) ? __("Why it is not to go (kept with the follow-up)") : __("Note for the record's timeline");
	return `<div class="cfq-notes"><label class="small text-muted">${label}
		<textarea class="form-control cfq-note" rows="2" maxlength="500"></textarea></label>${minutes}</div>`;
}

function results_html(item, { results }) {
	const buttons = results.map(
		({ label, key, causes }, index) => `<li>
			<button type="button" class="btn btn-sm ${key === "c" ? "btn-primary" : "btn-default"}" data-result="${index}">
				${plain(label)} ${key ? `<kbd>${key}</kbd>` : ""}</button>
			<span class="cfq-causes small text-muted">${causes_html(item, causes)}</span>
		</li>`
	);
	const later =
		is_sent(item)
			? ""
			: `<li><button type="button" class="btn btn-sm btn-default cfq-put-off">${__("Put off")} <kbd>z</kbd></button></li>`;
	return `<h2 class="cfq-bucket">${__("What came of it, and what that causes")}</h2>
		<ul class="list-unstyled cfq-results">${buttons.join("")}${later}${item.is_ended ? "" : take_out_html()}</ul>`;
}

function take_out_html() {
	return `<li><button type="button" class="btn btn-sm btn-default cfq-take-out">${__("Take out of Cadence")} <kbd>x</kbd></button>
		<span class="cfq-causes small text-muted">${__("with a disposition; nothing more goes out")}</span></li>`;
}

function causes_html(item, causes) {
	if (causes.length) return causes.map(plain).join("<br>");
	return is_sent(item) ? "" : __("Nothing follows from it by itself.");
}
