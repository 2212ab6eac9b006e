"""The host may have short links of its own: what we know of SMS is not asked about them."""

import pytest

from smsadmin.clock import utc_now
from smsadmin.links.gate import CustomerGate
from smsadmin.links.handed_over import handed_over
from smsadmin.links.values import link_values


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "owner", ["newsletter", "broadcast:summer", "broadcast:1", "broadcast:1:2:3", "broadcast:١:1"]
)
def test_a_link_of_another_owner_has_no_values_no_moment_and_signs_nobody_in(owner: str) -> None:
    assert link_values(owner, 0) is None
    assert handed_over([(owner, 0)], utc_now()) == {}
    assert CustomerGate().admit(owner, 0).customer_key is None


@pytest.mark.usefixtures("shop")
def test_a_link_of_a_broadcast_that_is_gone_has_none_either() -> None:
    assert link_values("broadcast:999:1", 0) is None
    assert handed_over([("broadcast:999:1", 0)], utc_now()) == {}
