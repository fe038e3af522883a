"""`python -m cadences_app.cli`: the command `cadences` without installing it."""

import sys

from cadences_app.cli.main import main

sys.exit(main())
