// Adding one record or many to a cadence, in Desk (S5.1, S5.2, S5.5).
import { show_account } from "./account";
import { ask, call } from "./ask";
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

function ask_about_earlier(account) {
	const others = account.may_restart.length - account.may_resume.length;
	const options = [{ value: "Restart", label: restart_label(account) }];
	if (account.may_resume.length) options.unshift({ value: "Resume", label: resume_label(account) });
	return ask({
		title: __("Already Been in {0}", [account.cadence]),
		label: __("Add"),
		fields: [
			{ fieldtype: "HTML", options: `<p>${earlier_text(account)}</p>` },
			{ fieldname: "again", fieldtype: "Select", label: __("How"), options, default: options[0].value },
			{
				fieldname: "restart_others",
				fieldtype: "Check",
				label: __("Start the other {0} anew", [others]),
				depends_on: `eval:doc.again=='Resume' && ${others}`,
			},
		],
	});
}
