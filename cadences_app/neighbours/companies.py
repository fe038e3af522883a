"""Which company a record belongs to: by the domain of its address, else by the organisation it names."""

from collections.abc import Mapping
from typing import Any

ORGANISATION_FIELDS = ("organization", "company_name", "customer_name", "customer", "party_name")

FREE_MAIL = frozenset(
	"""
	aol.com arcor.de bluewin.ch btinternet.com cox.net comcast.net duck.com fastmail.com free.fr freenet.de
	gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de
	hotmail.fr hotmail.it hushmail.com icloud.com inbox.ru laposte.net libero.it list.ru live.com live.de
	live.fr mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com orange.fr outlook.com outlook.de
	outlook.fr posteo.de proton.me protonmail.com qq.com rediffmail.com rocketmail.com sbcglobal.net seznam.cz
	sina.com sfr.fr t-online.de tuta.com tutanota.com verizon.net wanadoo.fr web.de wp.pl yahoo.co.in
	yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com 126.com
	163.com
	""".split()
)
"""Providers of mail for everybody: who has an address there is of no company because of it."""


def company_of(row: Mapping[str, Any], address: str, free_mail: frozenset[str] = FREE_MAIL) -> str:
	"""A word that is the same for all records of a company, blank where nothing tells of one."""
	domain = address.rpartition("@")[2].strip().lower()
	if domain and domain not in free_mail:
		return domain
	named = (str(row.get(field) or "").strip().casefold() for field in ORGANISATION_FIELDS)
	return next((each for each in named if each), "")
