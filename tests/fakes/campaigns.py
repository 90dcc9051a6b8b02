"""Campaigns and the people directory in memory; the contract suite in tests/integration/adapters keeps them honest."""

from collections.abc import Callable

from earshot.domain.campaign import Campaign
from earshot.domain.person import Person
from earshot.domain.person_id import bucket_of
from tests.fakes.people import InMemoryPeople


class InMemoryCampaigns:
    """Campaigns in a dictionary; a test may interfere before and after each call."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Campaign] = {}
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def get(self, survey: str, campaign: str) -> Campaign | None:
        self.before("campaigns.get")
        return self.kept.get((survey, campaign))

    def of_survey(self, survey: str) -> list[Campaign]:
        mine = [campaign for campaign in self.kept.values() if campaign.survey == survey]
        return sorted(mine, key=lambda campaign: (campaign.started_at, campaign.id))

    def put(self, campaign: Campaign, replaces: Campaign | None) -> bool:
        self.before("campaigns.put")
        known = self.kept.get((campaign.survey, campaign.id))
        if (known and known.revision) != (replaces and replaces.revision):
            return False
        self.kept[campaign.survey, campaign.id] = campaign
        self.after("campaigns.put")
        return True

    def due(self, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        running = [each for each in self.kept.values() if each.is_at_work and each.due_at <= now]
        rows = sorted((f"{each.due_at:014d}#{each.survey}#{each.id}", each.survey, each.id) for each in running)
        left = [row for row in rows if row[0] > after]
        return [row[1:] for row in left[:limit]], left[limit - 1][0] if len(left) > limit else None


class InMemoryDirectory:
    """The living among the people of a test."""

    def __init__(self, people: InMemoryPeople) -> None:
        self.people = people
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def page(self, bucket: int, limit: int, after: str = "") -> tuple[list[str], str | None]:
        self.before("directory.page")
        living = [name for name, person in self.people.kept.items() if isinstance(person, Person)]
        left = sorted(name for name in living if bucket_of(name) == bucket and name > after)
        return left[:limit], left[limit - 1] if len(left) > limit else None
