"""A whole life by `cadences simulate`: enters, two follow-ups, leaves, returns, resumes, completes, not
again.

The same files are played on a site by `site/rules/test_s2_s5_whole_life`.
"""

from pathlib import Path

from cadences_app.cli.main import main

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "whole_life"
STORY = """\
Ada
  Mon 03 Mar 09:00  —                            Enrolled
  Mon 03 Mar 09:00  Say hello                    Task due Mon 03 Mar            on enrollment
  Mon 03 Mar 12:00  Say hello                    Completed
  Wed 05 Mar 09:00  Ask what they need           Task due Wed 05 Mar            2 days after Say hello: carried out
  Wed 05 Mar 12:00  Ask what they need           Completed
  Thu 06 Mar 09:00  —                            Record changed                 left the view
  Thu 06 Mar 09:00  Make an offer                Cancelled                      No longer in the view
  Thu 06 Mar 09:00  —                            Stopped                        No longer in the view
  Wed 12 Mar 09:00  —                            Record changed                 entered the view
  Wed 12 Mar 09:00  —                            Resumed                        taken up again where it stood
  Wed 12 Mar 09:00  Make an offer                Moved to Thu 13 Mar 09:00      taken up again where it stood
  Thu 13 Mar 09:00  Make an offer                Task due Thu 13 Mar            2 days after Ask what they need: carried out
  Thu 13 Mar 12:00  Make an offer                Completed
  Thu 13 Mar 12:00  —                            Completed                      every follow-up is done
  Fri 02 May 09:00  —                            Record changed                 left the view
  Sat 03 May 09:00  —                            Record changed                 entered the view
  Sat 03 May 09:00  —                            Asked: Continue                it can only be started anew
"""  # noqa: E501 - as it is printed


def test_a_whole_life(capsys):
	"""S2.3, S2.5, S5.5, S6.1"""
	files = [
		EXAMPLE / "cadence.json",
		"--records",
		EXAMPLE / "leads.csv",
		"--script",
		EXAMPLE / "answers.json",
	]
	assert main(["simulate", *(str(each) for each in files), "--from", "2025-03-03"]) == 0
	told = capsys.readouterr().out
	assert STORY in told
	assert "does nothing in this simulation" not in told
