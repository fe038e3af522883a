// Over time, by the charts that Desk brings along.

/** The series are called as the columns of the tables are, where these have them. */
export function draw_days(parent, { days, measures }) {
	const [{ day: _day, ...series }] = days;
	const label_of = (name) => measures.find(({ measure }) => measure === name)?.label || __(name);
	return new frappe.Chart(parent, {
		type: days.length > 1 ? "line" : "bar", // a line of one point can't be drawn
		height: 220,
		// While it moves, the drawing in the page is a copy, and a change of size fails on the one that isn't there.
		animate: false,
		disableEntryAnimation: true,
		colors: ["blue", "grey", "green", "orange"],
		data: {
			labels: days.map(({ day }) => frappe.datetime.str_to_user(day)),
			datasets: Object.keys(series).map((name) => ({
				name: label_of(name),
				values: days.map((each) => each[name] || 0),
			})),
		},
		axisOptions: { xIsSeries: 1, shortenYAxisNumbers: 1 },
		lineOptions: { hideDots: days.length > 60 ? 1 : 0 },
	});
}
