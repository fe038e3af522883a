"""Why a record has to wait before its first run (S2.9)."""

from cadences_app.engine.audience import Wait
from cadences_app.sentences.marking import _

WAITS: dict[Wait, str] = {
	Wait.ALONE: _("it is in another cadence, and one of the two goes alone"),
	Wait.RECORD_FULL: _("it is in as many cadences as it may be"),
	Wait.RESTING: _("it was touched only a short time ago"),
	Wait.COMPANY_FULL: _("enough people of its company are in the cadence"),
	Wait.OWNER_FULL: _("its owner has enough records in the cadence"),
	Wait.OWNER_DAY_FULL: _("its owner has got enough new records today"),
	Wait.DAY_FULL: _("the cadence takes no more new records today"),
	Wait.STARTS_LATER: _("its start date has not come"),
}
