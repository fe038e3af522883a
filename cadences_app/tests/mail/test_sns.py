"""From where Amazon's certificates may be fetched (S4.1, S14.2)."""

import json
from datetime import datetime, timezone

import pytest

from cadences_app.mail.understanding import sns

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
TOPIC = "arn:aws:sns:eu-central-1:123456789012:bounces"
FILE = "SimpleNotificationService-0123456789abcdef.pem"


class Fetched(Exception):
	"""The address was good enough to be asked for."""


def fetch(_url: str) -> bytes:
	raise Fetched


def ask_for(host: str, **changed: str) -> None:
	told = {
		"Type": "Notification",
		"TopicArn": TOPIC,
		"MessageId": "1",
		"Timestamp": "2026-03-02T09:00:00.000Z",
		"SigningCertURL": f"https://{host}/{FILE}",
	}
	sns.read(json.dumps(told | changed).encode(), [TOPIC], NOW, fetch)


@pytest.mark.parametrize(
	"changed",
	(
		{"TopicArn": f"{TOPIC}-of-others"},
		{"Timestamp": "2026-02-01T09:00:00.000Z"},
		{"Timestamp": "2026-03-02T10:00:00.000Z"},
		{"Timestamp": "soon"},
		{"MessageId": ""},
		{"Type": "Greeting"},
	),
)
def test_nobody_is_asked_about_another_topic_or_another_day(changed: dict[str, str]) -> None:
	with pytest.raises(sns.NotGenuine):
		ask_for("sns.eu-central-1.amazonaws.com", **changed)


@pytest.mark.parametrize(
	"region",
	("us-east-1", "eu-central-1", "ap-southeast-2", "us-gov-west-1", "il-central-1", "cn-north-1.CN"),
)
def test_amazon_is_asked_in_every_region(region: str) -> None:
	region, _, country = region.partition(".")
	with pytest.raises(Fetched):
		ask_for(f"sns.{region}.amazonaws.com{country and '.cn'}")


@pytest.mark.parametrize(
	"host",
	(
		"sns.s3-us-west-2.amazonaws.com",
		"sns.s3-eu-central-1.amazonaws.com",
		"sns.s3.us-west-2.amazonaws.com",
		"sns.s3-website-us-east-1.amazonaws.com",
		"sns.s3-accelerate.amazonaws.com",
		"sns.execute-api.amazonaws.com",
		"sns.amazonaws.com",
		"sns.us-east-1.amazonaws.com.evil.example",
		"sns.us-east-123.amazonaws.com",
	),
)
def test_nobody_else_is(host: str) -> None:
	"""A bucket that somebody has called sns serves what its owner puts there."""
	with pytest.raises(sns.NotGenuine):
		ask_for(host)
