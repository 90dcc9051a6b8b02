"""`earshot audit`: counts compared with a recount, while responses go on arriving."""

import json
from typing import Any

from earshot_cli.client import Client
from earshot_cli.ops.audit import Audit, Cell, Recount
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import KEY, FakeEarshot


def item_of(number: int, score: int, day: str = "2015-08-02", plan: str = "pro", **other: Any) -> dict[str, Any]:
    row = {
        "id": f"r{number:03}",
        "score": score,
        "day": day,
        "state": "final",
        "series": ["all", f"plan={plan}"],
    }
    return row | other


def filled(earshot: FakeEarshot) -> None:
    earshot.add_survey(segments=["plan"], values={"plan": ["pro", "free & easy"]})
    rows = [item_of(at, at % 11, f"2015-08-{at % 3 + 1:02}", ("pro", "free & easy")[at % 2]) for at in range(30)]
    rows.append(item_of(30, 9, plan="(other)"))
    earshot.rows = {row["id"]: row for row in rows}
    earshot.page = 7


def test_equal_counts_are_one_line_with_the_totals(earshot: FakeEarshot, run: Run) -> None:
    filled(earshot)
    result = run("audit", "demo")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "demo: counts equal a recount of 31 responses, 4 series, 3 days.",
        "demo: figures equal a recount of 0 cases by their facts.",
    ]


def test_an_erased_response_counts_on_neither_side(earshot: FakeEarshot, run: Run) -> None:
    filled(earshot)
    earshot.rows["r000"] |= {"state": "erased", "score": None}
    assert "30 responses" in run("audit", "demo").stdout


def test_each_wrong_count_is_a_line_and_the_exit_code_is_1(earshot: FakeEarshot, run: Run, fast: None) -> None:
    filled(earshot)
    earshot.miscounted = {
        ("all", "2015-08-01", 3): 2,
        ("plan=gone", "2015-08-09", 0): 1,
        ("plan=pro", "2015-08-01", 0): -1,
    }
    result = run("audit", "demo")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "all 2015-08-01 score 3: counted 3, recounted 1",
        "plan=pro 2015-08-01 score 0: counted 0, recounted 1",
        "demo: 2 counts differ from a recount of 31 responses, 4 series, 3 days.",
        "demo: figures equal a recount of 0 cases by their facts.",
    ]


def test_json_lists_the_differences(earshot: FakeEarshot, run: Run, fast: None) -> None:
    filled(earshot)
    earshot.miscounted = {("plan=(other)", "2015-08-02", 9): 1}
    result = json.loads(run("audit", "demo", "--json").stdout)
    assert (result["equal"], result["responses"]) == (False, 31)
    assert result["differences"] == [
        {"series": "plan=(other)", "day": "2015-08-02", "score": 9, "counted": 2, "recounted": 1}
    ]


def test_a_response_that_arrives_between_the_two_readings_is_no_difference(earshot: FakeEarshot, fast: None) -> None:
    filled(earshot)
    arriving = [item_of(50, 10), item_of(51, 0, "2015-08-20")]

    def one_more() -> None:
        if arriving:
            row = arriving.pop()
            earshot.rows[row["id"]] = row

    earshot.before_counts = one_more
    audit = Audit(Client(earshot.url, KEY), "demo")
    list(audit.recount()), list(audit.read_counts())
    assert audit.differences() == []
    looked_at = {query["from"] for _, _, query, _ in earshot.calls if "from" in query}
    assert looked_at == {"2015-08-02", "2015-08-20"}


def test_series_of_a_segment_no_longer_tracked_are_left_out(earshot: FakeEarshot, run: Run) -> None:
    filled(earshot)
    earshot.surveys["demo"] |= {"segments": [], "values": {}}
    assert "31 responses, 1 series, 3 days" in run("audit", "demo").stdout


def test_a_recount_counts_each_response_once_in_each_of_its_series() -> None:
    recount = Recount()
    recount.add([item_of(1, 9), item_of(2, 9), item_of(3, 0, state="erased"), item_of(4, 8)])
    assert recount == {
        Cell(series, "2015-08-02", score): count for series in ("all", "plan=pro") for score, count in ((9, 2), (8, 1))
    }
    assert recount.responses == 3
