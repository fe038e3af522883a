app_name = "cadences_app"
app_title = "Cadences"
app_publisher = "The cadences_app developers"
app_description = "Sales cadences for ERPNext and Frappe CRM: emails, tasks and calls that follow the answers"
app_license = "mit"

export_python_type_annotations = True

# Installing and uninstalling mirror each other.
before_install = "cadences_app.install.before_install"
after_install = "cadences_app.install.after_install"
after_migrate = "cadences_app.install.after_migrate"
after_app_install = "cadences_app.install.after_app_install"
before_uninstall = "cadences_app.uninstall.before_uninstall"

# Desk: one small bundle everywhere; what only the form of a cadence needs comes with that form.
app_include_js = "cadences.bundle.js"
extend_bootinfo = "cadences_app.api.boot.extend"
doctype_js = {
	"Cadence": [
		"public/js/cadence_form/conditions.js",
		"public/js/cadence_form/rows.js",
		"public/js/cadence_form/grid.js",
		"public/js/cadence_form/templates.js",
		"public/js/cadence_form/forecast.js",
		"public/js/cadence_form/life.js",
	],
	"Campaign": "public/js/campaign.js",
}

# Nobody sees through a cadence a record that they may not read (S14.1).
permission_query_conditions = {
	"Cadence Enrollment": "cadences_app.api.permissions.enrollment_conditions",
	"Cadence Activity": "cadences_app.api.permissions.activity_conditions",
	"Cadence Event": "cadences_app.api.permissions.event_conditions",
	"Cadence Gate Entry": "cadences_app.api.permissions.gate_entry_conditions",
	"Cadence Workflow Run": "cadences_app.api.permissions.workflow_run_conditions",
	"Cadence Journey Passage": "cadences_app.api.permissions.journey_passage_conditions",
	"Cadence Journey Change": "cadences_app.api.permissions.journey_change_conditions",
	"Cadence Incoming Mail": "cadences_app.api.permissions.incoming_mail_conditions",
	"Cadence Visit": "cadences_app.api.permissions.visit_conditions",
	# Nor what belongs to a cadence, nor rows of a form, that they may not read.
	"Cadence Version": "cadences_app.api.permissions.of_cadence_conditions",
	"Cadence Problem": "cadences_app.api.permissions.of_cadence_conditions",
	"Cadence Sweep": "cadences_app.api.permissions.of_cadence_conditions",
	"Cadence Job": "cadences_app.api.permissions.job_conditions",
	"Cadence Follow-up": "cadences_app.api.permissions.row_conditions",
	"Cadence Gate Requirement": "cadences_app.api.permissions.row_conditions",
	"Cadence Journey Stage": "cadences_app.api.permissions.row_conditions",
	"Cadence Story": "cadences_app.api.permissions.row_conditions",
	"Cadence Unenrollment Rule": "cadences_app.api.permissions.row_conditions",
	"Cadence Workflow Action": "cadences_app.api.permissions.row_conditions",
	"Cadence Workflow Cadence": "cadences_app.api.permissions.row_conditions",
}
has_permission = {
	"Cadence Enrollment": "cadences_app.api.permissions.may_see_record",
	"Cadence Activity": "cadences_app.api.permissions.may_see_record",
	"Cadence Event": "cadences_app.api.permissions.may_see_event",
	"Cadence Gate Entry": "cadences_app.api.permissions.may_see_record",
	"Cadence Workflow Run": "cadences_app.api.permissions.may_see_record",
	"Cadence Journey Passage": "cadences_app.api.permissions.may_see_record",
	"Cadence Journey Change": "cadences_app.api.permissions.may_see_record",
	"Cadence Incoming Mail": "cadences_app.api.permissions.may_see_record",
	"Cadence Visit": "cadences_app.api.permissions.may_see_visit",
	"Cadence Version": "cadences_app.api.permissions.may_see_of_cadence",
	"Cadence Problem": "cadences_app.api.permissions.may_see_of_cadence",
	"Cadence Sweep": "cadences_app.api.permissions.may_see_of_cadence",
	"Cadence Job": "cadences_app.api.permissions.may_see_job",
}

# A record, a task, a call, a mail or an Email Account can be deleted although it was part of a cadence.
ignore_links_on_delete = [
	"Cadence Enrollment",
	"Cadence Activity",
	"Cadence Event",
	"Cadence Incoming Mail",
	"Cadence Visit",
	"Cadence Invite",
	"Cadence Bystander",
	"Cadence Mailbox",
	"Cadence Figure",
	"Cadence Result",
	"Cadence Edited Mail",
	"Cadence Gate Entry",
	"Cadence Workflow Run",
	"Cadence Journey Passage",
	"Cadence Journey Change",
]

