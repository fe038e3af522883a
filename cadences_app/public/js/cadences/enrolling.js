// Enrolling, asking once about earlier runs, and what became of the records (S5.2, S5.5). It knows no screen:
// Desk and the pages of Frappe CRM give it theirs.

/**
 * Enroll `names` in `cadence` and resolve to the account of all of them.
 *
 * `screen` has three functions: `call(method, args)` of the enrollments' API, `ask_about_earlier(account)`,
 * which resolves to {again, restart_others, also_who_said_no} or null, and `wait_for_account(cadence, count, job)`
 * for a long run. `beginning` has `start_with` and `not_before`: with which follow-up a new run begins, and when
 * (S2.10).
 *
 * Of many, those who answered or unsubscribed are taken up again only if that was said; of one, whoever asks has
 * seen how it left.
 */
export async function enroll_asking(screen, cadence, names, beginning = {}) {
	const account = await enroll(screen, cadence, names, { again: "Ask", ...beginning });
	if (!account.may_restart.length) return account;
	const answer = await screen.ask_about_earlier({ ...account, begins_with: beginning.start_with });
	if (!answer) return account;
	const also_who_said_no = answer.also_who_said_no ?? (account.may_restart.length === 1 ? 1 : 0);
	const take_up = (some, again) => enroll(screen, cadence, some, { again, also_who_said_no, ...beginning });
	if (answer.again === "Restart") return merge(account, await take_up(account.may_restart, "Restart"));
	const resumed = merge(account, await take_up(account.may_resume, "Resume"));
	const others = only_restartable(account);
	if (!answer.restart_others || !others.length) return resumed;
	return merge(resumed, await take_up(others, "Restart"));
}

async function enroll(screen, cadence, names, how) {
	const account = await screen.call("enroll", { cadence, names, ...how });
	if (!account.in_background) return { ...account, asked: names };
	const settled = await screen.wait_for_account(cadence, names.length, account.job);
	return { ...settled, job: account.job, asked: names };
}

/** The account after `later` has settled some of the records that `first` had left open. */
function merge(first, later) {
	const asked_again = new Set(later.asked);
	return {
		...first,
		enrolled: first.enrolled + later.enrolled,
		resumed: first.resumed + later.resumed,
		restarted: first.restarted + later.restarted,
		waiting: (first.waiting || 0) + (later.waiting || 0),
		ended: [...(first.ended || []), ...(later.ended || [])],
		skipped: [...first.skipped.filter((each) => !asked_again.has(each.name)), ...later.skipped],
		refused: [...first.refused, ...later.refused],
	};
}

function only_restartable(account) {
	const resumable = new Set(account.may_resume);
	return account.may_restart.filter((name) => !resumable.has(name));
}

export function earlier_text(account) {
	const all = account.may_restart.length;
	if (account.begins_with) {
		return __("{0} of the records were in this cadence before. With a chosen follow-up they can only be started anew.", [
			all,
		]);
	}
	if (all > 1) return __("{0} of the records were in this cadence before.", [all]);
	if (account.may_resume.length) return __("The record was in this cadence before and left it early.");
	return __("The record was in this cadence before. It can only be started anew.");
}

export function resume_label(account) {
	const all = account.may_restart.length;
	if (all === 1) return __("Resume: go on where it left");
	return __("Resume where they left ({0} of {1})", [account.may_resume.length, all]);
}

export function restart_label(account) {
	const all = account.may_restart.length;
	return all === 1 ? __("Restart: begin anew") : __("Restart: begin anew ({0})", [all]);
}

/** How many were enrolled, skipped and refused: [count, word, colour], without the zeros. */
export function counts(account) {
	return [
		[account.enrolled, __("enrolled"), "green"],
		[account.resumed, __("resumed"), "green"],
		[account.restarted, __("restarted"), "green"],
		[account.waiting, __("waiting to be let in"), "blue"],
		[account.ended?.length, __("ended at once"), "red"],
		[account.skipped.length, __("skipped"), "orange"],
		[account.refused.length, __("refused"), "red"],
	].filter(([count]) => count);
}

export function summary(account) {
	const told = counts(account).map(([count, word]) => `${count} ${word}`);
	return __("{0}: {1}", [account.cadence, told.join(", ")]);
}
