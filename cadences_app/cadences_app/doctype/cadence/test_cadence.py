# Copyright (c) 2026, The cadences_app developers and Contributors
# See license.txt

# import frappe
from frappe.tests.utils import FrappeTestCase


class TestCadence(FrappeTestCase):
	pass
