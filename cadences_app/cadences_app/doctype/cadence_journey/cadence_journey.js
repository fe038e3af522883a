// The form of a journey: its map with the figures of today.
const CARD = { width: 190, height: 124, gap: 70, top: 60 };

frappe.ui.form.on("Cadence Journey", {
	setup(frm) {
		frm.ask_for = { map: cadences.newest(), beginning: cadences.newest() };
	},

	refresh(frm) {
		draw(frm);
		offer_beginning(frm);
	},
});

// Records from before the journey: how many would begin it, and how far the job is that lets them.
async function offer_beginning(frm) {
	const is_newest = frm.ask_for.beginning();
	if (frm.is_new() || !frm.doc.enabled || !frm.perm[0]?.write) return;
	const { docname } = frm;
	const { waiting, job } = await frappe.xcall("cadences_app.api.journeys.present", { journey: docname });
	if (frm.docname !== docname || !is_newest()) return;
	const change = (method, args) =>
		cadences.attempt(async () => {
			await frappe.xcall(method, args);
			await frm.refresh();
		});
	const unfinished = job && ["Queued", "Running", "Stopped"].includes(job.status);
	if (unfinished) {
		const share = job.total ? Math.round((job.done / job.total) * 100) : 0;
		const told = __("{0} of {1} records have begun the journey.", [job.done, job.total]);
		frm.dashboard.add_progress(__("Present Records"), share, told);
		const stopped = job.status === "Stopped";
		const method = `cadences_app.api.audience.${stopped ? "go_on" : "stop"}`;
		frm.add_custom_button(stopped ? __("Go On") : __("Stop"), change(method, { job: job.name }));
	} else if (waiting) {
		const begin = change("cadences_app.api.journeys.begin", { journey: docname });
		frm.add_custom_button(__("Begin for Present Records"), () =>
			frappe.confirm(
				__("{0} records meet a first stage and were never in this journey. Let them begin it in the background?", [
					waiting,
				]),
				begin,
			),
		);
	}
}

async function draw(frm) {
	const is_newest = frm.ask_for.map();
	const $map = frm.get_field("map").$wrapper.empty();
	if (frm.is_new() || !frappe.model.can_get_report("Cadence")) return;
	const { docname } = frm;
	const drawn = await frappe.xcall("cadences_app.api.journeys.map", { journey: docname });
	if (frm.docname === docname && is_newest()) $map.html(map_html(docname, drawn));
}

const plain = (value) => frappe.utils.escape_html(String(value ?? ""));

function map_html(journey, { stages, ways }) {
	const width = stages.length * (CARD.width + CARD.gap);
	const place = Object.fromEntries(stages.map(({ key }, index) => [key, index]));
	const gone = Object.fromEntries(ways.map(({ from, to, count }) => [`${from}>${to}`, count]));
	const allowed = stages.flatMap(({ key, next }) => next.map((to) => [key, to]));
	const arrows = allowed.map(([from, to]) => arrow_svg(place[from], place[to], gone[`${from}>${to}`] || 0));
	const lowest = CARD.top * 2 + CARD.height;
	return `<div style="overflow-x: auto"><div style="position: relative; width: ${width}px; height: ${lowest}px">
		<svg width="${width}" height="${lowest}" style="position: absolute" aria-hidden="true">
			<defs><marker id="journey-arrow" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">
				<path d="M0,0 L8,4 L0,8 z" fill="var(--text-muted)"></path></marker></defs>
			${arrows.join("")}
		</svg>
		${stages.map((stage, index) => card_html(journey, stage, index)).join("")}
	</div></div>`;
}

// Ways ahead to the next card are straight, others go over the cards, ways back under them.
function arrow_svg(from, to, count) {
	const middle = CARD.top + CARD.height / 2;
	const left = (index) => index * (CARD.width + CARD.gap);
	const style = `fill="none" stroke="var(--text-muted)" marker-end="url(#journey-arrow)"`;
	const label = (x, y) =>
		`<text x="${x}" y="${y}" text-anchor="middle" font-size="12" fill="var(--text-color)">${count}</text>`;
	if (to === from + 1) {
		const [start, end] = [left(from) + CARD.width, left(to)];
		const line = `<path d="M${start},${middle} L${end},${middle}" ${style}></path>`;
		return line + label((start + end) / 2, middle - 6);
	}
	const over = to > from;
	const edge = over ? CARD.top : CARD.top + CARD.height;
	const turn = over ? edge - 45 : edge + 45;
	const start = left(from) + CARD.width * (over ? 0.6 : 0.4);
	const end = left(to) + CARD.width * (over ? 0.4 : 0.6);
	const curve = `<path d="M${start},${edge} C${start},${turn} ${end},${turn} ${end},${edge}" ${style}></path>`;
	return curve + label((start + end) / 2, over ? turn + 8 : turn);
}

function card_html(journey, stage, index) {
	const { key, title, module, here, since, seconds, dropped, ended } = stage;
	const x = index * (CARD.width + CARD.gap);
	const query = new URLSearchParams({ journey, stage: key, left_at: JSON.stringify(["is", "not set"]) });
	const rows = [
		since ? __("since {0}", [plain(frappe.datetime.str_to_user(since))]) : "",
		seconds === null ? "" : __("{0} on average", [plain(duration(seconds))]),
		dropped ? __("{0} dropped out", [dropped]) : "",
		ended ? __("{0} ended", [ended]) : "",
	].filter(Boolean);
	return `<div class="card p-2" style="position: absolute; left: ${x}px; top: ${CARD.top}px; overflow: hidden;
			width: ${CARD.width}px; height: ${CARD.height}px">
		<div class="ellipsis flex-shrink-0"><b>${plain(title)}</b> <span class="text-muted small">${plain(__(module))}</span></div>
		<div><a href="/app/cadence-journey-passage?${plain(query)}">${__("{0} here", [here])}</a></div>
		<div class="small text-muted">${rows.join("<br>")}</div>
	</div>`;
}

// Seconds as the two largest units of them.
function duration(seconds) {
	return frappe.utils.get_formatted_duration(Math.max(1, Math.round(seconds))).split(" ").slice(0, 2).join(" ");
}