# What happens to records, tasks, calls and mails reaches their cadences by these doors alone.
doc_events = {
	"*": {
		"validate": "cadences_app.runtime.gated_saves.validate",
		"before_update_after_submit": "cadences_app.runtime.gated_saves.validate",
		"before_change": "cadences_app.runtime.gated_saves.before_change",
		"on_change": [
			"cadences_app.runtime.document_events.on_change",
			"cadences_app.runtime.gated_saves.on_change",
		],
		"after_delete": [
			"cadences_app.runtime.document_events.after_delete",
			"cadences_app.runtime.gated_saves.after_delete",
		],
		"before_rename": "cadences_app.runtime.document_events.before_rename",
		"after_rename": [
			"cadences_app.runtime.document_events.after_rename",
			"cadences_app.runtime.gated_saves.after_rename",
		],
	},
	(
		"Cadence",
		"Cadence Absence",
		"Cadence Gate",
		"Cadence Journey",
		"Cadence Mailbox",
		"Cadence Settings",
		"Cadence Suppression",
		"Cadence Workflow",
	): {
		"validate": [
			"cadences_app.store.markup.clean_document",
			"cadences_app.runtime.single_rows.refuse_rows_of_others",
		],
	},
	("Email Template", "Email Account", "User", "Holiday List", "Print Format", "WhatsApp Templates"): {
		"on_trash": "cadences_app.runtime.used_documents.on_trash",
		"after_rename": "cadences_app.runtime.used_documents.after_rename",
	},
	"Email Account": {"before_rename": "cadences_app.runtime.used_documents.before_rename"},
	("Cadence", "DocType", "Role", "Server Script", "User"): {
		"after_rename": "cadences_app.runtime.used_documents.forget_rules",
	},
	"Custom Field": {
		"on_trash": "cadences_app.runtime.used_documents.on_trash",
		"on_change": "cadences_app.runtime.used_documents.on_change_of_field",
	},
	"DocType": {"validate": "cadences_app.runtime.used_documents.validate_doctype"},
	"File": {
		"on_trash": "cadences_app.runtime.used_documents.on_trash",
		"on_update": "cadences_app.runtime.used_documents.on_update",
	},
	("ToDo", "CRM Task", "Event"): {
		"before_validate": "cadences_app.runtime.document_events.before_validate",
	},
	(
		"Cadence Follow-up",
		"Cadence Gate Requirement",
		"Cadence Journey Stage",
		"Cadence Story",
		"Cadence Unenrollment Rule",
		"Cadence Workflow Action",
		"Cadence Workflow Cadence",
	): {
		"validate": "cadences_app.runtime.single_rows.refuse",
		"on_trash": "cadences_app.runtime.single_rows.refuse",
	},
}
scheduler_events = {
	"cron": {"* * * * *": ["cadences_app.runtime.tick.tick"]},
	"hourly": ["cadences_app.mail.sending.health.check", "cadences_app.runtime.sweeping.hourly"],
	"hourly_long": ["cadences_app.reports.figures.fold", "cadences_app.runtime.journey_job.sweep"],
	"weekly_long": ["cadences_app.reports.figures.check", "cadences_app.reports.standstill.check"],
}

# What lower floors set going without knowing it: background jobs by name (`store/later.py`).
cadence_jobs = {
	"work": "cadences_app.runtime.scheduled.work",
	"work_on": "cadences_app.runtime.scheduled.work_on",
	"mail": "cadences_app.runtime.mail_job.work",
	"messages": "cadences_app.runtime.message_job.work",
	"results": "cadences_app.runtime.results.work",
	"tell_owners": "cadences_app.runtime.notices.tell",
	"tell_assignees": "cadences_app.channels.assigning.send_mails",
	"invites": "cadences_app.runtime.invites_job.work",
	"sweep": "cadences_app.runtime.sweeping.work",
	"look_at": "cadences_app.runtime.sweeping.look_at",
	"long_job": "cadences_app.runtime.long_jobs.work",
	"workflows": "cadences_app.runtime.workflow_job.work",
	"journeys": "cadences_app.runtime.journey_job.work",
	"observe_again": "cadences_app.runtime.document_events.observe_again",
}

