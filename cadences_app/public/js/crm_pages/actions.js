import { earlier_text, enroll_asking, restart_label, resume_label, summary } from "../cadences/enrolling";
import { ask, plain, told_html } from "./dialogs";

const FINISHED = "cadence_enrolled";
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
		wait_for_account: (...long_run) => wait_for_account(page, ...long_run),
	};
	const account = await enroll_asking(screen, cadence, names);
	const left_out = [...account.skipped, ...account.refused];
	if (left_out.length) page.$dialog({ title: summary(account), html: told_html(left_out) });
	else page.toast.success(summary(account));
	return true;
}

export async function take_out(page, { doctype }, names) {
	const answer = await ask(page, {
		title: __("Take out of Cadence"),
		message: __("Everything that is scheduled is cancelled, in every cadence that they are in."),
		answers: { [__("Take Out")]: () => true },
	});
	if (!answer) return false;
	const { unenrolled, not_enrolled } = await teller(page)("unenroll", { doctype, names });
	const told = [__("{0} taken out", [unenrolled])];
	if (not_enrolled.length) told.push(__("{0} were in no cadence", [not_enrolled.length]));
	page.toast.success(told.join(", "));
	return true;
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

/** A long run goes on in the background; an event brings its account. */
function wait_for_account({ $socket, toast }, cadence, count) {
	toast.info(__("{0} records are being added to {1}.", [count, cadence]));
	return new Promise((resolve) => {
		const take = (account) => {
			if (account.cadence !== cadence) return;
			$socket.off(FINISHED, take);
			resolve(account);
		};
		$socket.on(FINISHED, take);
	});
}
