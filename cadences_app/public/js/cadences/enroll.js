// Adding one record or many to a cadence (S5.1, S5.2, S5.5).
import { show_account } from "./account";
import { ask, call } from "./ask";
import { choose_cadence } from "./choose";

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
	let account = await enroll(cadence, names, "Ask");
	if (account.may_restart.length) account = await enroll_again(account);
	show_account(account);
	return true;
}

async function enroll(cadence, names, again) {
	const account = await call("enroll", { cadence, names, again });
	const settled = account.in_background ? await wait_for_account(cadence, names.length) : account;
	return { ...settled, asked: names };
}

/** A long run goes on in the background; Frappe shows its progress, an event brings its account. */
function wait_for_account(cadence, asked) {
	frappe.show_alert(__("{0} records are being added to {1}.", [asked, cadence]));
	return new Promise((resolve) => {
		const take = (account) => {
			if (account.cadence !== cadence) return;
			frappe.realtime.off(FINISHED, take);
			resolve(account);
		};
		frappe.realtime.on(FINISHED, take);
	});
}

/** S5.5: the question about earlier runs, once for all records that allow it. */
async function enroll_again(account) {
	const answer = await ask_about_earlier(account);
	if (!answer) return account;
	if (answer.again === "Restart") {
		return merge(account, await enroll(account.cadence, account.may_restart, "Restart"));
	}
	const resumed = merge(account, await enroll(account.cadence, account.may_resume, "Resume"));
	const others = only_restartable(account);
	if (!answer.restart_others || !others.length) return resumed;
	return merge(resumed, await enroll(account.cadence, others, "Restart"));
}

function ask_about_earlier(account) {
	const all = account.may_restart.length;
	const resumable = account.may_resume.length;
	const options = [{ value: "Restart", label: restart_label(all) }];
	if (resumable) options.unshift({ value: "Resume", label: resume_label(resumable, all) });
	return ask({
		title: __("Already Been in {0}", [account.cadence]),
		label: __("Add"),
		fields: [
			{ fieldtype: "HTML", options: `<p>${earlier_text(all, resumable)}</p>` },
			{ fieldname: "again", fieldtype: "Select", label: __("How"), options, default: options[0].value },
			{
				fieldname: "restart_others",
				fieldtype: "Check",
				label: __("Start the other {0} anew", [all - resumable]),
				depends_on: `eval:doc.again=='Resume' && ${all - resumable}`,
			},
		],
	});
}

function earlier_text(all, resumable) {
	if (all > 1) return __("{0} of the records were in this cadence before.", [all]);
	if (resumable) return __("The record was in this cadence before and left it early.");
	return __("The record was in this cadence before. It can only be started anew.");
}

function resume_label(resumable, all) {
	if (all === 1) return __("Resume: go on where it left");
	return __("Resume where they left ({0} of {1})", [resumable, all]);
}

function restart_label(all) {
	return all === 1 ? __("Restart: begin anew") : __("Restart: begin anew ({0})", [all]);
}

function only_restartable(account) {
	const resumable = new Set(account.may_resume);
	return account.may_restart.filter((name) => !resumable.has(name));
}

/** The account after `later` has settled some of the records that `first` had left open. */
function merge(first, later) {
	const asked_again = new Set(later.asked);
	return {
		...first,
		enrolled: first.enrolled + later.enrolled,
		resumed: first.resumed + later.resumed,
		restarted: first.restarted + later.restarted,
		skipped: [...first.skipped.filter((each) => !asked_again.has(each.name)), ...later.skipped],
		refused: [...first.refused, ...later.refused],
	};
}
