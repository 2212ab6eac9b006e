"""The state of all SMS on one page: what is in the way, workers, accounts, broadcasts, and who was told what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_admin import expose

from smsadmin.admin import state_words, wording
from smsadmin.admin.access import Screen
from smsadmin.alerts import figures
from smsadmin.alerts.findings import findings
from smsadmin.alerts.keep import opened_causes, recent
from smsadmin.alerts.kinds import Finding, Kind, Weight
from smsadmin.alerts.words import said
from smsadmin.current import settings
from smsadmin.integration import integration
from smsadmin.models import Broadcast
from smsadmin.states import BroadcastState

ALERTS = 20
"""How many alerts are shown."""


class StateScreen(Screen):
    """Everybody who works here may read it; it changes nothing."""

    @expose("/")
    def index(self) -> Any:
        """Show all of it."""
        found = findings()
        if any(finding.kind is Kind.NOT_MIGRATED for finding in found):
            return self.render(
                "state.html", found=_worded(found), is_well=False, incomplete=True, words=state_words
            )
        opened = opened_causes()
        return self.render(
            "state.html",
            found=_worded(found),
            is_well=all(finding.weight is Weight.NOTE for finding in found),
            incomplete=False,
            words=state_words,
            wording=wording,
            workers=figures.workers(),
            jobs=figures.jobs_waiting(),
            notifications=figures.notifications_waiting(),
            broadcasts=[
                (each.broadcast, state_words.waits_for(each, found), _since(each.broadcast, opened))
                for each in figures.under_way()
            ],
            accounts=state_words.account_states(),
            alerts=[(alert, *state_words.cause_of(alert.cause)) for alert in recent(ALERTS)],
            integration=integration(),
            nobody_told=any(finding.kind is Kind.NOBODY_TOLD for finding in found),
            nightly_at=settings().nightly_at,
        )


def _worded(found: list[Finding]) -> list[tuple[Finding, Any, state_words.Link | None]]:
    return [(one, said(one), state_words.link_of(one.kind, one.about)) for one in found]


def _since(broadcast: Broadcast, opened: Mapping[str, datetime]) -> datetime | None:
    """Return since when a broadcast waits; of a pause by a person nobody keeps it."""
    if broadcast.state == BroadcastState.PAUSED:
        return opened.get(Finding(Kind.BROADCAST_PAUSED, broadcast.id).cause)
    return broadcast.confirmed_at
