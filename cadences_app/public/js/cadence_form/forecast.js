// What an activation would set going, before anybody says yes (S11.3): how many records, what goes out on the
// first days, and the load of each mailbox and person as small bars.

frappe.provide("cadences.forecast");

const FORECAST_LINES = 8;

/** The forecast as HTML; everything that people wrote is escaped. */
cadences.forecast.html = function ({ count, capped, days, mailboxes, services, people, warnings }, is_view) {
	const plain = frappe.utils.escape_html;
	const warned = warnings.map((each) => `<li>${plain(each)}</li>`);
	const warning = warned.length
		? `<div class="cadence-warnings alert alert-warning"><b>${__("Before these go out")}</b>
			<ul class="mb-0 pl-4">${warned.join("")}</ul></div>`
		: "";
	const told = [];
	if (!is_view) {
		told.push(__("Nobody is enrolled by activating it: people choose the records."));
	} else if (capped) {
		told.push(__("More than {0} records are in the view; it is reckoned with so many.", [count]));
	} else {
		told.push(count === 1 ? __("1 record is in the view.") : __("{0} records are in the view.", [count]));
	}
	const rows = days
		.filter(({ by_channel }) => Object.keys(by_channel).length)
		.slice(0, FORECAST_LINES)
		.map(({ date, by_channel }) => {
			const what = Object.entries(by_channel).map(([channel, n]) => `${n} × ${plain(__(channel))}`);
			return `<tr><td>${frappe.datetime.str_to_user(date)}</td><td>${what.join(", ")}</td></tr>`;
		});
	const table = rows.length
		? `<h6 class="mt-3">${__("What goes out first, if nobody answers")}</h6>
			<table class="table table-sm mb-0"><tbody>${rows.join("")}</tbody></table>`
		: "";
	return `${warning}<p>${told.join(" ")}</p>${table}
		${load_html(__("Mails a day, by mailbox"), mailboxes)}
		${load_html(__("Messages a day, by service"), services)}
		${load_html(__("Tasks and calls a day, by person"), people)}`;
};

function load_html(title, loads) {
	if (!loads.length) return "";
	const highest = Math.max(...loads.flatMap(({ a_day, cap }) => [...a_day, cap || 0]), 1);
	const lines = loads.slice(0, FORECAST_LINES).map((load) => bars_html(load, highest));
	return `<h6 class="mt-3">${title}</h6>${lines.join("")}`;
}

function bars_html({ name, a_day, cap, cost }, highest) {
	const plain = frappe.utils.escape_html;
	const most = Math.max(...a_day);
	const is_over = cap && most > cap;
	const bars = a_day.map((count, day) => {
		const height = Math.round((count / highest) * 28);
		const colour = cap && count > cap ? "var(--red-500)" : "var(--blue-500)";
		return `<rect x="${day * 10}" y="${30 - height}" width="8" height="${height}" fill="${colour}"/>`;
	});
	const line = cap ? 30 - Math.round((cap / highest) * 28) : -1;
	const limit = cap
		? `<line x1="0" x2="140" y1="${line}" y2="${line}" stroke="var(--text-muted)" stroke-dasharray="2 2"/>`
		: "";
	const text = cap
		? __("at most {0} on a day, its cap is {1}", [most, cap])
		: __("at most {0} on a day", [most]);
	const costs = cost ? ` · ${__("costs {0} in these days", [plain(format_number(cost, null, 2))])}` : "";
	return `<div class="d-flex align-items-center mb-1" style="gap: 12px">
		<svg width="140" height="31" role="img" aria-label="${plain(text)}">${bars.join("")}${limit}</svg>
		<div style="min-width: 0"><div class="ellipsis">${plain(name)}</div>
			<div class="small ${is_over ? "text-danger" : "text-muted"}">${text}${costs}</div></div>
	</div>`;
}
