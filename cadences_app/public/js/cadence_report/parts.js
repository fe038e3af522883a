// The parts of the report, as HTML. A number leads to the records behind it.
import { plain } from "../cadences/ask";

export function cards_html({ cards }) {
	return cards
		.map(
			({ label, number, doctype, filters, of }) => `<a class="cr-card" href="${list(doctype, filters)}">
				<span class="cr-label">${plain(label)}</span>
				<span class="cr-number">${format_number(number, null, 0)}</span>
				<span class="cr-rate">${of ? rate(number, of) : ""}</span></a>`
		)
		.join("");
}

/** The follow-ups as a tree; the bar is the share of those who were enrolled (S8.2). */
export function funnel_html({ funnel, cards, measures }) {
	const [reached] = measures;
	const most = Math.max(cards[0].number, ...funnel.map((each) => each[reached.measure]), 1);
	const shown = measures.filter(({ measure }) => funnel.some((each) => each[measure]));
	const heads = shown.map(({ label }) => `<th class="text-right">${plain(label)}</th>`).join("");
	const rows = funnel.map((each) => {
		const cells = shown.map((measure) => cell_html(each, measure, each[reached.measure])).join("");
		return `<tr>
			<th scope="row" style="padding-left: ${8 + each.depth * 18}px">
				<span class="cr-step">${plain(each.label)}</span>
				<span class="text-muted small">${plain(each.arrow)}</span>
				<span class="cr-bar"><span style="width: ${(100 * each[reached.measure]) / most}%"></span></span>
			</th>${cells}</tr>`;
	});
	return `<div class="cr-scroll" tabindex="0"><table class="table table-sm cr-funnel">
		<thead><tr><th>${__("Follow-up")}</th>${heads}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function cell_html(row, { measure, filters, is_share }, reached) {
	const number = row[measure];
	if (!number) return `<td class="text-right text-muted">–</td>`;
	const share = is_share && reached ? `<span class="text-muted small"> ${rate(number, reached)}</span>` : "";
	const url = list("Cadence Activity", { ...filters, follow_up: row.key });
	return `<td class="text-right"><a href="${url}">${number}</a>${share}</td>`;
}

/** Rows side by side: versions, owners, templates. */
export function rows_html(rows, what, measures) {
	const shown = measures.filter(({ measure }) => rows.some((each) => each[measure]));
	const heads = shown.map(({ label }) => `<th class="text-right">${plain(label)}</th>`).join("");
	const body = rows.map((each) => {
		const cells = shown.map(({ measure }) => `<td class="text-right">${each[measure] || "–"}</td>`).join("");
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
		<th class="text-right">${__("Reply Rate")}</th></tr></thead><tbody>${rows.join("")}</tbody></table><p>${told}</p>`;
}

/** The records of the cadence beside those who were held out by chance, judged by conversions (S8.5). */
export function holdout_html({ arms, winner, needed }) {
	const rows = arms.map(
		({ name, number, converted }) => `<tr><th scope="row">${plain(name)}</th><td class="text-right">${number}</td>
			<td class="text-right">${converted}</td><td class="text-right">${rate(converted, number)}</td></tr>`
	);
	let told = __("Both are converted alike so far; there is no difference to tell.");
	if (winner) told = __("{0} are converted more often; that is no chance.", [plain(winner).bold()]);
	else if (needed) told = __("Nothing can be told yet: about {0} more records before a difference like this means anything.", [needed]);
	else if (needed === 0) told = __("The difference may be chance.");
	return `<table class="table table-sm"><thead><tr><th></th><th class="text-right">${__("Records Looked At")}</th>
		<th class="text-right">${__("Converted")}</th><th class="text-right">${__("Share Converted")}</th></tr></thead>
		<tbody>${rows.join("")}</tbody></table><p>${told}</p>`;
}

/** Why they stand still, and what would set them going (S8.3a). */
export function still_html(still) {
	const rows = still.map(({ label, remedy, number, moves_at, still: reason, doctype, filters }) => {
		const moves = moves_at ? plain(frappe.datetime.str_to_user(moves_at)) : "";
		return `<tr data-still="${plain(reason)}"><th scope="row">${plain(label)}</th>
			<td class="text-right"><a href="${list(doctype, filters)}">${number}</a></td>
			<td>${plain(remedy)}</td><td class="text-muted">${moves}</td></tr>`;
	});
	return `<div class="cr-scroll" tabindex="0"><table class="table table-sm"><thead><tr><th>${__("Why")}</th>
		<th class="text-right">${__("How Many")}</th><th>${__("What Sets Them Going")}</th><th>${__("First Looked At")}</th>
		</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Due follow-ups by day: a line a mailbox, a service, or a person who does them (S8.6). What is over a cap is marked. */
export function coming_html(coming) {
	const days = [...new Set(coming.map(({ day }) => day))].sort();
	const lines = new Map();
	for (const each of coming) {
		const key = JSON.stringify([each.channel, each.who]);
		const line = lines.get(key) || { ...each, numbers: {} };
		line.numbers[each.day] = (line.numbers[each.day] || 0) + each.number;
		line.costs = (line.costs || 0) + each.cost;
		lines.set(key, line);
	}
	const heads = days.map((day) => `<th class="text-right">${plain(frappe.datetime.str_to_user(day))}</th>`).join("");
	const rows = [...lines.keys()].sort().map((key) => coming_line(lines.get(key), days));
	return `<div class="cr-scroll" tabindex="0"><table class="table table-sm"><thead><tr><th></th>${heads}</tr></thead>
		<tbody>${rows.join("")}</tbody></table></div>
		<p class="text-muted small">${__("Only what is scheduled already; what hangs on an answer comes on top.")}</p>`;
}

function coming_line({ channel, who, cap, costs, numbers }, days) {
	const cells = days.map((day) => {
		const number = numbers[day] || 0;
		const is_over = cap && number > cap;
		const told = is_over ? __("More than goes out on a day: {0}", [cap]) : "";
		return `<td class="text-right ${is_over ? "cr-over" : ""}" title="${told}">${number || ""}</td>`;
	});
	const of_cap = cap ? `<span class="text-muted small">${__("at most {0} a day", [cap])}</span>` : "";
	const cost = costs ? `<span class="text-muted small">${__("costs {0}", [plain(format_number(costs, null, 2))])}</span>` : "";
	return `<tr><th scope="row">${plain(__(channel))} · ${plain(who)} ${of_cap} ${cost}</th>${cells.join("")}</tr>`;
}

function rate(part, all) {
	return all ? `${((100 * (part || 0)) / all).toFixed(1)} %` : "";
}

/** The address of a list with these filters. */
function list(doctype, filters) {
	const given = Object.entries(filters).map(([field, value]) => [
		field,
		Array.isArray(value) ? JSON.stringify(value) : value,
	]);
	return `/app/${frappe.router.slug(doctype)}/view/list?${new URLSearchParams(given)}`;
}
