"""The sentences for codes, in English: one catalogue for Desk, REST and the command line.

Pure, so that the command line reads it without Frappe. Whoever shows a sentence to a user of a site
translates it with Frappe's `_`.
"""
