// The dialog that lists the cadences that apply, those of earlier runs too (S5.1).
import { moment_html, plain } from "./ask";
import { is_live, status_pill } from "./status";

/** Resolves to the name of the chosen cadence, or to null. */
export function choose_cadence(offered, count) {
	return new Promise((resolve) => {
		let chosen = null;
		const dialog = new frappe.ui.Dialog({
			title: count > 1 ? __("Add {0} Records to Cadence", [count]) : __("Add to Cadence"),
			fields: [{ fieldname: "offered", fieldtype: "HTML" }],
			primary_action_label: __("Add"),
			primary_action() {
				chosen = $list.find("input:checked").val() || null;
				if (chosen) dialog.hide();
				else frappe.show_alert({ message: __("Choose a cadence."), indicator: "orange" });
			},
		});
		const $list = $(
			`<div style="max-height: 60vh; overflow-y: auto">${offered.map(choice_html).join("")}</div>`
		);
		dialog.get_field("offered").$wrapper.empty().append($list);
		dialog.get_primary_btn().prop("disabled", !$list.find("input:enabled").length);
		dialog.onhide = () => resolve(chosen);
		dialog.show();
	});
}

function choice_html({ name, description, earlier }) {
	const is_in_it = earlier.some((each) => is_live(each.status));
	return `<label class="cadence-choice d-flex border rounded p-3 mb-2 ${is_in_it ? "text-muted" : ""}">
		<input type="radio" class="mt-1" style="margin-right: 12px; flex: none" name="cadence" value="${plain(name)}" ${is_in_it ? "disabled" : ""}>
		<span class="d-block" style="min-width: 0">
			<span class="d-block bold">${plain(name)}</span>
			${description ? `<span class="d-block text-muted small">${plain(description)}</span>` : ""}
			${earlier.slice(0, 1).map(earlier_html).join("")}
		</span>
	</label>`;
}

function earlier_html({ status, started_at, ended_at, exit_reason }) {
	const when = moment_html(ended_at || started_at);
	return `<span class="d-block small mt-2">
		${status_pill(status)} ${when}${exit_reason ? ` · ${plain(exit_reason)}` : ""}
	</span>`;
}
