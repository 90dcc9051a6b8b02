"""The ids of people: how they are spread over the buckets of the directory."""

from collections import Counter

from earshot.domain.person_id import BUCKETS, bucket_of


def test_people_are_spread_evenly_over_the_buckets() -> None:
    sizes = Counter(bucket_of(f"customer-{number}") for number in range(102_400))
    assert set(sizes) == set(range(BUCKETS))
    assert max(sizes.values()) < 160
    assert bucket_of("ann") == bucket_of("ann")
