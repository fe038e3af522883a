"""Text messages (S3.10): by SMS through Frappe's SMS Settings, by WhatsApp where an app for it is there."""
