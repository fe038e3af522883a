"""ERPNext's sales documents, made and submitted as its buttons make them."""

from datetime import datetime
from typing import Any

import frappe
from frappe.utils import add_days, getdate, nowdate

from cadences_app.tests.site import builders

MADE = (
	"Opportunity",
	"Quotation",
	"Sales Order",
	"Delivery Note",
	"Sales Invoice",
	"Payment Entry",
	"Issue",
	"Customer",
	"Item",
)
LEDGERS = ("GL Entry", "Payment Ledger Entry", "ToDo", "Event")


def remove_made_since(began: datetime) -> None:
	"""Delete what a test has made and committed, with its rows and ledgers."""
	frappe.db.rollback()
	since = {"creation": (">=", began)}
	for doctype in MADE:
		for field in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(field.options, {**since, "parenttype": doctype})
		frappe.db.delete(doctype, since)
	for doctype in LEDGERS:
		frappe.db.delete(doctype, since)
	frappe.db.commit()


def make_fiscal_year() -> None:
	"""ERPNext books nothing on a day of no fiscal year, and a test site has but the one it was made in."""
	year, today = getdate().year, nowdate()
	known = {"year_start_date": ("<=", today), "year_end_date": (">=", today)}
	if frappe.db.exists("Fiscal Year", known):
		return
	values = {"year": str(year), "year_start_date": f"{year}-01-01", "year_end_date": f"{year}-12-31"}
	frappe.get_doc({"doctype": "Fiscal Year", **values}).insert()
	frappe.db.commit()


def make_item() -> str:
	"""Something to sell that is not kept in stock."""
	group = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", limit=1)[0]
	values = {"doctype": "Item", "item_code": builders.unique("Service"), "item_group": group}
	return (
		frappe.get_doc({**values, "stock_uom": "Nos", "is_stock_item": 0, "is_sales_item": 1}).insert().name
	)


def make_customer(**fields: Any) -> str:
	return str(
		frappe.get_doc(
			{
				"doctype": "Customer",
				"customer_name": builders.unique("Customer"),
				"customer_group": _leaf("Customer Group"),
				"territory": _leaf("Territory"),
				**fields,
			}
		)
		.insert()
		.name
	)


def make_opportunity(lead: Any) -> Any:
	from erpnext.crm.doctype.lead.lead import make_opportunity as convert

	return convert(lead.name).insert()


def make_quotation(opportunity: Any, item: str) -> Any:
	from erpnext.crm.doctype.opportunity.opportunity import make_quotation as convert

	quotation = convert(opportunity.name)
	quotation.set("items", [{"item_code": item, "qty": 1, "rate": 100, "uom": "Nos"}])
	for row in quotation.items:
		row.update({"prevdoc_doctype": "Opportunity", "prevdoc_docname": opportunity.name})
	quotation.insert().submit()
	return quotation


def order_quotation(quotation: Any) -> Any:
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	order = make_sales_order(quotation.name)
	order.delivery_date = add_days(nowdate(), 7)
	for row in order.items:
		row.delivery_date = order.delivery_date
	order.insert().submit()
	return order


def company_of(country: str, currency: str) -> str:
	"""Another company, without accounts of its own: it takes orders and delivers. It stays on the site."""
	name = f"Sellers of {country}"
	if not frappe.db.exists("Company", name):
		frappe.local.flags.ignore_chart_of_accounts = True
		values = {"doctype": "Company", "company_name": name, "country": country, "abbr": f"S{country[:2]}"}
		frappe.get_doc({**values, "default_currency": currency}).insert()
		frappe.local.flags.ignore_chart_of_accounts = False
		frappe.db.commit()
	return name


def debtors_in(company: str, currency: str) -> str:
	"""The company's account for those who owe in this currency; it stays on the site."""
	account = {"account_name": f"Debtors {currency}", "company": company}
	if found := frappe.db.exists("Account", account):
		return str(found)
	debtors = frappe.get_cached_value("Company", company, "default_receivable_account")
	parent = frappe.db.get_value("Account", debtors, "parent_account")
	values = {"doctype": "Account", "parent_account": parent, "account_type": "Receivable"}
	return str(frappe.get_doc({**values, **account, "account_currency": currency}).insert().name)


def order_for(customer: str, item: str, **fields: Any) -> Any:
	order = frappe.get_doc(
		{
			"doctype": "Sales Order",
			"customer": customer,
			"company": frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0],
			"delivery_date": add_days(nowdate(), 7),
			"items": [
				{"item_code": item, "qty": 2, "rate": 50, "delivery_date": add_days(nowdate(), 7)},
			],
			**fields,
		}
	)
	order.insert().submit()
	return order


def deliver(order: Any, quantity: float | None = None) -> Any:
	from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note

	note = make_delivery_note(order.name)
	if quantity:
		note.items[0].qty = quantity
	note.insert().submit()
	return note


def take_back(note: Any) -> Any:
	from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

	returned = make_sales_return(note.name)
	returned.insert().submit()
	return returned


def invoice(order: Any, **fields: Any) -> Any:
	from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice

	bill = make_sales_invoice(order.name)
	bill.update(fields)
	bill.insert().submit()
	return bill


def credit(bill: Any) -> Any:
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	note = make_sales_return(bill.name)
	note.update_billed_amount_in_sales_order = 1
	note.insert().submit()
	return note


def pay(bill: Any) -> Any:
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	payment = get_payment_entry("Sales Invoice", bill.name)
	payment.update({"reference_no": "1", "reference_date": nowdate()})
	payment.insert().submit()
	return payment


def _leaf(doctype: str) -> str:
	return str(frappe.get_all(doctype, {"is_group": 0}, pluck="name", limit=1)[0])
