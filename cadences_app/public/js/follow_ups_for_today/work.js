// The item in hand: what to do, the mail to review, what each result would cause.
import { attempt, plain } from "../cadences/ask";

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
		if (mail) return mail_html(mail);
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
		if (this.editor) return;
		const { subject, content } = this.detail.mail;
		const $mail = this.$area.find(".cfq-mail-body").empty();
		this.$area.find(".cfq-subject").empty();
		this.subject = frappe.ui.form.make_control({
			parent: this.$area.find(".cfq-subject")[0],
			df: { fieldtype: "Data", fieldname: "subject", label: __("Subject") },
			render_input: true,
		});
		this.editor = frappe.ui.form.make_control({
			parent: $mail[0],
			df: { fieldtype: "Text Editor", fieldname: "content", label: __("For this person only") },
			render_input: true,
		});
		this.subject.set_value(subject);
		this.editor.set_value(content);
		this.$area.find(".cfq-edit").addClass("hidden");
		this.$area.find(".cfq-save").removeClass("hidden");
		this.subject.$input.trigger("focus");
	}

	save = attempt(async () => {
		if ((await this.keep_edits()) !== false) this.queue.select(this.item.name);
	});

	/** Keep what was edited before anything is said of the mail. False where the server refused it. */
	async keep_edits() {
		if (!this.editor) return true;
		const subject = this.subject.get_value();
		const content = this.editor.get_value();
		try {
			await this.queue.call("edit_mail", { activity: this.item.name, subject, content });
		} catch {
			return false;
		}
		this.editor = null;
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

function mail_html({ to, from, subject, content, delivery, may_approve }) {
	const is_for_approval = delivery === "Waiting for Approval";
	const may_edit = !is_for_approval || may_approve;
	return `<div class="cfq-mail">
		<p class="small text-muted">${__("From {0} to {1}", [plain(from), plain(to)])}</p>
		<div class="cfq-subject"><b>${plain(subject)}</b></div>
		<div class="cfq-mail-body"><iframe sandbox="" title="${__("The mail")}" srcdoc="${plain(content)}"></iframe></div>
		<p>
			${may_edit ? `<button type="button" class="btn btn-xs btn-default cfq-edit">${__("Edit")} <kbd>e</kbd></button>` : ""}
			<button type="button" class="btn btn-xs btn-default cfq-save hidden">${__("Keep the changes")}</button>
			${is_for_approval && may_approve ? `<button type="button" class="btn btn-xs btn-default cfq-send-back">${__("Send back to be worked over")}</button>` : ""}
		</p>
	</div>`;
}

function note_html({ channel }) {
	const minutes =
		channel === "Call"
			? `<label class="small text-muted">${__("Minutes")}
				<input type="number" min="0" max="1440" class="form-control input-xs cfq-minutes"></label>`
			: "";
	const label = channel === "Email" ? __("Why it is not to go (kept with the follow-up)") : __("Note for the record's timeline");
	return `<div class="cfq-notes"><label class="small text-muted">${label}
		<textarea class="form-control cfq-note" rows="2" maxlength="500"></textarea></label>${minutes}</div>`;
}

function results_html({ channel, is_ended }, { results }) {
	const buttons = results.map(
		({ label, key, causes }, index) => `<li>
			<button type="button" class="btn btn-sm ${key === "c" ? "btn-primary" : "btn-default"}" data-result="${index}">
				${plain(label)} ${key ? `<kbd>${key}</kbd>` : ""}</button>
			<span class="cfq-causes small text-muted">${causes_html(channel, causes)}</span>
		</li>`
	);
	const later =
		channel === "Email"
			? ""
			: `<li><button type="button" class="btn btn-sm btn-default cfq-put-off">${__("Put off")} <kbd>z</kbd></button></li>`;
	return `<h2 class="cfq-bucket">${__("What came of it, and what that causes")}</h2>
		<ul class="list-unstyled cfq-results">${buttons.join("")}${later}${is_ended ? "" : take_out_html()}</ul>`;
}

function take_out_html() {
	return `<li><button type="button" class="btn btn-sm btn-default cfq-take-out">${__("Take out of Cadence")} <kbd>x</kbd></button>
		<span class="cfq-causes small text-muted">${__("with a disposition; nothing more goes out")}</span></li>`;
}

function causes_html(channel, causes) {
	if (causes.length) return causes.map(plain).join("<br>");
	return channel === "Email" ? "" : __("Nothing follows from it by itself.");
}
