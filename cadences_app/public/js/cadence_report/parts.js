// The parts of the report, as HTML. A number leads to the records behind it.
import { plain } from "../cadences/ask";

const COLUMNS = [
	["Reached", __("Reached")],
	["Scheduled", __("Waiting Now")],
	["Sent", __("Sent")],
	["Opened", __("Opened")],
	["Clicked", __("Clicked")],
	["Replied", __("Replied")],
	["Bounced", __("Bounced")],
	["Unsubscribed", __("Unsubscribed")],
	["Completed", __("Completed")],
	["Skipped", __("Skipped")],
	["Cancelled", __("Cancelled")],
	["Overdue", __("Overdue")],
	["Failed", __("Failed")],
];
const COLUMN_OF = {
	Sent: "sent_at",
	Opened: "opened_at",
	Clicked: "clicked_at",
	Replied: "replied_at",
	Bounced: "bounced_at",
	Unsubscribed: "unsubscribed_at",
	Completed: "completed_at",
	Skipped: "skipped_at",
	Cancelled: "cancelled_at",
	Overdue: "overdue_at",
};

export function cards_html({ key, cadence }) {
	const live = key.Live || 0;
	const sent = key.Sent || 0;
	const cards = [
		[__("Enrolled"), key.Enrolled, enrollments(cadence)],
		[__("Under Way"), live, enrollments(cadence, "status", ["in", ["Active", "Paused", "Halted"]])],
		[__("Completed"), key["Ended:Completed"], enrollments(cadence, "status", "Completed")],
		[__("Stopped"), key["Ended:Stopped"], enrollments(cadence, "status", "Stopped")],
		[__("Failed"), key["Ended:Failed"], enrollments(cadence, "status", "Failed")],
		[__("Sent"), sent, activities(cadence, "Sent")],
		[__("Opened"), key.Opened, activities(cadence, "Opened"), sent],
		[__("Clicked"), key.Clicked, activities(cadence, "Clicked"), sent],
		[__("Replied"), key.Replied, activities(cadence, "Replied"), sent],
		[__("Bounced"), key.Bounced, activities(cadence, "Bounced"), sent],
		[__("Unsubscribed"), key.Unsubscribed, activities(cadence, "Unsubscribed"), sent],
		[__("Tasks and Calls Done"), key.Completed, activities(cadence, "Completed")],
	];
	return cards
		.map(
			([label, number, url, of]) => `<a class="cr-card" href="${url}">
				<span class="cr-label">${label}</span>
				<span class="cr-number">${format_number(number || 0, null, 0)}</span>
				<span class="cr-rate">${of ? rate(number, of) : ""}</span></a>`
		)
		.join("");
}

