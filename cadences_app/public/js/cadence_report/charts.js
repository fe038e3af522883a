// Over time, by the charts that Desk brings along.
const SERIES = [
	["Enrolled", __("Enrolled")],
	["Sent", __("Sent")],
	["Replied", __("Replied")],
	["Completed", __("Tasks and calls done")],
];

export function draw_days(parent, days) {
	new frappe.Chart(parent, {
		type: "line",
		height: 220,
		colors: ["blue", "grey", "green", "orange"],
		data: {
			labels: days.map(({ day }) => frappe.datetime.str_to_user(day)),
			datasets: SERIES.map(([measure, name]) => ({ name, values: days.map((each) => each[measure] || 0) })),
		},
		axisOptions: { xIsSeries: 1, shortenYAxisNumbers: 1 },
		lineOptions: { hideDots: days.length > 60 ? 1 : 0 },
	});
}
