// How far a long job is (Cadence Job), as the server tells it; asked for as well, where no news reaches the browser.
const TOLD = "cadence_job";
const SECONDS_BETWEEN = 3;
const MOST_REFUSALS = 5;

/** `show` gets each `{ status, done, total }`, at once the present one. `socket` and `call` are Desk's or a page's
own. Returns what ends it. */
export function follow_job(job, show, { socket = frappe.realtime, call = frappe.xcall.bind(frappe) } = {}) {
	let is_over = false;
	const take = (told) => told.name === job && !is_over && show(told);
	let refusals = 0;
	const ask = async () => {
		if (is_over) return;
		try {
			take({ ...(await call("cadences_app.api.audience.progress", { job })), name: job });
			refusals = 0;
		} catch (refusal) {
			if (refusal instanceof Error) throw refusal;
			refusals += 1;
		}
		if (refusals < MOST_REFUSALS) setTimeout(ask, SECONDS_BETWEEN * 1000);
	};
	socket.on(TOLD, take);
	ask();
	return () => {
		is_over = true;
		socket.off(TOLD, take);
	};
}
