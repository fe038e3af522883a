// Adding one record or many to a cadence, in Desk (S5.1, S5.2, S5.5).
import { show_account } from "./account";
import { ask, call, plain } from "./ask";
import { choose_cadence } from "./choose";
import { earlier_text, enroll_asking, restart_label, resume_label } from "./enrolling";

const FINISHED = "cadence_enrolled";

/** Ask for the cadence, enroll, ask once about earlier runs, and tell what became of each record. */
export async function add_to_cadence(doctype, names) {
	const offered = await call("applicable", { doctype, names });
	if (!offered.length) {
		frappe.msgprint(__("There is no active cadence for {0} that you may use.", [__(doctype)]));
		return false;
	}
	const cadence = await choose_cadence(offered, names.length);
	if (!cadence) return false;
	const desk = { call, ask_about_earlier, wait_for_account };
	show_account(await enroll_asking(desk, cadence, names));
	return true;
}

/** A long run goes on in the background; Frappe shows its progress, an event brings its account. */
function wait_for_account(cadence, count) {
	frappe.show_alert(__("{0} records are being added to {1}.", [count, frappe.utils.escape_html(cadence)]));
	return new Promise((resolve) => {
		const take = (account) => {
			if (account.cadence !== cadence) return;
			frappe.realtime.off(FINISHED, take);
			resolve(account);
		};
		frappe.realtime.on(FINISHED, take);
	});
}

/** How each had left, those who said no first (S5.5). */
function earlier_html({ earlier = [] }) {
	const sorted = [...earlier].sort((one, other) => Number(other.said_no) - Number(one.said_no));
	const rows = sorted.slice(0, 50).map(
		({ title, how, said_no }) => `<tr><td>${plain(title)}</td>
			<td class="${said_no ? "text-danger" : "text-muted"}">${plain(how)}</td></tr>`
	);
	const more = sorted.length - rows.length;
	return `<table class="table table-sm">${rows.join("")}</table>
		${more > 0 ? `<p class="text-muted small">${__("and {0} more", [more])}</p>` : ""}`;
}

function ask_about_earlier(account) {
	const others = account.may_restart.length - account.may_resume.length;
	const options = [{ value: "Restart", label: restart_label(account) }];
	// Whoever is about to take up somebody who answered or unsubscribed chooses that with open eyes.
	const said_no = (account.earlier || []).some((each) => each.said_no);
	if (account.may_resume.length) options.unshift({ value: "Resume", label: resume_label(account) });
	return ask({
		title: __("Already Been in {0}", [account.cadence]),
		label: __("Add"),
		size: account.earlier?.length > 1 ? "large" : undefined,
		fields: [
			{ fieldtype: "HTML", options: `<p>${earlier_text(account)}</p>${earlier_html(account)}` },
			{
				fieldname: "again",
				fieldtype: "Select",
				label: __("How"),
				reqd: 1,
				options: said_no ? ["", ...options] : options,
				default: said_no ? "" : options[0].value,
			},
			{
				fieldname: "restart_others",
				fieldtype: "Check",
				label: __("Start the other {0} anew", [others]),
				depends_on: `eval:doc.again=='Resume' && ${others}`,
			},
		],
	});
}
