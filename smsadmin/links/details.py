"""How the links of a broadcast were clicked: by link, hour and kind of device, and how soon after sending."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shortlinks.details import ClickDetails, Clicked, click_details
from smsadmin.links.handed_over import began
from smsadmin.links.owner import owner_of
from smsadmin.links.texts import addresses, can_sign_in
from smsadmin.models import Broadcast


@dataclass(frozen=True)
class ClickedLink:
    """One link, by its address as staff wrote it; `clicked` is None where it is no short link, so nobody counts."""

    url: str
    clicked: Clicked | None


@dataclass(frozen=True)
class ClickPicture:
    """What a broadcast's page shows of its clicks; hours are UTC."""

    links: list[ClickedLink]
    by_hour: dict[datetime, Clicked]
    by_device: dict[str, Clicked]
    first_after: timedelta | None
    """How long after its first SMS left a person first clicked; None: nobody has."""


def click_picture(broadcast: Broadcast) -> ClickPicture:
    """Return how the links of a broadcast were clicked, from a few rows of counters."""
    details = click_details(owner_of(broadcast))
    urls = addresses(broadcast.prefixed_text or "")
    return ClickPicture(
        links=[ClickedLink(url, _clicked(broadcast, details, index, url)) for index, url in enumerate(urls)],
        by_hour=details.by_hour,
        by_device={device.value: clicked for device, clicked in details.by_device.items()},
        first_after=_first_after(broadcast, details.first_at),
    )


def _clicked(broadcast: Broadcast, details: ClickDetails, index: int, url: str) -> Clicked | None:
    wrapped = broadcast.wrap_clicks or broadcast.wrap_login and can_sign_in(url)
    return details.by_link.get(index, Clicked()) if wrapped else None


def _first_after(broadcast: Broadcast, first_at: datetime | None) -> timedelta | None:
    start = began(broadcast) if first_at else None
    if first_at is None or start is None:
        return None
    # The clocks of two machines may differ by a little.
    return max(first_at - start, timedelta(0))
