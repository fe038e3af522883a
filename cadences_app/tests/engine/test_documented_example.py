"""The example in docs/extending.md is the one that tests/site/test_extending.py runs."""

import re
from pathlib import Path

import pytest

import cadences_app

PACKAGE = Path(cadences_app.__file__).parent
PAGE = PACKAGE.parent / "docs" / "extending.md"
EXAMPLE = PACKAGE / "tests" / "postcards"


@pytest.mark.parametrize("name", ["hooks.py", "channel.py", "neighbour.py"])
def test_the_page_shows_the_code_that_runs(name):
	told = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
	source = (EXAMPLE / name).read_text(encoding="utf-8")
	assert source.replace("cadences_app.tests.postcards", "postcards") in told
