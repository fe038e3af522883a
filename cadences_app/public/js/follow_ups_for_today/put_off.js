import { ask } from "../cadences/ask";

/** Ask for another day, of a call also for the time; resolves to it, or to null. */
export async function put_off(item) {
	const has_time = item.has_time;
	const tomorrow = frappe.datetime.add_days(frappe.datetime.get_today(), 1);
	const answer = await ask({
		title: __("Put Off"),
		label: __("Put Off"),
		fields: [
			{ fieldname: "day", fieldtype: "Date", label: __("To"), reqd: 1, default: tomorrow },
			{
				fieldname: "time",
				fieldtype: "Time",
				label: __("At"),
				hidden: !has_time,
				default: has_time ? item.due.slice(11, 16) + ":00" : undefined,
				description: __("In your own time."),
			},
		],
	});
	if (!answer) return null;
	return has_time ? `${answer.day} ${answer.time || item.due.slice(11)}` : answer.day;
}
