"""Commands for `bench --site SITE`."""

import click
import frappe
from frappe.commands import get_site, pass_context


@click.command("take-over-email-campaigns")
@click.argument("campaign", required=False)
@pass_context
def take_over_email_campaigns(context, campaign: str | None = None) -> None:
	"""Make ERPNext's Email Campaigns cadences; people under way go on at their place (S15.5).

	Without CAMPAIGN, list those that have any under way.
	"""
	from cadences_app.api import takeover

	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		frappe.set_user("Administrator")
		if campaign:
			click.echo(frappe.as_json(takeover.take_over(campaign)))
			frappe.db.commit()
			return
		for each in takeover.campaigns():
			click.echo(f"{each['campaign_name']}: {each['running']} ({each['email_campaign_for']})")
	finally:
		frappe.destroy()


@click.command("describe-cadences-api")
@pass_context
def describe_cadences_api(context) -> None:
	"""Print the OpenAPI description of the REST API, as docs/openapi.json has it."""
	from cadences_app.api import described

	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		click.echo(described.as_text(), nl=False)
	finally:
		frappe.destroy()


commands = [describe_cadences_api, take_over_email_campaigns]