/** The follow-ups as a tree; the bar is the share of those who were enrolled (S8.2). */
export function funnel_html({ funnel, key, cadence }) {
	const most = Math.max(key.Enrolled || 0, ...funnel.map(({ Reached }) => Reached), 1);
	const shown = COLUMNS.filter(([measure]) => measure === "Reached" || funnel.some((each) => each[measure]));
	const heads = shown.map(([, label]) => `<th class="text-right">${label}</th>`).join("");
	const rows = funnel.map((each) => {
		const cells = shown.map(([measure]) => cell_html(each, measure, cadence)).join("");
		return `<tr>
			<th scope="row" style="padding-left: ${8 + each.depth * 18}px">
				<span class="cr-step">${plain(each.label)}</span>
				<span class="text-muted small">${plain(each.arrow)}</span>
				<span class="cr-bar"><span style="width: ${(100 * each.Reached) / most}%"></span></span>
			</th>${cells}</tr>`;
	});
	return `<div class="cr-scroll" tabindex="0"><table class="table table-sm cr-funnel">
		<thead><tr><th>${__("Follow-up")}</th>${heads}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function cell_html(row, measure, cadence) {
	const number = row[measure];
	if (!number) return `<td class="text-right text-muted">–</td>`;
	const base = measure === "Reached" || measure === "Scheduled" ? 0 : row.Reached;
	const share = base ? `<span class="text-muted small"> ${rate(number, base)}</span>` : "";
	return `<td class="text-right"><a href="${activities(cadence, measure, row.key)}">${number}</a>${share}</td>`;
}

/** Rows side by side: versions, owners, templates. */
export function rows_html(rows, what) {
	const shown = [["Enrolled", __("Enrolled")], ...COLUMNS].filter(([measure]) => rows.some((each) => each[measure]));
	const heads = shown.map(([, label]) => `<th class="text-right">${label}</th>`).join("");
	const body = rows.map((each) => {
		const cells = shown.map(([measure]) => `<td class="text-right">${each[measure] || "–"}</td>`).join("");
		return `<tr><th scope="row">${plain(each.label || each.value)}</th>${cells}</tr>`;
	});
	return `<div class="cr-scroll" tabindex="0"><table class="table table-sm">
		<thead><tr><th>${what}</th>${heads}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

export function comparisons_html(comparisons) {
	return comparisons.map(comparison_html).join("");
}

function comparison_html({ label, arms, winner, needed }) {
	const rows = arms.map(
		({ name, sent, replied }) => `<tr><th scope="row">${plain(name)} ${name === winner ? "★" : ""}</th>
			<td class="text-right">${sent}</td><td class="text-right">${replied}</td>
			<td class="text-right">${rate(replied, sent)}</td></tr>`
	);
	let told = __("Both are answered alike so far; there is no difference to tell.");
	if (winner) told = __("{0} is answered more often; that is no chance.", [plain(winner).bold()]);
	else if (needed) told = __("No winner yet: about {0} more mails before a difference like this means anything.", [needed]);
	else if (needed === 0) told = __("The difference may be chance.");
	return `<h3 class="cr-sub">${plain(label)}</h3><table class="table table-sm"><thead><tr>
		<th>${__("Template")}</th><th class="text-right">${__("Sent")}</th><th class="text-right">${__("Replied")}</th>
		<th class="text-right">${__("Rate")}</th></tr></thead><tbody>${rows.join("")}</tbody></table><p>${told}</p>`;
}

/** Why they stand still, and what would set them going (S8.3a). */
export function still_html(still, cadence) {
	const rows = still.map(({ label, remedy, number, moves_at, still: reason }) => {
		const moves = moves_at ? plain(frappe.datetime.str_to_user(moves_at)) : "";
		return `<tr data-still="${plain(reason)}"><th scope="row">${plain(label)}</th>
			<td class="text-right"><a href="${standing(cadence, reason)}">${number}</a></td>
			<td>${plain(remedy)}</td><td class="text-muted">${moves}</td></tr>`;
	});
	return `<div class="cr-scroll" tabindex="0"><table class="table table-sm"><thead><tr><th>${__("Why")}</th>
		<th class="text-right">${__("How Many")}</th><th>${__("What Sets Them Going")}</th><th>${__("First Looked At")}</th>
		</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Due follow-ups by day, a column a channel and owner (S8.6). */
export function coming_html(coming) {
	const days = [...new Set(coming.map(({ day }) => day))].sort();
	const lines = [...new Set(coming.map(({ channel, owner_name }) => JSON.stringify([channel, owner_name])))].sort();
	const heads = days.map((day) => `<th class="text-right">${plain(frappe.datetime.str_to_user(day))}</th>`).join("");
	const rows = lines.map((line) => {
		const [channel, owner] = JSON.parse(line);
		const cells = days.map((day) => {
			const found = coming.filter((each) => each.day === day && each.channel === channel && each.owner_name === owner);
			return `<td class="text-right">${found.reduce((sum, { number }) => sum + number, 0) || ""}</td>`;
		});
		return `<tr><th scope="row">${plain(__(channel))} · ${plain(owner)}</th>${cells.join("")}</tr>`;
	});
	return `<div class="cr-scroll" tabindex="0"><table class="table table-sm"><thead><tr><th></th>${heads}</tr></thead>
		<tbody>${rows.join("")}</tbody></table></div>
		<p class="text-muted small">${__("Only what is scheduled already; what hangs on an answer comes on top.")}</p>`;
}

function rate(part, all) {
	return all ? `${((100 * (part || 0)) / all).toFixed(1)} %` : "";
}

function enrollments(cadence, field, value) {
	return list("cadence-enrollment", { cadence, ...(field && { [field]: value }) });
}

function activities(cadence, measure, follow_up) {
	const filters = { cadence, ...(follow_up && { follow_up }) };
	if (COLUMN_OF[measure]) filters[COLUMN_OF[measure]] = ["is", "set"];
	else if (measure === "Reached") filters.status = ["in", ["Handed Over", "Carried Out"]];
	else filters.status = measure;
	return list("cadence-activity", filters);
}

function standing(cadence, reason) {
	const of_activity = {
		"Waits for Review": { delivery: "Waiting for Review" },
		"Waits for Approval": { delivery: "Waiting for Approval" },
		"Mail Unknown": { delivery: "Unknown" },
		"Waits for Its Turn": { delivery: "Queued" },
		"Mailbox Paused": { delivery: "Queued" },
		"Date Missing": { status: "Scheduled", due_at: ["is", "not set"] },
		"Outside the Window": { status: "Scheduled", reason: "outside_window" },
		Scheduled: { status: "Scheduled" },
		"Held Back": { status: "Scheduled", reason: "held" },
	}[reason];
	if (of_activity) return list("cadence-activity", { cadence, ...of_activity });
	const of_enrollment = { Paused: "Paused", Halted: "Halted", "Waiting to Be Let In": "Waiting" }[reason];
	if (reason === "Error") return list("cadence-enrollment", { cadence, error: ["is", "set"] });
	return list("cadence-enrollment", { cadence, status: of_enrollment || "Active" });
}

/** The address of a list with these filters. */
function list(route, filters) {
	const given = Object.entries(filters).map(([field, value]) => [
		field,
		Array.isArray(value) ? JSON.stringify(value) : value,
	]);
	return `/app/${route}/view/list?${new URLSearchParams(given)}`;
}
