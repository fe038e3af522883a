// Adding one record or many to a cadence, in Desk (S5.1, S5.2, S5.5).
import { show_account } from "./account";
import { ask, call, plain } from "./ask";
import { choose_cadence } from "./choose";
import { account_of_job } from "./job";
import { preview } from "./preview";
import { earlier_text, enroll_asking, restart_label, resume_label } from "./enrolling";

/** Ask for the cadence, enroll, ask once about earlier runs, and tell what became of each record. */
export async function add_to_cadence(doctype, names) {
	const offered = await call("applicable", { doctype, names });
	if (!offered.length) {
		frappe.msgprint(__("There is no active cadence for {0} that you may use.", [__(doctype)]));
		return false;
	}
	const chosen = await choose_cadence(offered, names.length, (...asked) => preview(doctype, names, ...asked));
	if (!chosen) return false;
	const { cadence, ...beginning } = chosen;
	const desk = { call, ask_about_earlier, wait_for_account: account_of_job };
	show_account(await enroll_asking(desk, cadence, names, beginning));
	return true;
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
	const said_no = (account.earlier || []).filter((each) => each.said_no).length;
	if (account.may_resume.length) options.unshift({ value: "Resume", label: resume_label(account) });
	return ask({
		title: __("Already Been in {0}", [plain(account.cadence)]),
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
			...(said_no && account.may_restart.length > 1 ? [also_field(said_no)] : []),
		],
	});
}

function also_field(said_no) {
	return {
		fieldname: "also_who_said_no",
		fieldtype: "Check",
		label: __("Also the {0} who answered or unsubscribed", [said_no]),
		default: 0,
	};
}
