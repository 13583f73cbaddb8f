"""The ambiguity shared_email: an address is no key."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_the_address_alone_fits_a_family_and_the_name_decides(at: Town) -> None:
    target = at.planted["shared_email"].people[0]
    sharing = at.rows("customers", lambda row: row["email"] == target.email)
    assert len(sharing) >= 4
    assert len({row["given_name"] for row in sharing}) >= 4
    assert at.specs["shared_email-address-alone"].asks_back is True
    named = [row for row in sharing if row["given_name"] == target.given]
    assert (at.specs["shared_email-with-name"].asks_back is False) == (len(named) == 1)
