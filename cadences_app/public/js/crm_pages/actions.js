import { earlier_text, enroll_asking, restart_label, resume_label, summary } from "../cadences/enrolling";
import { follow_job } from "../cadences/follow_job";
import { ask, plain, told_html } from "./dialogs";

const ENDED = ["Done", "Failed", "Stopped"];
const API = "cadences_app.api.enrollments";

/** Ask for the cadence, enroll, ask once about earlier runs, and tell what became of each record. */
export async function add_to_cadence(page, { doctype, live }, names) {
	const call = teller(page);
	const offered = await call("applicable", { doctype, names });
	if (!offered.length) {
		page.toast.error(__("There is no active cadence that you may use here."));
		return false;
	}
	const cadence = await choose(page, offered, live);
	if (!cadence) return false;
	const screen = {
		call,
		ask_about_earlier: (account) => ask_about_earlier(page, account),
		wait_for_account: (cadence, count, job) => wait_for_account(page, cadence, count, job),
	};
	const account = await enroll_asking(screen, cadence, names);
	const left_out = [...account.skipped, ...account.refused];
	if (left_out.length) page.$dialog({ title: summary(account), html: told_html(left_out) });
	else page.toast.success(summary(account));
	return true;
}

/** Out of one cadence or of all, with a reason: asked before anything ends. */
export async function take_out(page, { doctype }, names) {
	const call = teller(page);
	const live = names.length === 1 ? await live_ones(call, doctype, names[0]) : [];
	if (names.length === 1 && !live.length) {
		page.toast.error(__("It is in no cadence."));
		return false;
	}
	const every = { value: "", label: __("Every cadence that they are in") };
	const choices = [every, ...live.map(({ cadence }) => ({ value: cadence, label: cadence }))];
	const answer = await ask(page, {
		title: __("Take out of Cadence"),
		html: radios_html(live.length > 1 ? choices : [], 0) + why_html(),
		answers: {
			[__("Take Out")]: () => ({ cadence: chosen() || "", why: document.querySelector("#cadence-why")?.value || "" }),
		},
	});
	if (!answer) return false;
	const { unenrolled, not_enrolled } = await call("unenroll", { doctype, names, ...answer });
	const told = [__("{0} taken out", [unenrolled])];
	if (not_enrolled.length) told.push(__("{0} were in no cadence", [not_enrolled.length]));
	page.toast.success(told.join(", "));
	return true;
}

/** Where the record stands in each cadence, with its history, and what can be done. */
export async function show_status(page, { doctype, unenroll }, [name]) {
	const call = teller(page);
	const found = await call("of_record", { doctype, name });
	if (!found.length) {
		page.toast.info(__("It was in no cadence yet."));
		return false;
	}
	const choices = found.map((each) => ({ value: each.name, label: each.cadence, html: standing_html(each) }));
	const take = (method, args = {}) => ({
		method,
		args: { enrollments: [chosen() || found[0].name], ...args },
	});
	const steps = {
		[__("Skip to Next Follow-up")]: () => take("skip"),
		[__("Resume")]: () => take("resume"),
		[__("Pause")]: () => take("pause"),
	};
	const may_act = unenroll && found.some(({ ended_at }) => !ended_at);
	const answer = await ask(page, {
		title: __("Cadences"),
		html: radios_html(choices, 0),
		answers: may_act ? steps : { [__("Close")]: () => true },
	});
	if (!answer?.method) return false;
	const { done, not_done, sentences } = await call(answer.method, answer.args);
	if (done) page.toast.success(sentences.join(". ") || __("Done"));
	else page.toast.error(not_done[0]?.why || __("It will be looked at in a moment."));
	return true;
}

async function live_ones(call, doctype, name) {
	return (await call("of_record", { doctype, name })).filter(({ ended_at }) => !ended_at);
}

function standing_html({ name, status, next_follow_up, exit_reason }) {
	const told = [__(status), next_follow_up && __("next: {0}", [next_follow_up]), exit_reason].filter(Boolean);
	return `<span class="block text-p-sm text-ink-gray-7">${told.map(plain).join(" · ")}</span>
		<a class="text-p-sm underline" target="_blank" href="/app/cadence-enrollment/${encodeURIComponent(name)}">${__("History")}</a>`;
}

function radios_html(choices, first) {
	return choices
		.map(
			({ value, label, html = "" }, index) => `<label class="mb-2 flex items-start gap-2 rounded border p-3 text-base">
			<input type="radio" name="cadence-chosen" value="${plain(value)}" ${index === first ? "checked" : ""}>
			<span><span class="block text-ink-gray-8">${plain(label)}</span>${html}</span></label>`
		)
		.join("");
}

function why_html() {
	return `<label class="block text-p-sm text-ink-gray-7">${__("Why")}
		<textarea id="cadence-why" rows="2" class="mt-1 block w-full rounded border p-2 text-base"></textarea></label>
		<p class="mt-2 text-p-sm text-ink-gray-5">${__("Everything that is scheduled is cancelled.")}</p>`;
}

function chosen() {
	return document.querySelector("input[name=cadence-chosen]:checked")?.value;
}

/** Calls of the enrollments' API that show their error. */
function teller({ call, toast }) {
	return async (method, args) => {
		try {
			return await call(`${API}.${method}`, args);
		} catch (error) {
			toast.error(error.messages?.[0] || error.message);
			throw error;
		}
	};
}

function choose(page, offered, live) {
	const choices = offered.map(({ name, description, earlier }, index) => {
		const is_in_it = earlier.some(({ status }) => live.includes(status));
		const last = earlier[0];
		return `<label class="mb-2 flex items-start gap-2 rounded border p-3 text-base">
			<input type="radio" name="cadence" value="${index}"
				${is_in_it ? "disabled" : index === 0 ? "checked" : ""}>
			<span>
				<span class="block text-ink-gray-8">${plain(name)}</span>
				<span class="block text-p-sm text-ink-gray-5">${plain(description)}</span>
				${last ? `<span class="block text-p-sm text-ink-gray-7">${earlier_html(last)}</span>` : ""}
			</span>
		</label>`;
	});
	return ask(page, {
		title: __("Add to Cadence"),
		html: choices.join(""),
		answers: {
			[__("Add")]: () => {
				const chosen = document.querySelector("input[name=cadence]:checked");
				if (!chosen) page.toast.error(__("Choose a cadence."));
				return chosen && offered[chosen.value].name;
			},
		},
	});
}

function earlier_html({ status, exit_reason }) {
	return [__(status), exit_reason].filter(Boolean).map(plain).join(" · ");
}

async function ask_about_earlier(page, account) {
	const answers = { [restart_label(account)]: () => "Restart" };
	if (account.may_resume.length) answers[resume_label(account)] = () => "Resume";
	const again = await ask(page, {
		title: __("Already Been in {0}", [account.cadence]),
		message: earlier_text(account),
		answers,
	});
	return again && { again };
}

/** A long run goes on in the background; once it has ended, its account is read. */
function wait_for_account({ call, $socket, toast }, cadence, count, job) {
	toast.info(__("{0} records are being added to {1}.", [count, cadence]));
	return new Promise((resolve) => {
		const show = async ({ status }) => {
			if (!ENDED.includes(status)) return;
			end();
			resolve(await call("cadences_app.api.records.account", { job }));
		};
		const end = follow_job(job, show, { socket: $socket, call });
	});
}
