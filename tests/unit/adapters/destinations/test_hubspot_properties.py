"""Our properties at HubSpot: what has to be there before a write."""

from earshot.adapters.destinations.hubspot_properties import OF_CONTACTS, UNIQUE, missing_properties


def names(objects: str, *, with_contacts: bool, known: frozenset[str] = frozenset()) -> set[str]:
    return {
        f"{where}/{definition['name']}"
        for where, definition in missing_properties(objects, with_contacts=with_contacts, known=known)
    }


def test_a_write_without_a_contact_needs_the_unique_property_alone() -> None:
    assert names("notes", with_contacts=False) == {f"notes/{UNIQUE}"}


def test_a_contact_needs_its_own_and_what_is_known_is_not_looked_for() -> None:
    of_contacts = {f"contacts/{name}" for name in OF_CONTACTS}
    assert names("tickets", with_contacts=True) == {f"tickets/{UNIQUE}"} | of_contacts
    known = frozenset({f"tickets/{UNIQUE}", "contacts/nps_score"})
    assert names("tickets", with_contacts=True, known=known) == of_contacts - known


def test_the_response_is_the_last_property_of_a_contact() -> None:
    # A contact that shows a response has all the others too, so that an erasure can clear them.
    found = [definition["name"] for _, definition in missing_properties("notes", with_contacts=True, known=frozenset())]
    assert found[-1] == "nps_response_id"


def test_the_key_is_unique_and_nothing_else_is() -> None:
    definitions = [found for _, found in missing_properties("tickets", with_contacts=True, known=frozenset())]
    assert [found["name"] for found in definitions if found.get("hasUniqueValue")] == [UNIQUE]
    assert all(found["groupName"] for found in definitions)
