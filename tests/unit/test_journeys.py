"""How many files a reader opens to follow one piece of work; `python -m tests.journeys` lists them."""

import pytest

from tests import journeys

# These numbers only fall: a new file on the way is one more to read. The first one has the rules of alerts and the
# delivery engine on its way, between the publisher and the receiver, and the case that its alert opens: the case itself
# (three files), who owns it (two), and by when in business hours (four). The second one is asked who may read what:
# that is a rule, a service and a key's caller (three).
MOST = {"response to its first attempt": 72, "score query": 21}


@pytest.mark.parametrize("name", journeys.JOURNEYS)
def test_a_journey_passes_through_few_files(name: str) -> None:
    files = journeys.count(name)

    assert len(files) <= MOST[name], "\n".join(sorted(files))
