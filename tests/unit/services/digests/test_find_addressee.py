"""Where a digest goes for each recipient: to members and addresses by mail, and to channels of Slack."""

from dataclasses import replace
from typing import NoReturn

import pytest

from earshot.domain.access import Role
from earshot.domain.destinations import DestinationState
from earshot.domain.digest_sendings import NO_ACCESS, NO_DESTINATION, NO_MEMBER
from earshot.domain.digests import Addressee, DigestRole
from earshot.services.digests.find_addressee import AddressBook, NoAddressee
from tests.factories import make_survey
from tests.unit.services.digests.digest_world import SLACK, DigestWorld, make_digest, make_member

SURVEY = make_survey(timezone="Asia/Tokyo")


def found(world: DigestWorld, to: str, **digest: object) -> Addressee | NoAddressee:
    made = make_digest(to=(to,), **digest)
    return world.addresses().find(made, made.recipients(lambda: b"key")[0], SURVEY)


def test_a_member_has_their_own_zone_and_language_unless_the_digest_has_some() -> None:
    own, given = found(DigestWorld(), "mia"), found(DigestWorld(), "mia", timezone="UTC", locale="fr")
    assert isinstance(own, Addressee)
    assert isinstance(given, Addressee)
    assert (own.address, own.timezone, own.locale, own.member) == ("mia@example.com", "Europe/Berlin", "de", "mia")
    assert own.zone.key == "Europe/Berlin"
    assert (given.timezone, given.locale) == ("UTC", "fr")


def test_an_address_and_a_channel_have_the_zone_of_the_survey() -> None:
    mail, channel = found(DigestWorld(), "tom@example.com"), found(DigestWorld(), SLACK)
    assert isinstance(mail, Addressee)
    assert isinstance(channel, Addressee)
    assert (mail.address, mail.timezone, mail.locale, mail.member) == ("tom@example.com", "Asia/Tokyo", "en", None)
    assert (channel.address, channel.timezone) == (None, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("role", "readers"),
    [
        (DigestRole.FRONTLINE, {Role.OWNER, Role.MANAGER, Role.FRONTLINE}),
        (DigestRole.LEAD, {Role.OWNER, Role.MANAGER}),
        (DigestRole.EXECUTIVE, {Role.OWNER, Role.MANAGER, Role.EXECUTIVE}),
        (DigestRole.DEPARTMENT, {Role.OWNER, Role.MANAGER, Role.FRONTLINE, Role.ANALYST}),
    ],
)
@pytest.mark.parametrize("to", ["mia", "Mia@example.com"])
def test_a_member_gets_what_their_role_may_read_also_by_their_address(
    role: DigestRole, readers: set[Role], to: str
) -> None:
    for each in Role:
        world = DigestWorld()
        world.members["mia"] = make_member(role=each)
        place = found(world, to, role=role)
        assert isinstance(place, Addressee) is (each in readers), each
        assert isinstance(place, Addressee) or place.why == NO_ACCESS


def test_one_who_was_removed_gets_nothing_by_name_and_is_nobody_by_address() -> None:
    world = DigestWorld()
    world.members["mia"] = make_member(email="", name=None, role=Role.ANALYST, removed_at=1)
    place = found(world, "mia")
    assert isinstance(place, NoAddressee)
    assert (place.why, place.timezone) == (NO_MEMBER, "Asia/Tokyo")
    assert isinstance(found(world, "mia@example.com"), Addressee)


def test_a_destination_must_be_there_enabled_and_in_slack() -> None:
    world = DigestWorld()
    known = world.destinations.kept[SLACK]
    world.destinations.kept[SLACK] = replace(known, state=DestinationState.BROKEN)
    assert isinstance(found(world, SLACK), Addressee)
    for changed in (replace(known, state=DestinationState.DISABLED), replace(known, kind="webhook"), None):
        if changed is None:
            del world.destinations.kept[SLACK]
        else:
            world.destinations.kept[SLACK] = changed
        place = found(world, SLACK)
        assert isinstance(place, NoAddressee)
        assert place.why == NO_DESTINATION


def test_members_are_read_only_where_somebody_is_named() -> None:
    def refuse() -> NoReturn:
        pytest.fail("they were read")

    world = DigestWorld()
    made = make_digest(to=(SLACK,))
    book = AddressBook(refuse, world.destinations.get)
    assert isinstance(book.find(made, made.recipients(lambda: b"key")[0], None), Addressee)
