// A record's enrollments as a table in its dashboard. People choose its columns; the choice is kept.
import { ask, attempt, moment_html, plain } from "./ask";
import { may_unenroll } from "./boot";
import { status_pill } from "./status";
import { steps_for, take } from "./steps";

const CSS_CLASS = "form-dashboard-cadences";
const KEPT_UNDER = "Cadence Enrollment";
const COLUMNS = {
	started_at: { label: __("Started"), html: (each) => moment_html(each.started_at) },
	status: { label: __("Status"), html: status_html },
	next_follow_up: { label: __("Next Follow-up"), html: next_html },
	exit_reason: { label: __("Exit Reason"), html: (each) => plain(each.exit_reason) },
	ended_at: { label: __("Ended"), html: (each) => moment_html(each.ended_at) },
	run: { label: __("Run"), html: (each) => plain(each.run) },
};
const AT_FIRST = ["started_at", "status", "next_follow_up", "exit_reason"];

// On a phone each enrollment is a small card: a line a column, its menu within reach.
const STYLE = `<style>@media (max-width: 767px) {
	.cadence-section-table thead th:not(:last-child) { display: none; }
	.cadence-section-table thead :is(tr, th:last-child) { display: block; text-align: right; }
	.cadence-section-table tbody tr { display: block; position: relative; padding: 6px 44px 6px 0; border-top: 1px solid var(--border-color); }
	.cadence-section-table tbody td { display: block; border: 0; padding: 2px 0; overflow-wrap: anywhere; }
	.cadence-section-table tbody td:empty { display: none; }
	.cadence-section-table tbody td[data-label]::before { content: attr(data-label) ": "; color: var(--text-muted); }
	.cadence-section-table tbody td:last-child { position: absolute; top: 4px; right: 0; }
}</style>`;

/** Put the section into the dashboard in place of the earlier one; `refresh` is called after a step. */
export function show_section(frm, wanted, enrollments, refresh) {
	const columns = shown_columns(wanted);
	frm.layout.wrapper.find(`.${CSS_CLASS}`).remove();
	if (!enrollments.length) return;
	const $body = frm.dashboard.add_section("", __("Cadences"), `custom ${CSS_CLASS}`);
	$body.append(STYLE, table_html(columns, enrollments));
	const take_step = attempt(async ({ currentTarget }) => {
		const { enrollment, step } = currentTarget.dataset;
		const { status, error } = enrollments.find((each) => each.name === enrollment);
		if (await take(steps_for(status, error)[step], enrollment)) refresh();
	});
	$body.on("click", "[data-step]", take_step);
	$body.on("click", ".cadence-columns", () => choose_columns(columns, refresh));
	frm.dashboard.show();
}

function table_html(columns, enrollments) {
	const heads = columns.map(
		(column) => `<th class="font-weight-normal border-top-0">${COLUMNS[column].label}</th>`
	);
	return `<div class="cadence-section-table">
		<table class="table table-sm my-0">
			<thead class="text-muted small"><tr>
				<th class="font-weight-normal border-top-0 pl-0">${__("Cadence")}</th>${heads.join("")}
				<th class="text-right border-top-0">
					<button class="btn btn-xs cadence-columns" title="${__("Choose the columns")}">
						${frappe.utils.icon("edit", "xs")}
					</button>
				</th>
			</tr></thead>
			<tbody>${enrollments.map((each) => row_html(columns, each)).join("")}</tbody>
		</table>
	</div>`;
}

function row_html(columns, enrollment) {
	const cells = columns.map(
		(column) => `<td data-label="${COLUMNS[column].label}">${COLUMNS[column].html(enrollment)}</td>`
	);
	const url = frappe.utils.get_form_link("Cadence Enrollment", enrollment.name);
	return `<tr data-enrollment="${plain(enrollment.name)}">
		<td class="pl-0"><a href="${url}">${plain(enrollment.cadence)}</a></td>
		${cells.join("")}
		<td class="text-right">${menu_html(enrollment)}</td>
	</tr>`;
}

function status_html({ status, paused_until, error }) {
	const until = status === "Paused" && paused_until;
	return `${status_pill(status)}
		${until ? `<span class="text-muted small">${__("until {0}", [moment_html(until)])}</span>` : ""}
		${error ? `<span class="text-danger small" title="${plain(error)}">${__("Error")}</span>` : ""}`;
}

function next_html({ status, waits_for, next_follow_up, next_follow_up_at, next_follow_up_unless, next_due_at }) {
	const small = (html) => `<span class="text-muted small">${html}</span>`;
	if (next_follow_up) {
		const unless = next_follow_up_unless && ` ${small(__("if not {0}", [__(next_follow_up_unless)]))}`;
		return `${plain(next_follow_up)} ${small(moment_html(next_follow_up_at))}${unless || ""}`;
	}
	if (status !== "Active") return "";
	if (waits_for) return plain(waits_for);
	return next_due_at
		? small(__("waits for an answer until {0}", [moment_html(next_due_at)]))
		: small(__("waits for an answer"));
}

function menu_html({ name, status, error }) {
	const steps = may_unenroll() ? steps_for(status, error) : [];
	if (!steps.length) return "";
	const items = steps.map(
		(step, index) => `<button type="button" class="dropdown-item"
			data-enrollment="${plain(name)}" data-step="${index}">${step.label}</button>`
	);
	return `<div class="dropdown">
		<button class="btn btn-xs btn-default" data-toggle="dropdown" title="${__("Actions")}">
			${frappe.utils.icon("dot-horizontal", "xs")}
		</button>
		<div class="dropdown-menu dropdown-menu-right">${items.join("")}</div>
	</div>`;
}

/** The columns to show of those that the user chose; some to begin with. */
function shown_columns(wanted) {
	const kept = Object.keys(COLUMNS).filter((column) => wanted.includes(column));
	return kept.length ? kept : AT_FIRST;
}

async function choose_columns(columns, refresh) {
	const options = Object.entries(COLUMNS).map(([value, { label }]) => ({
		value,
		label,
		checked: columns.includes(value),
	}));
	const answer = await ask({
		title: __("Columns"),
		label: __("Show"),
		fields: [{ fieldname: "columns", fieldtype: "MultiCheck", options, sort_options: false }],
	});
	if (!answer) return;
	const known = frappe.model.user_settings;
	known[KEPT_UNDER] ??= await known.get(KEPT_UNDER);
	await known.save(KEPT_UNDER, "Section", { columns: answer.columns });
	refresh();
}
