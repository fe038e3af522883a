// What people do with an enrollment that exists (S5.6, S6.5): in a record's section and on its own form.
import { ask, call } from "./ask";

const UNTIL_RESUMED = "Until somebody resumes it";
const FOR_A_TIME = "For a time";
const UNTIL_A_MOMENT = "Until a moment";
const MINUTES_IN = { Minutes: 1, Hours: 60, Days: 1440, Weeks: 10080 };

const PAUSE = { label: __("Pause"), act: pause };
const RESUME = { label: __("Resume"), act: resume };
const SKIP = { label: __("Skip to Next Follow-up"), act: (name) => skip(name, "Next Follow-up") };
const SKIP_TO_LAST = { label: __("Skip to Last Follow-up"), act: (name) => skip(name, "Last Follow-up") };
const TAKE_OUT = { label: __("Take out of Cadence"), act: take_out };

const STEPS = {
	Waiting: [TAKE_OUT],
	Active: [PAUSE, SKIP, SKIP_TO_LAST, TAKE_OUT],
	Paused: [RESUME, TAKE_OUT],
	Halted: [RESUME, TAKE_OUT],
};

/** The steps that an enrollment of this status allows; none once it has ended. */
export function steps_for(status) {
	return STEPS[status] || [];
}

/** Take a step; resolves to whether it was taken or the person thought better of it. */
export async function take(step, enrollment) {
	const said = await step.act(enrollment);
	if (said) frappe.show_alert({ message: said, indicator: "green" });
	return Boolean(said);
}

async function pause(enrollment) {
	const length = await ask({ title: __("Pause"), label: __("Pause"), fields: pause_fields() });
	if (!length) return null;
	const args = { enrollments: [enrollment] };
	if (length.kind === FOR_A_TIME) args.minutes = length.amount * MINUTES_IN[length.unit];
	if (length.kind === UNTIL_A_MOMENT) args.until = length.until;
	await call("pause", args);
	return __("Paused");
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

async function resume(enrollment) {
	await call("resume", { enrollments: [enrollment] });
	return __("Resumed");
}

async function skip(enrollment, target) {
	await call("skip", { enrollments: [enrollment], target });
	return __("Skipped ahead");
}

async function take_out(enrollment) {
	const answer = await ask({
		title: __("Take out of Cadence"),
		label: __("Take Out"),
		fields: [
			{
				fieldname: "why",
				fieldtype: "Small Text",
				label: __("Why"),
				description: __("Shown as the exit reason. Everything that is scheduled is cancelled."),
			},
		],
	});
	if (!answer) return null;
	await call("stop", { enrollments: [enrollment], why: answer.why || "" });
	return __("Taken out");
}
