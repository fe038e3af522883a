import { plain } from "../cadences/ask";

const ICONS = { Email: "mail", Task: "check", Call: "call", Message: "comment" };

/** Whether it is sent, not done by a person: what is here of it waits for review or approval (S3.9). */
export const is_sent = ({ channel }) => ["Email", "Message"].includes(channel);

const BUCKETS = [
	["Overdue", __("Overdue"), "red"],
	["Today", __("Today"), "blue"],
	["Later", __("Later"), "gray"],
];

/** The page before anything is known. */
export const SKELETON = () => `<div class="cfq">
	<div class="cfq-progress" role="status"></div>
	<div class="cfq-columns">
		<nav class="cfq-left" aria-label="${__("Follow-ups")}">
			<div class="cfq-list"></div>
			<p class="cfq-zone text-muted small"></p>
		</nav>
		<section class="cfq-work" tabindex="-1" aria-label="${__("The follow-up in hand")}"></section>
		<aside class="cfq-person" aria-label="${__("The person")}"></aside>
	</div>
	<div class="cfq-said" role="status" aria-live="polite"></div>
</div>`;

export function list_html(items, counts, has_more, selected) {
	const parts = BUCKETS.map(([bucket, label, colour]) => {
		const found = items.filter((each) => each.bucket === bucket);
		if (!found.length) return "";
		return `<h2 class="cfq-bucket"><span class="indicator ${colour}"></span>${label}
			<span class="cfq-count" data-bucket="${bucket}">${counts[bucket]}</span></h2>
			<ul class="list-unstyled">${found.map((each) => item_html(each, selected)).join("")}</ul>`;
	});
	const more = has_more ? `<p class="text-muted small">${__("There are more; these come first.")}</p>` : "";
	return parts.join("") + more;
}

function item_html(item, selected) {
	const { name, title, subject, channel, record_title, cadence, is_ended, standing } = item;
	const is_chosen = name === selected;
	return `<li><button type="button" class="cfq-item" data-name="${plain(name)}"
			${is_chosen ? 'aria-current="true"' : ""}>
		<span class="cfq-icon" title="${plain(__(channel))}">${frappe.utils.icon(ICONS[channel] || "list", "sm")}</span>
		<span class="cfq-what">
			<span class="cfq-who">${plain(record_title)}</span>
			<span class="cfq-title">${plain(subject || title)}</span>
			<span class="cfq-from">${plain(cadence)}${is_ended ? ` · ${__("has ended")}` : ""}
				${standing && is_sent(item) ? ` · ${plain(__(standing))}` : ""}</span>
		</span>
		<span class="cfq-due">${due_html(item)}</span>
	</button></li>`;
}

/** What the server gives is in the reader's time already. */
export function due_html({ due, has_time, bucket }) {
	if (!due) return "";
	const day = plain(frappe.datetime.str_to_user(due.slice(0, 10)));
	if (!has_time) return bucket === "Today" ? "" : day;
	const time = moment(due).format(frappe.datetime.get_user_time_fmt().replace(":ss", ""));
	return bucket === "Today" || due.slice(0, 10) === frappe.datetime.get_today() ? plain(time) : `${day} ${plain(time)}`;
}

/** How many of today's are done. */
export function progress_html(done, open) {
	const all = done + open;
	const share = all ? Math.round((100 * done) / all) : 0;
	const text = all ? __("{0} of {1} done today", [done, all]) : __("Nothing is due today");
	return `<div class="cfq-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${share}"
			aria-label="${text}"><span style="width: ${share}%"></span></div>
		<span class="small text-muted">${text}</span>`;
}
