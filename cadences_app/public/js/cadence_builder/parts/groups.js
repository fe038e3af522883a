// The fields of a follow-up, a rule and the sending policy as the panel groups them: When, What, Who.

const IS_EMAIL = "eval:doc.channel=='Email'";
const IS_MESSAGE = "eval:doc.channel=='Message'";
const IS_SENT = "eval:['Email', 'Message'].includes(doc.channel)";
const IS_WORK = "eval:!['Email', 'Message'].includes(doc.channel)";

export function follow_up_groups() {
	return [
		{ label: __("What"), names: ["title", "channel"] },
		{ depends_on: IS_EMAIL, names: ["email_template"] },
		{ depends_on: IS_MESSAGE, names: ["message_service", "message_text", "whatsapp_template"] },
		{ depends_on: IS_WORK, names: ["subject", "description", "purpose", "agenda", "checklist"] },
		{ label: __("When"), names: ["parent_follow_up"] },
		{
			depends_on: "parent_follow_up",
			names: [
				"trigger_outcome",
				"trigger_absent",
				"trigger_within_amount",
				"trigger_within_unit",
				"trigger_since",
				"trigger_detail",
				"trigger_times",
			],
		},
		{ names: ["delay_amount", "delay_unit", "at_time", "start", "date_field"] },
		{
			depends_on: "eval:doc.channel=='Call'",
			names: ["call_start_amount", "call_start_unit", "call_at", "call_minutes", "remind_minutes"],
		},
		{ depends_on: "eval:doc.channel=='Call'", names: ["grace_amount", "grace_unit"] },
		{ depends_on: "eval:doc.channel=='Task'", names: ["due_amount", "due_unit"] },
		{
			label: __("Who"),
			depends_on: IS_EMAIL,
			names: ["to_field", "sender_kind", "sender_account", "sender_address", "reply_to"],
		},
		{ label: __("Who"), depends_on: IS_MESSAGE, names: ["number_field", "consent_field"] },
		{ depends_on: IS_SENT, names: ["release"] },
		{
			label: __("Who"),
			depends_on: IS_WORK,
			names: ["assignee_kind", "assignee_users", "assignee_field", "task_kind", "priority"],
		},
		{ names: ["keeps_owner"] },
		{
			label: __("More for This Email"),
			depends_on: IS_EMAIL,
			names: [
				"thread_of",
				"more_templates",
				"template_weight",
				"print_format",
				"attachments",
				"invite_starts_field",
				"invite_ends_field",
				"invite_minutes",
				"invite_summary",
				"invite_location",
				"invite_cancels",
			],
		},
	];
}

export function rule_groups() {
	const on_outcome = "eval:doc.kind=='Outcome of a Follow-up'";
	return [
		{ names: ["kind", "title"] },
		{
			depends_on: on_outcome,
			names: [
				"follow_up",
				"trigger_outcome",
				"trigger_absent",
				"trigger_within_amount",
				"trigger_within_unit",
				"trigger_since",
				"trigger_detail",
				"trigger_times",
			],
		},
		{ depends_on: "eval:doc.kind=='Record Conditions'", names: ["conditions"] },
		{
			depends_on: "eval:doc.kind=='Date'",
			names: ["on_date", "date_field", "start", "delay_amount", "delay_unit", "at_time"],
		},
		{ depends_on: "eval:doc.kind=='Expression'", names: ["expression"] },
	];
}

/** The form's own tab of the sending policy, section by section, without what is not on it. */
export function policy_groups() {
	const groups = [];
	let is_policy = false;
	for (const df of frappe.get_meta("Cadence").fields) {
		if (df.fieldtype === "Tab Break") is_policy = df.fieldname === "policy_tab";
		else if (!is_policy || df.fieldtype === "Column Break") continue;
		else if (df.fieldtype === "Section Break") groups.push({ label: df.label, names: [] });
		else groups.at(-1)?.names.push(df.fieldname);
	}
	return groups;
}
