// What people do with an enrollment that exists (S5.6, S6.5): in a record's section and on its own form.
import { ask, call, plain } from "./ask";

const UNTIL_RESUMED = "Until somebody resumes it";
const FOR_A_TIME = "For a time";
const UNTIL_A_MOMENT = "Until a moment";
const MINUTES_IN = { Minutes: 1, Hours: 60, Days: 1440, Weeks: 10080 };

const PAUSE = { label: __("Pause"), act: pause };
const RESUME = { label: __("Resume"), act: resume };
const SKIP = { label: __("Skip to Next Follow-up"), act: (names) => skip(names, "Next Follow-up") };
const SKIP_TO_LAST = { label: __("Skip to Last Follow-up"), act: (names) => skip(names, "Last Follow-up") };
const TRY_AGAIN = { label: __("Try Again"), act: try_again };
const TAKE_OUT = { label: __("Take out of Cadence"), act: take_out };

const STEPS = {
	Waiting: [TAKE_OUT],
	Active: [PAUSE, SKIP, SKIP_TO_LAST, TAKE_OUT],
	Paused: [RESUME, TAKE_OUT],
	Halted: [RESUME, TAKE_OUT],
};

/** The steps that an enrollment of this status allows: once it has ended none, unless it failed. With an error
on it, it can be tried again (S5.8). */
export function steps_for(status, error = "") {
	const steps = STEPS[status] || [];
	return error ? [TRY_AGAIN, ...steps] : steps;
}

/** Take a step; resolves to whether it was taken or the person thought better of it. */
export async function take(step, enrollment) {
	const account = await step.act([enrollment]);
	if (account) tell(account);
	return Boolean(account);
}

/** What can be done with many at once, from their list. */
export const STEPS_WITH_MANY = [PAUSE, RESUME, TRY_AGAIN, TAKE_OUT];

export async function take_with_many(step, enrollments) {
	const account = await step.act(enrollments);
	if (account) tell(account, enrollments.length);
	return Boolean(account);
}

/** What came of it, as the server says: not what was asked for (S8.8). */
function tell({ done, not_done, sentences, waiting }, asked = 1) {
	const indicator = not_done.length ? "orange" : "green";
	if (asked === 1) {
		const told = not_done.length ? __("Not done: {0}", [not_done[0].why]) : sentences.join(". ");
		frappe.show_alert({ message: plain(told || __("It will be looked at in a moment.")), indicator }, 7);
		return;
	}
	const told = [__("{0} done", [done])];
	if (waiting) told.push(__("{0} will be looked at in a moment", [waiting]));
	if (!not_done.length) {
		frappe.show_alert({ message: told.join(", "), indicator }, 7);
		return;
	}
	told.push(__("{0} not done", [not_done.length]));
	const rows = not_done.slice(0, 50).map(({ title, why }) => `<tr><td>${plain(title)}</td><td class="text-muted">${plain(why)}</td></tr>`);
	frappe.msgprint({ title: told.join(", "), message: `<table class="table table-sm">${rows.join("")}</table>`, wide: true });
}

async function pause(enrollments) {
	const length = await ask({ title: __("Pause"), label: __("Pause"), fields: pause_fields() });
	if (!length) return null;
	const args = { enrollments };
	if (length.kind === FOR_A_TIME) args.minutes = length.amount * MINUTES_IN[length.unit];
	if (length.kind === UNTIL_A_MOMENT) args.until = length.until;
	return call("pause", args);
}

function pause_fields() {
	const kinds = [UNTIL_RESUMED, FOR_A_TIME, UNTIL_A_MOMENT];
	const for_a_time = `eval:doc.kind=='${FOR_A_TIME}'`;
	const until = `eval:doc.kind=='${UNTIL_A_MOMENT}'`;
	return [
		{
			fieldname: "kind",
			fieldtype: "Select",
			label: __("How Long"),
			options: kinds.map((value) => ({ value, label: __(value) })),
			default: UNTIL_RESUMED,
			description: __(
				"Nothing goes out while it is paused. Waiting times go on from where they stood."
			),
		},
		{
			fieldname: "amount",
			fieldtype: "Int",
			label: __("Time"),
			default: 1,
			depends_on: for_a_time,
			mandatory_depends_on: for_a_time,
		},
		{
			fieldname: "unit",
			fieldtype: "Select",
			label: __("Unit"),
			options: Object.keys(MINUTES_IN).map((value) => ({ value, label: __(value) })),
			default: "Days",
			depends_on: for_a_time,
		},
		{
			fieldname: "until",
			fieldtype: "Datetime",
			label: __("Until"),
			depends_on: until,
			mandatory_depends_on: until,
		},
	];
}

function resume(enrollments) {
	return call("resume", { enrollments });
}

function try_again(enrollments) {
	return call("try_again", { enrollments });
}

function skip(enrollments, target) {
	return call("skip", { enrollments, target });
}

/** Whoever ends a run by hand says what they found (S5.7); resolves to null for who thought better of it. */
export async function ask_disposition(further = [], title = __("Take out of Cadence")) {
	const known = await call("dispositions");
	return ask({
		title,
		label: __("Take Out"),
		fields: [
			{
				fieldname: "disposition",
				fieldtype: "Select",
				label: __("Disposition"),
				options: ["", ...known].map((value) => ({ value, label: plain(__(value)) })),
				reqd: known.length ? 1 : 0,
				hidden: known.length ? 0 : 1,
				description: __("What you found: the report counts by it."),
			},
			...further,
			{
				fieldname: "why",
				fieldtype: "Small Text",
				label: __("Why"),
				description: __("Shown as the exit reason. Everything that is scheduled is cancelled."),
			},
		],
	});
}

async function take_out(enrollments) {
	const answer = await ask_disposition();
	if (!answer) return null;
	return call("stop", { enrollments, why: answer.why || "", disposition: answer.disposition || "" });
}
