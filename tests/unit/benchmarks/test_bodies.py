"""The bodies of the bench are what a stranger may send: as large as one may be, and each read to its end."""

from benchmarks.bodies import SIZE, SMALLEST, bodies


def test_each_body_is_within_the_limit_of_one_response_and_most_are_as_large() -> None:
    sizes = {name: len(body) for name, body in bodies().items()}
    assert next(iter(sizes)) == SMALLEST
    assert max(sizes.values()) == SIZE
    assert sum(size > SIZE - 100 for size in sizes.values()) >= 10
