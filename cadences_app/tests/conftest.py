"""The same examples every time where a failure must be repeatable: in CI."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
	settings.load_profile("ci")
