"""Notices of Amazon SNS as its HTTP door sends them, and whether Amazon signed them. Pure.

As https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html has it. A right signature
says that some topic of Amazon's sent it, anybody's: so the topic has to be one of ours.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

MOST_BYTES = 300 * 1024
"""SNS sends up to 256 KiB."""
LONGEST_AGE = timedelta(days=1)
"""SNS tries for some hours to deliver a notice."""
LONGEST_LEAD = timedelta(minutes=15)
_REGION = r"[a-z]{2}(?:-[a-z]{2,20}){1,3}-[0-9]{1,2}"
"""Such as eu-central-1. What is called s3-us-west-2 is none: there anybody can own a bucket named sns."""
_HOST = rf"https://sns\.{_REGION}\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE = re.compile(_HOST + r"/SimpleNotificationService-[0-9a-zA-Z]{10,80}\.pem")
_SUBSCRIBE = re.compile(_HOST + r"/\?Action=ConfirmSubscription&[\x21-\x7e]{1,2000}")


class Kind(Enum):
	NOTIFICATION = "Notification"
	SUBSCRIPTION = "SubscriptionConfirmation"
	UNSUBSCRIPTION = "UnsubscribeConfirmation"


_SIGNED = {
	Kind.NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
	Kind.SUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
	Kind.UNSUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


class NotGenuine(Exception):
	"""Amazon did not sign it, it is of another topic, or too old."""


@dataclass(frozen=True, slots=True)
class Notice:
	"""`message` is what SES says; `subscribe_url` confirms the subscription that is asked for."""

	kind: Kind
	id: str
	message: str
	subscribe_url: str = ""


def read(body: bytes, topics: Collection[str], now: datetime, fetch: Callable[[str], bytes]) -> Notice:
	"""The notice. `fetch` gets the certificate (PEM) at an address of Amazon's. Raises NotGenuine."""
	told = _object(body)
	try:
		kind = Kind(told.get("Type", ""))
	except ValueError as error:
		raise NotGenuine from error
	url = told.get("SigningCertURL", "")
	if told.get("TopicArn", "") not in topics or not _is_fresh(told.get("Timestamp", ""), now):
		raise NotGenuine
	if not told.get("MessageId") or not _CERTIFICATE.fullmatch(url):
		raise NotGenuine
	_check(told, kind, fetch(url), now)
	subscribe_url = told.get("SubscribeURL", "")
	if kind is Kind.SUBSCRIPTION and not _SUBSCRIBE.fullmatch(subscribe_url):
		raise NotGenuine
	return Notice(kind, told["MessageId"], told.get("Message", ""), subscribe_url)


def _object(body: bytes) -> dict[str, str]:
	if len(body) > MOST_BYTES:
		raise NotGenuine
	try:
		found = json.loads(body)
	except (ValueError, RecursionError) as error:
		raise NotGenuine from error
	if not isinstance(found, dict):
		raise NotGenuine
	return {key: value for key, value in found.items() if isinstance(value, str)}


def _is_fresh(timestamp: str, now: datetime) -> bool:
	try:
		sent_at = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
	except ValueError:
		return False
	return -LONGEST_LEAD <= now - sent_at <= LONGEST_AGE


def _check(told: dict[str, str], kind: Kind, pem: bytes, now: datetime) -> None:
	from cryptography.exceptions import InvalidSignature
	from cryptography.hazmat.primitives import hashes
	from cryptography.hazmat.primitives.asymmetric import padding, rsa
	from cryptography.x509 import load_pem_x509_certificate

	kinds: dict[str, Any] = {"1": hashes.SHA1, "2": hashes.SHA256}
	algorithm = kinds.get(told.get("SignatureVersion", ""))
	try:
		signed = "".join(f"{key}\n{told[key]}\n" for key in _SIGNED[kind] if key in told).encode()
		certificate = load_pem_x509_certificate(pem)
		signature = b64decode(told.get("Signature", ""), validate=True)
	except ValueError as error:
		raise NotGenuine from error
	key = certificate.public_key()
	begins, ends = certificate.not_valid_before, certificate.not_valid_after
	is_valid = begins <= now.astimezone(timezone.utc).replace(tzinfo=None) <= ends
	if algorithm is None or not is_valid or not isinstance(key, rsa.RSAPublicKey):
		raise NotGenuine
	try:
		key.verify(signature, signed, padding.PKCS1v15(), algorithm())
	except InvalidSignature as error:
		raise NotGenuine from error
