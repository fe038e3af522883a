import { earlier_text, enroll_asking, restart_label, resume_label, summary } from "../cadences/enrolling";
import { follow_job } from "../cadences/follow_job";
import { counts_of, leaving, left, sorted, word_of } from "../cadences/foreseen";
import { answers_of_job } from "../cadences/preview_job";
import { ask, plain, told_html } from "./dialogs";

const ENDED = ["Done", "Failed", "Stopped"];
const API = "cadences_app.api.enrollments";
const PREVIEWED = 1000;

/** Ask for the cadence, enroll, ask once about earlier runs, and tell what became of each record. */
export async function add_to_cadence(page, { doctype, live }, names) {
	const call = teller(page);
	const offered = await call("applicable", { doctype, names });
	if (!offered.length) {
		page.toast.error(__("There is no active cadence that you may use here."));
		return false;
	}
	const { cadence, ...beginning } = await settle(page, doctype, names, () => choose(page, offered, live));
	const screen = {
		call,
		ask_about_earlier: (account) => ask_about_earlier(page, account),
		wait_for_account: (cadence, count, job) => wait_for_account(page, cadence, count, job),
	};
	const account = await enroll_asking(screen, cadence, names, beginning);
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
	const foreseen = leaving(await call("preview_unenrolling", { doctype, names }));
	const answer = await ask(page, {
		title: __("Take out of Cadence"),
		html: foreseen_html(foreseen) + radios_html(live.length > 1 ? choices : [], 0) + why_html(),
		answers: {
			[__("Take Out")]: () => ({ cadence: chosen() || "", why: document.querySelector("#cadence-why")?.value || "" }),
		},
	});
	if (!answer) return false;
	const account = await call("unenroll", { doctype, names, ...answer });
	if (account.not_done.length) page.$dialog({ title: left(account), html: told_html(account.not_done) });
	else page.toast.success(left(account));
	return true;
}

/** What to do is asked until it is to be done: on the way, what would happen can be looked at, and where and when
 * to begin can be chosen (S2.10, S5.2). Resolves to {cadence, start_with, not_before}. */
async function settle(page, doctype, names, choose_one) {
	let wish = await choose_one();
	for (;;) {
		if (wish.step === BEGIN) wish = { ...(await choose_beginning(page, wish.cadence)), cadence: wish.cadence };
		if (wish.step === PREVIEW) wish = (await show_preview(page, doctype, names, wish)) || (await choose_one());
		if (!wish.step) return wish;
	}
}

const PREVIEW = "preview";
const BEGIN = "begin";

/** Resolves to what is to be done with it, or to null to choose anew. */
async function show_preview(page, doctype, names, { cadence, start_with = "", not_before = "" }) {
	const how = { cadence, start_with, not_before };
	const records = names.slice(0, PREVIEWED);
	const asked = { doctype, records, cadences: [cadence], start_with, not_before };
	const answer = await teller(page, "cadences_app.api.records")("preview", asked);
	const answers = answer.job ? await answers_of_job(answer.job, { call: page.call, socket: page.$socket }) : answer.answers;
	const counts = counts_of(answers).map(([kind, count]) => `${count} ${word_of(kind)}`);
	const others = names.length - records.length;
	if (others) counts.push(__("The other {0} were not looked at.", [others]));
	const rows = sorted(answers).map(({ record, title, answer: became, text }) => ({
		name: record,
		title,
		why: [word_of(became), text].filter(Boolean).join(": "),
	}));
	const wish = await ask(page, {
		title: __("What Would Happen"),
		html: foreseen_html(counts) + told_html(rows),
		answers: { [__("Back")]: () => "back", [__("Add")]: () => "add" },
	});
	return wish === "add" ? how : null;
}

/** With which follow-up a new run begins, and when. */
async function choose_beginning(page, cadence) {
	const follow_ups = await teller(page)("starts", { cadence });
	const first = { value: "", label: __("As the cadence begins") };
	const choices = [first, ...follow_ups.map(({ key, name }) => ({ value: key, label: name }))];
	const read = (step) => ({
		step,
		start_with: chosen() || "",
		not_before: (document.querySelector("#cadence-not-before")?.value || "").replace("T", " "),
	});
	return ask(page, {
		title: __("Begin"),
		html: radios_html(choices, 0) + not_before_html(),
		answers: { [__("Preview")]: () => read(PREVIEW), [__("Add")]: () => read("") },
	});
}

function not_before_html() {
	return `<label class="block text-p-sm text-ink-gray-7">${__("Not Before")}
		<input id="cadence-not-before" type="datetime-local" class="mt-1 block w-full rounded border p-2 text-base"></label>
		<p class="mt-2 text-p-sm text-ink-gray-5">${__("In the time zone of the site.")}</p>`;
}

function foreseen_html(sentences) {
	return `<ul class="mb-3 text-p-sm text-ink-gray-7">${sentences.map((each) => `<li>${plain(each)}</li>`).join("")}</ul>`;
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

/** Calls of an API that show their error: of the enrollments' unless another is named. */
function teller({ call, toast }, api = API) {
	return async (method, args) => {
		try {
			return await call(`${api}.${method}`, args);
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
				${is_in_it ? "disabled" : ""}>
			<span>
				<span class="block text-ink-gray-8">${plain(name)}</span>
				<span class="block text-p-sm text-ink-gray-5">${plain(description)}</span>
				${last ? `<span class="block text-p-sm text-ink-gray-7">${earlier_html(last)}</span>` : ""}
			</span>
		</label>`;
	});
	const read = (step) => {
		const checked = document.querySelector("input[name=cadence]:checked");
		if (!checked) page.toast.error(__("Choose a cadence."));
		return checked && { step, cadence: offered[checked.value].name };
	};
	return ask(page, {
		title: __("Add to Cadence"),
		html: choices.join(""),
		answers: {
			[__("Begin Elsewhere or Later")]: () => read(BEGIN),
			[__("Preview")]: () => read(PREVIEW),
			[__("Add")]: () => read(""),
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