# Where Frappe has its automation engine, its flows can use cadences (S9.4); others never read these.
automation_actions = [
	"cadences_app.workflows.frappe_automation.actions.EnrollInCadence",
	"cadences_app.workflows.frappe_automation.actions.UnenrollFromCadence",
	"cadences_app.workflows.frappe_automation.actions.PauseCadence",
	"cadences_app.workflows.frappe_automation.actions.ResumeCadence",
]
_record = {
	"subject": {
		"doctype_key": "doctype",
		"name_key": "name",
		# The builder of flows offers an event for these alone; it is told of records of any other module too.
		"doctypes": [
			"Lead",
			"Opportunity",
			"Prospect",
			"Customer",
			"Contact",
			"Quotation",
			"Sales Order",
			"Delivery Note",
			"Sales Invoice",
			"Issue",
			"Appointment",
			"CRM Lead",
			"CRM Deal",
			"CRM Organization",
		],
	},
	"correlation_options": [{"label": "The enrollment", "value": "{{ payload.enrollment }}"}],
}
automation_events = [
	{"cadences.enrolled": {"label": "Cadence: Enrolled", **_record}},
	{"cadences.email_opened": {"label": "Cadence: Email Opened", **_record}},
	{"cadences.email_clicked": {"label": "Cadence: Email Clicked", **_record}},
	{"cadences.email_replied": {"label": "Cadence: Email Replied", **_record}},
	{"cadences.email_bounced": {"label": "Cadence: Email Bounced", **_record}},
	{"cadences.message_sent": {"label": "Cadence: Message Sent", **_record}},
	{"cadences.message_delivered": {"label": "Cadence: Message Delivered", **_record}},
	{"cadences.message_failed": {"label": "Cadence: Message Failed", **_record}},
	{"cadences.message_answered": {"label": "Cadence: Message Answered", **_record}},
	{"cadences.unsubscribed": {"label": "Cadence: Unsubscribed", **_record}},
	{
		"cadences.first_automatic_follow_up_done": {
			"label": "Cadence: First Automatic Follow-up Done",
			**_record,
		}
	},
	{
		"cadences.first_manual_follow_up_done": {
			"label": "Cadence: First Manual Follow-up Done",
			**_record,
		}
	},
	{"cadences.task_created_by_hand": {"label": "Cadence: Task Created by Hand", **_record}},
	{"cadences.task_skipped": {"label": "Cadence: Task Skipped", **_record}},
	{"cadences.incoming_call": {"label": "Cadence: Incoming Call", **_record}},
	{"cadences.call_longer_than": {"label": "Cadence: Call Longer Than", **_record}},
	{"cadences.meeting_booked": {"label": "Cadence: Meeting Booked", **_record}},
	{"cadences.owner_changed": {"label": "Cadence: Owner Changed", **_record}},
	{
		"cadences.field_of_the_record_changed": {
			"label": "Cadence: Field of the Record Changed",
			**_record,
		}
	},
	{
		"cadences.field_of_the_contact_changed": {
			"label": "Cadence: Field of the Contact Changed",
			**_record,
		}
	},
	{
		"cadences.field_of_the_account_changed": {
			"label": "Cadence: Field of the Account Changed",
			**_record,
		}
	},
	{"cadences.paused": {"label": "Cadence: Paused", **_record}},
	{"cadences.stopped_by_hand": {"label": "Cadence: Stopped by Hand", **_record}},
	{"cadences.completed": {"label": "Cadence: Completed", **_record}},
	{"cadences.converted": {"label": "Cadence: Converted", **_record}},
]

# Mail is read along as it comes in, in whatever process it does: the layer is put on once in each.
before_request = ["cadences_app.mail.receiving.inbound.attach"]
before_job = [
	"cadences_app.mail.receiving.inbound.attach",
	"cadences_app.runtime.job_language.before_job",
]

# What is kept about people's mail: for how long, and what is made unreadable when somebody asks for it.
default_log_clearing_doctypes = {
	"Cadence Visit": 90,
	"Cadence Incoming Mail": 365,
	"Cadence Job Chunk": 30,
	"Cadence Seen Call": 730,
}
user_data_fields = [
	{"doctype": "Cadence Activity", "filter_by": "recipient", "redact_fields": ["recipient"]},
	{"doctype": "Cadence Incoming Mail", "filter_by": "sender", "redact_fields": ["diagnostic"]},
	{"doctype": "Cadence Incoming Mail", "filter_by": "recipient", "redact_fields": ["diagnostic"]},
]
