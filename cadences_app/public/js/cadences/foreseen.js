// What an action would do, before it is done (S5.2). It knows no screen: Desk and the pages of Frappe CRM show it.

const COLOURS = { enrolled: "green", scheduled: "blue", waiting: "blue", skipped: "orange", refused: "red" };

function words() {
	return {
		enrolled: __("would be enrolled"),
		scheduled: __("would be scheduled"),
		waiting: __("would have to wait"),
		skipped: __("would be skipped"),
		refused: __("would be refused"),
	};
}

export function word_of(answer) {
	return words()[answer] || answer;
}

export function colour_of(answer) {
	return COLOURS[answer] || "";
}

/** How many answers of each kind there are, without the zeros: [answer, count]. */
export function counts_of(answers) {
	return Object.keys(words())
		.map((answer) => [answer, answers.filter((each) => each.answer === answer).length])
		.filter(([, count]) => count);
}

/** Those that would not simply be enrolled first. */
export function sorted(answers) {
	return [...answers].sort((one, other) => Number(!one.why) - Number(!other.why));
}

/** What taking records out would do, as sentences. */
export function leaving({ enrollments, scheduled, not_changeable, not_enrolled }) {
	const told = enrollments.map(({ cadence, status, count }) =>
		__("{0}: {1} that are {2} would be taken out", [cadence, count, __(status)])
	);
	if (!told.length) told.push(__("Nobody would be taken out."));
	if (scheduled) told.push(__("{0} scheduled follow-ups would be cancelled", [scheduled]));
	if (not_changeable) told.push(__("{0} would stay: you may not change their enrollment", [not_changeable]));
	if (not_enrolled) told.push(__("{0} are in no such cadence", [not_enrolled]));
	return told;
}

/** What taking records out did, in short. */
export function left({ unenrolled, waiting, not_done, not_enrolled }) {
	const told = [__("{0} taken out", [unenrolled])];
	if (waiting) told.push(__("{0} will be looked at in a moment", [waiting]));
	if (not_done.length) told.push(__("{0} not done", [not_done.length]));
	if (not_enrolled.length) told.push(__("{0} were in no such cadence", [not_enrolled.length]));
	return told.join(", ");
}
