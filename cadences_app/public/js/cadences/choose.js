// The dialog that lists the cadences that apply, those of earlier runs too (S5.1).
import { attempt, call, moment_html, plain } from "./ask";
import { newest } from "./newest";
import { is_live, status_pill } from "./status";

/**
 * Resolves to {cadence, start_with, not_before}, or to null. `preview`, given the same and whether it is still
 * wanted, shows what would become of the records.
 */
export function choose_cadence(offered, count, preview) {
	return new Promise((resolve) => {
		let chosen = null;
		const ask_for_preview = newest();
		const ask_for_starts = newest();
		const read = () => {
			const cadence = $list.find("input:checked").val();
			if (!cadence) {
				frappe.show_alert({ message: __("Choose a cadence."), indicator: "orange" });
				return null;
			}
			const { start_with = "", not_before = "" } = dialog.get_values(true) || {};
			return { cadence, start_with, not_before };
		};
		const dialog = new frappe.ui.Dialog({
			title: count > 1 ? __("Add {0} Records to Cadence", [count]) : __("Add to Cadence"),
			fields: [{ fieldname: "offered", fieldtype: "HTML" }, ...beginning_fields()],
			primary_action_label: __("Add"),
			primary_action() {
				chosen = read();
				if (chosen) dialog.hide();
			},
			secondary_action_label: __("Preview"),
			secondary_action: attempt(async () => {
				const how = read();
				if (how) await preview(how, ask_for_preview());
			}),
		});
		const $list = $(
			`<div style="max-height: 45vh; overflow-y: auto">${offered.map(choice_html).join("")}</div>`
		);
		dialog.get_field("offered").$wrapper.empty().append($list);
		dialog.get_primary_btn().prop("disabled", !$list.find("input:enabled").length);
		$list.on(
			"change",
			"input",
			attempt(async (event) => {
				const is_newest = ask_for_starts();
				const follow_ups = await call("starts", { cadence: event.target.value });
				if (is_newest()) offer_starts(dialog, follow_ups);
			})
		);
		dialog.onhide = () => resolve(chosen);
		dialog.show();
	});
}

/** With which follow-up a new run begins, and on which day (S2.10). */
function beginning_fields() {
	return [
		{ fieldtype: "Section Break", label: __("Begin"), collapsible: 1 },
		{
			fieldname: "start_with",
			fieldtype: "Select",
			label: __("With the Follow-up"),
			description: __("Blank: as the cadence begins. Who was in it before begins a new run with it."),
		},
		{ fieldtype: "Column Break" },
		{ fieldname: "not_before", fieldtype: "Datetime", label: __("Not Before") },
	];
}

function offer_starts(dialog, follow_ups) {
	const options = follow_ups.map(({ key, name }) => ({ value: key, label: plain(name) }));
	dialog.set_df_property("start_with", "options", [{ value: "", label: "" }, ...options]);
	dialog.set_value("start_with", "");
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
