"""The rules of the specification by their numbers, on an ERPNext Lead and on a deal of Frappe CRM."""
