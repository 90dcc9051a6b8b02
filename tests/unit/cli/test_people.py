"""`earshot people` from the keyboard to the server."""

import csv
import json
import re
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from earshot.api.fields import EMAIL as EMAIL_FIELD
from earshot_cli.imports.columns import PERSON_FIELDS, PERSON_REQUIRED, columns_from
from earshot_cli.imports.csv_file import CsvFile
from earshot_cli.imports.person_rows import PersonReader, _address_fault
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

IMPORT = ("people", "import")
EMAIL = ("--map", "email=mail")


def written(text: str, name: str = "people.csv") -> str:
    Path(name).write_bytes(text.encode())
    return name


def sent(earshot: FakeEarshot) -> list[dict[str, object]]:
    return [person for method, _, _, body in earshot.calls if method == "POST" for person in body["people"]]


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_row_becomes_a_person_with_what_is_mapped_and_nothing_for_empty_cells(
    earshot: FakeEarshot, run: Run, delimiter: str, bom: str
) -> None:
    rows = [
        "nr|mail|who|firm|tongue|where|plan",
        '7| ann@example.com |"Ann ""A"""|ACME|de-AT|Europe/Vienna|pro',
        "8|b@example.com|||||",
    ]
    file = written(bom + "\r\n".join(rows).replace("|", delimiter) + "\r\n")
    maps = ("id=nr", "name=who", "account=firm", "locale=tongue", "timezone=where")
    words = [word for pair in maps for word in ("--map", pair)]
    result = run(*IMPORT, file, *EMAIL, *words, "--property", "plan")
    assert result.exit_code == 0, result.output
    assert "2 rows read: 2 created, 0 updated, 0 unchanged, 0 rejected." in result.stdout
    assert sent(earshot) == [
        {
            "email": "ann@example.com",
            "id": "7",
            "name": 'Ann "A"',
            "account": "ACME",
            "locale": "de-AT",
            "timezone": "Europe/Vienna",
            "properties": {"plan": "pro"},
        },
        {"email": "b@example.com", "id": "8"},
    ]


def test_a_second_import_reports_that_nothing_changed(earshot: FakeEarshot, run: Run) -> None:
    file = written("mail,name\nann@example.com,Ann\nben@example.com,Ben\n")
    run(*IMPORT, file, *EMAIL, "--map", "name=name")
    assert "0 created, 0 updated, 2 unchanged" in run(*IMPORT, file, *EMAIL, "--map", "name=name").stdout
    written("mail,name\nann@example.com,Ann B.\nben@example.com,Ben\n")
    assert "0 created, 1 updated, 1 unchanged" in run(*IMPORT, file, *EMAIL, "--map", "name=name").stdout


def test_an_erased_person_is_reported_and_stays_erased(earshot: FakeEarshot, run: Run) -> None:
    earshot.people["ann@example.com"] = {"erased": True}
    result = run(*IMPORT, written("mail\nann@example.com\n"), *EMAIL)
    assert "0 created, 0 updated, 0 unchanged, 1 erased, 0 rejected." in result.stdout
    assert "stay erased" in result.stderr


def test_refused_rows_are_named_and_the_rest_is_accepted(earshot: FakeEarshot, run: Run) -> None:
    rows = [
        "ann@example.com,Ann,de,UTC",
        "ann@,Ann,de,UTC",
        ",Ann,de,UTC",
        "b@example.com,B,german!,Mars/Base",
        "Ann@Example.com,Ann again,,",
        "c@example.com,too long,,",
        "d@example.com,D,,,extra",
        f"e@example.com,{'x' * 201},,",
    ]
    file = written("mail,who,tongue,zone\n" + "\n".join(rows) + "\n")
    maps = ("--map", "name=who", "--map", "locale=tongue", "--map", "timezone=zone")
    result = run(*IMPORT, file, *EMAIL, *maps, "--report", "refused.csv")
    assert result.exit_code == 1
    assert "8 rows read: 1 created, 0 updated, 0 unchanged, 7 rejected." in result.stdout
    with Path("refused.csv").open(newline="", encoding="utf-8-sig") as report:
        header, *lines = csv.reader(report)
    assert header == ["earshot_row", "earshot_reason", "mail", "who", "tongue", "zone"]
    refused = {row: (reason, cells) for row, reason, *cells in lines}
    assert {row: re.findall(r"(?:^|; )(\w+): ", reason) for row, (reason, _) in refused.items()} == {
        "2": ["mail"], "3": ["mail"], "4": ["tongue", "zone"], "5": ["mail"], "6": ["who"], "7": [], "8": ["who"],
    }  # fmt: skip
    assert refused["3"] == ("mail: is empty", ["", "Ann", "de", "UTC"])
    assert refused["5"] == (
        'mail: "Ann@Example.com" is the same person as in line 2',
        ["Ann@Example.com", "Ann again", "", ""],
    )
    assert refused["7"][1] == ["d@example.com", "D", "", "", "extra"]


def test_the_other_spelling_of_an_address_names_the_line_that_has_it_and_ss_is_another_mailbox(run: Run) -> None:
    addresses = ("ann@müller.example", "Ann@xn--mller-kva.example", "ann@straße.example", "ann@strasse.example")
    result = run(
        *IMPORT, written("mail\n" + "\n".join(addresses) + "\n"), *EMAIL, "--dry-run", "--report", "refused.csv"
    )
    assert "4 rows read, 3 good, 1 rejected" in result.stdout
    with Path("refused.csv").open(newline="", encoding="utf-8-sig") as report:
        (refused,) = list(csv.reader(report))[1:]
    assert refused[1] == 'mail: "Ann@xn--mller-kva.example" is the same person as in line 2'


def test_one_row_is_one_row(earshot: FakeEarshot, run: Run) -> None:
    assert "1 row read: 1 created" in run(*IMPORT, written("mail\nann@example.com\n"), *EMAIL).stdout
    result = run(*IMPORT, written("mail\nnope\n"), *EMAIL, "--dry-run", "--report", "refused.csv")
    assert "1 row read, 0 good, 1 rejected." in result.stdout
    assert "The rejected row is in refused.csv." in result.stdout
    assert "1 address suppressed, 0 rejected." in run("people", "suppress", "ann@example.com").stdout


def test_a_dry_run_checks_every_row_and_sends_nothing(earshot: FakeEarshot, run: Run) -> None:
    result = run(*IMPORT, written("mail\nann@example.com\nnope\n"), *EMAIL, "--dry-run")
    assert result.exit_code == 1
    assert "nothing was sent: 2 rows read, 1 good, 1 rejected." in result.stdout
    assert earshot.calls == []
    assert run(*IMPORT, "people.csv", *EMAIL, "--dry-run", connected=False).exit_code == 1  # nor is a server needed


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("plan", "x" * 300, "has 300 characters"),
        ("id", "ann@example.com", "it looks like an address"),
        ("id", "c-1 é", None),
        ("id", "jose\u0301", "send it in NFC"),
        ("id", "c\u200b-1", "it contains U+200B, which is invisible"),
        ("locale", "de-ABCDE-XY", "not a language tag"),
        ("timezone", "Factory", "not an IANA time zone"),
    ],
)
def test_a_dry_run_refuses_what_the_api_would(
    earshot: FakeEarshot, run: Run, column: str, cell: str, reason: str | None
) -> None:
    file = written(f"mail,{column}\nann@example.com,{cell}\n")
    words = ("--property", column) if column == "plan" else ("--map", f"{column}={column}")
    for more in ((), ("--dry-run",)):
        result = run(*IMPORT, file, *EMAIL, *words, *more)
        assert result.exit_code == (1 if reason else 0), result.output
        assert reason is None or (reason in " ".join(result.stdout.split()) and f" {column} " in result.stdout)
    assert len(sent(earshot)) == (0 if reason else 1)


@pytest.mark.parametrize("domain", ["example.com", "exämple.de", "localhost", "a..b.com", "-a.com", "x.test", ""])
@pytest.mark.parametrize(
    "local",
    [
        "ann",
        "ann.b+c_d-e",
        "1",
        "",
        ".ann",
        "ann.",
        "a..b",
        "ann b",
        "änn",
        "o'neil",
        '"ann"',
        "a@b",
        "a" * 64,
        "a" * 65,
    ],
)
def test_an_address_is_checked_as_the_server_checks_it(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    try:
        EMAIL_FIELD.check(address)
    except ValueError:
        assert _address_fault(address)
    else:
        assert _address_fault(address) is None


def test_people_travel_five_hundred_at_a_time_and_a_failure_reports_how_far_it_got(
    earshot: FakeEarshot, run: Run
) -> None:
    file = written("mail\n" + "".join(f"p{number}@example.com\n" for number in range(501)))
    earshot.replies = [(200, {"people": [{"id": "x", "outcome": "created"}] * 500}), problem(403, "No scope")]
    result = run(*IMPORT, file, *EMAIL)
    assert result.exit_code == 1
    assert "Stopped: 500 people accepted, up to line 501." in result.stderr
    assert [len(body["people"]) for _, _, _, body in earshot.calls] == [500, 1]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--map", "id=mail"), "An import needs --map email=COLUMN."),
        (("--map", "email=mail", "--map", "score=mail"), "with one of the fields email, id, name"),
        (("--map", "email=gone"), "has no column gone"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_a_usage_error(run: Run, words: tuple[str, ...], expected: str) -> None:
    result = run(*IMPORT, written("mail\n"), *words)
    assert (result.exit_code, expected in result.stderr) == (2, True)


def test_three_hundred_thousand_rows_fit_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with path.open("w") as file:
        file.write("mail\n")
        file.writelines(f"person{number}@example.com\n" for number in range(30_000))
    columns = columns_from(["email=mail"], [], PERSON_FIELDS, PERSON_REQUIRED)
    source = CsvFile(path, columns)
    reader = PersonReader(source.header, columns)
    tracemalloc.start()
    rows = sum(len([reader.row(record)]) for record in source.records())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 30_000
    # A tenth of the file, a tenth of the room: what is kept of a row is a number.
    assert peak < 6_000_000


def test_a_person_is_shown_and_exported_with_every_page(earshot: FakeEarshot, run: Run) -> None:
    earshot.people["a #b"] = {"id": "a #b", "email": "ann@example.com", "properties": {"plan": "pro"}}
    assert "plan: pro" in run("people", "show", "a #b").stdout
    assert json.loads(run("people", "show", "a #b", "--json").stdout)["email"] == "ann@example.com"
    exported = json.loads(run("people", "export", "a #b").stdout)
    assert (exported["person"]["id"], exported["responses"]) == ("a #b", [{"id": 0}, {"id": 1}])
    assert run("people", "show", "nobody").exit_code == 1


def test_a_suppressed_person_is_shown_as_such_until_they_are_allowed_again(earshot: FakeEarshot, run: Run) -> None:
    suppression = {"reason": "unsubscribed", "since": "2026-11-21T22:00:00.000Z"}
    earshot.people["a #b"] = {"id": "a #b", "properties": {}, "suppression": suppression}
    assert "gets no mail  unsubscribed, since 2026-11-21T22:00:00.000Z" in run("people", "show", "a #b").stdout
    result = run("people", "allow", "a #b")
    assert (result.exit_code, "a #b may get mail again" in result.stdout) == (0, True)
    assert earshot.calls[-1][:3] == ("DELETE", "/v1/people/a%20%23b/suppression", {"id": "a #b"})
    assert "gets no mail" not in run("people", "show", "a #b").stdout


@pytest.mark.parametrize(("status", "expected"), [(404, "there is no such person"), (409, "was erased")])
def test_somebody_who_cannot_be_allowed_is_a_fault_in_a_sentence(
    earshot: FakeEarshot, run: Run, status: int, expected: str
) -> None:
    earshot.replies = [problem(status, expected)]
    result = run("people", "allow", "ann")
    assert (result.exit_code, result.stdout, expected in result.stderr) == (1, "", True)


def test_an_address_that_nobody_has_may_be_written_to_again(earshot: FakeEarshot, run: Run) -> None:
    earshot.suppressed = {"typo@example.com": "unsubscribed", "gone@example.com": "erased"}
    done = run("people", "allow", "typo@example.com")
    assert (done.exit_code, "the address is no longer suppressed" in done.stdout) == (0, True)
    refused = run("people", "allow", "gone@example.com")
    assert (refused.exit_code, "of an erased person" in refused.stderr) == (1, True)
    assert earshot.suppressed == {"gone@example.com": "erased"}


def test_a_person_to_erase_may_be_named_by_their_address(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(200, {"people": [{"id": "c-1"}], "means": "p-1", "cursor": None})]
    assert "c-1 is erased" in run("people", "erase", "ann@example.com", "--yes").stdout
    several = {"people": [{"id": "c-1"}, {"id": "c-2"}], "means": "p-1", "cursor": None}
    earshot.replies = [(200, several)]
    refused = run("people", "erase", "ann@example.com", "--yes")
    assert (refused.exit_code, '"c-1", "c-2"' in refused.stderr) == (2, True)
    earshot.replies = [(200, {"people": [], "means": "p-1", "cursor": None})]
    assert "p-1 is erased" in run("people", "erase", "ann@example.com", typed="y\n").stdout


def test_nobody_is_erased_when_the_reply_is_no(earshot: FakeEarshot, run: Run) -> None:
    refused = run("people", "erase", "ann", typed="n\n")
    assert (refused.exit_code, "Nobody was erased." in refused.stdout, earshot.calls) == (1, True, [])


def test_a_person_is_erased_only_when_that_is_meant(earshot: FakeEarshot, run: Run) -> None:
    refused = run("people", "erase", "ann")
    assert (refused.exit_code, earshot.calls) == (2, [])
    assert "add --yes to erase ann for good" in refused.stderr
    assert "ann is erased; 2 responses made anonymous." in run("people", "erase", "ann", "--yes").stdout
    assert earshot.calls[-1][:3] == ("DELETE", "/v1/people/ann", {"id": "ann", "subtract": "false"})


def test_who_keeps_something_of_an_erased_person_is_named_once(earshot: FakeEarshot, run: Run) -> None:
    kept = {"destination": "crm", "kind": "webhook", "state": "impossible", "why": "ask its receiver to erase it"}
    asked = {"destination": "to-1", "kind": "hubspot", "state": "requested", "why": None}
    gone = {"destination": "old", "kind": None, "state": "impossible", "why": "it was deleted"}
    done = {"id": "ann", "known": True, "responses": 1, "subtract": False, "also": []}
    earshot.replies = [
        (202, {**done, "remaining": 1, "elsewhere": [kept]}),
        (200, {**done, "remaining": 0, "elsewhere": [kept, gone, asked]}),
    ]
    noted = run("people", "erase", "ann", "--yes").stderr
    assert noted.count("The destination crm (webhook) keeps what it got of them: ask its receiver to erase it.") == 1
    assert "The destination old keeps what it got of them: it was deleted." in noted
    assert "The destination to-1 (hubspot) is asked to delete what it got of them." in noted
    assert "earshot people erasure ann" in noted


def test_what_became_of_an_erased_person_is_shown(earshot: FakeEarshot, run: Run) -> None:
    found: list[dict[str, Any]] = [
        {"destination": "to-1", "kind": "slack", "state": "deleted", "why": None, "delivery": "d1"},
        {"destination": "to-2", "kind": "hubspot", "state": "failed", "why": "it is refused", "delivery": "d2"},
    ]
    report = {"id": "ann", "erased_at": "2026-11-30T00:00:00.000Z", "elsewhere": found}
    earshot.replies = [(200, report), (200, report), (200, {**report, "elsewhere": []})]
    shown = run("people", "erasure", "ann").stdout
    assert earshot.calls[-1][:2] == ("GET", "/v1/people/ann/erasure")
    assert "to-1 (slack) deleted what it got of them." in shown
    assert "to-2 (hubspot) did not delete what it got of them: it is refused." in shown
    assert json.loads(run("people", "erasure", "ann", "--json").stdout) == report
    assert "No destination of alerts had anything of them." in run("people", "erasure", "ann").stdout


def test_an_unknown_person_is_erased_only_with_a_flag(earshot: FakeEarshot, run: Run) -> None:
    refused = run("people", "erase", "unknown-1", "--yes")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert 'Nothing is stored about "unknown-1", so nothing was erased.' in refused.stderr
    assert "--unknown" in refused.stderr
    assert earshot.people == {}
    erased = run("people", "erase", "unknown-1", "--yes", "--unknown")
    assert (erased.exit_code, "unknown-1 is erased" in erased.stdout) == (0, True)
    assert "Nothing was stored about unknown-1" in erased.stderr
    query = {"id": "unknown-1", "subtract": "false", "unknown": "true"}
    assert earshot.calls[-1][:3] == ("DELETE", "/v1/people/unknown-1", query)


def test_of_an_address_that_nobody_has_all_that_came_under_it_is_erased_with_it(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(200, {"people": [], "means": "unknown-p", "cursor": None})]
    assert "unknown-p is erased" in run("people", "erase", "ann@example.com", "--yes", "--unknown").stdout
    assert [(method, path) for method, path, *_ in earshot.calls[1:]] == [
        ("POST", "/v1/people"),
        ("DELETE", "/v1/people/unknown-p"),
    ]
    assert earshot.calls[1][3] == {"people": [{"email": "ann@example.com"}]}


def test_an_erasure_is_verified_by_what_the_person_was_before(
    earshot: FakeEarshot, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = {"email": "ann@example.com", "name": "Ann"}
    exported: Any = {"id": "ann", "person": person, "invitations": [], "responses": [], "cursor": None}
    item = {"pk": {"S": "R#demo#1"}, "sk": {"S": "r-1"}, "unverified_email": {"S": "ann@example.com"}}
    clean = {"pk": {"S": "P#ann"}, "sk": {"S": "META"}, "erased_at": {"N": "1"}}
    stack = SimpleNamespace(client=lambda _: None, table="table")
    monkeypatch.setattr("earshot_cli.commands.people.find_stack", lambda *_: stack)
    for left, code, line in ((clean, 0, "0 traces in 1 items"), (item, 1, "1 traces in 1 items")):
        monkeypatch.setattr("earshot_cli.ops.erasure_check.scan.pages", lambda *_, left=left: iter([[left]]))
        earshot.replies = [(200, exported)]
        result = run("people", "erase", "ann", "--yes", "--verify")
        assert (result.exit_code, line in result.stdout) == (code, True), result.output
        assert "point-in-time recovery (35 days)" in result.stderr
    assert "unverified_email holds name or address" in result.stdout


def test_a_long_erasure_is_seen_through(earshot: FakeEarshot, run: Run) -> None:
    earshot.left = [101, 7]
    result = run("people", "erase", "ann", "--subtract", "--yes")
    assert "ann is erased; 6 responses subtracted." in result.stdout
    assert "4 responses done, 7 or more to go" in result.stderr


def test_people_who_unsubscribed_at_another_tool_are_suppressed_before_they_are_kept(
    earshot: FakeEarshot, run: Run
) -> None:
    rows = ["ann@example.com,no", "ben@example.com,Yes", "cleo@example.com,bounced", "dan@example.com,"]
    rows += ["e@example.com,maybe"]
    file = written("mail,out\n" + "\n".join(rows) + "\n")
    result = run(*IMPORT, file, *EMAIL, "--map", "suppressed=out", "--report", "refused.csv")
    assert (result.exit_code, "4 created" in result.stdout) == (1, True)
    assert earshot.suppressed == {"ben@example.com": "unsubscribed", "cleo@example.com": "bounced"}
    assert [path for _, path, *_ in earshot.calls] == ["/v1/suppressions", "/v1/people"]
    assert "suppressed" not in earshot.people["ben@example.com"]
    assert "neither yes nor no" in Path("refused.csv").read_text()


REFUSED_NOES = {
    "the address again": ["ann@example.com,,no,", "Ann@Example.com,,yes,"],
    "the id again": ["ben@example.com,1,,", "ann@example.com,1,x,"],
    "no id": ["ann@example.com,,yes,"],
    "an id that fits no path": ["ann@example.com,a/b,yes,"],
    "a language that is none": ["ann@example.com,1,yes,german!"],
    "a property that is too long": [f"ann@example.com,1,yes,,{'x' * 300}"],
    "several reasons": [f"ann@example.com,a/b,unsubscribed,german!,{'x' * 300}"],
}


@pytest.mark.parametrize("rows", REFUSED_NOES.values(), ids=REFUSED_NOES)
def test_a_no_is_kept_whatever_else_its_row_is_refused_for(earshot: FakeEarshot, run: Run, rows: list[str]) -> None:
    header = "mail,nr,out,tongue,plan"
    file = written("\n".join([header, *(row + "," * (4 - row.count(",")) for row in rows)]) + "\n")
    maps = ["--map", "suppressed=out", "--map", "locale=tongue", "--property", "plan"]
    maps += [] if rows is REFUSED_NOES["the address again"] else ["--map", "id=nr"]
    tried = run(*IMPORT, file, *EMAIL, *maps, "--dry-run")
    assert (tried.exit_code, earshot.suppressed) == (1, {})
    result = run(*IMPORT, file, *EMAIL, *maps)
    assert result.exit_code == 1, result.output
    assert {address.lower() for address in earshot.suppressed} == {"ann@example.com"}
    for text, done in ((tried.stderr, "would be"), (result.stderr, "is")):
        assert f"1 rejected row says no: its address {done} suppressed all the same." in " ".join(text.split())


def test_a_no_is_kept_that_the_api_refuses_the_row_of(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [
        (200, {"suppressions": [{"outcome": "suppressed"}] * 2}),
        problem(400, "faulty", [{"field": "people[1].name", "reason": "it is odd"}]),
    ]
    result = run(
        *IMPORT, written("mail,out\nann@example.com,x\nben@example.com,x\n"), *EMAIL, "--map", "suppressed=out"
    )
    assert "2 rows read: 1 created, 0 updated, 0 unchanged, 1 rejected." in result.stdout
    assert "1 rejected row says no: its address is suppressed all the same." in " ".join(result.stderr.split())
    assert [path for _, path, *_ in earshot.calls] == ["/v1/suppressions", "/v1/people", "/v1/people"]


def test_a_suppression_without_a_readable_address_is_reported(earshot: FakeEarshot, run: Run) -> None:
    rows = ["ann@,yes", ",yes", "Müller, ben@example.com,yes", "cleo@example.com,no,x", "dan@example.com,"]
    result = run(*IMPORT, written("mail,out\n" + "\n".join(rows) + "\n"), *EMAIL, "--map", "suppressed=out")
    assert (result.exit_code, earshot.suppressed) == (1, {})
    assert "2 rejected rows say no, but their addresses cannot be read" in " ".join(result.stderr.split())


def test_an_address_that_the_api_cannot_suppress_stops_no_import(earshot: FakeEarshot, run: Run) -> None:
    why = [{"field": "suppressions[1].email", "reason": "it has 260 characters; at most 254 are allowed"}]
    earshot.replies = [
        problem(400, "faulty", why),
        (200, {"suppressions": [{"outcome": "suppressed"}]}),
        problem(
            400, "faulty", [{"field": "people[1].email", "reason": "it has 260 characters; at most 254 are allowed"}]
        ),
    ]
    result = run(
        *IMPORT, written("mail,out\nann@example.com,x\nben@example.com,x\n"), *EMAIL, "--map", "suppressed=out"
    )
    assert "2 rows read: 1 created, 0 updated, 0 unchanged, 1 rejected." in result.stdout
    assert "1 rejected row says no, but its address cannot be read" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    "text",
    [
        "person_id,name,email,unsubscribed_at\n1,Ben,ben@example.com,2024-01-02\n2,Cleo,cleo@example.com,2024-01-03\n",
        "ben@example.com\n\ncleo@example.com\n",
        "\ufeffName;E-Mail\nBen;ben@example.com\nCleo;cleo@example.com\nNobody;\n",
    ],
)
def test_an_unsubscribe_list_is_taken_as_it_is_exported(earshot: FakeEarshot, run: Run, text: str) -> None:
    for line in ("2 addresses suppressed, 0 rejected.", "0 addresses suppressed, 2 known before, 0 rejected."):
        result = run("people", "suppress", "--file", written(text), "--reason", "bounced")
        assert (result.exit_code, line in result.stdout) == (0, True), result.output
    assert earshot.suppressed == {"ben@example.com": "bounced", "cleo@example.com": "bounced"}


@pytest.mark.parametrize(
    "text",
    [
        "name,email\nben@home,ben@example.com\n,cleo@example.com\n",
        "Export of the shop\nEmail\nben@example.com\ncleo@example.com\n",
        "id,Email; Contact\n1,ben@example.com\n2,cleo@example.com\n",
        "id|Email\n1|ben@example.com\n2|cleo@example.com\n",
        'note,email\n"said no,\nby phone",ben@example.com\n"a;b;c",cleo@example.com\n',
        "Email\tSince\nben@example.com\t2024, May 1\ncleo@example.com\t2024, May 2\n",
        "E-mail\rben@example.com\rcleo@example.com\r",
    ],
)
def test_no_address_of_a_list_is_passed_over_whatever_else_it_holds(earshot: FakeEarshot, run: Run, text: str) -> None:
    run("people", "suppress", "--file", written(text))
    assert earshot.suppressed == dict.fromkeys(("ben@example.com", "cleo@example.com"), "unsubscribed")


def test_an_address_in_another_column_is_taken_or_reported(earshot: FakeEarshot, run: Run) -> None:
    text = "name,email\n,ben@example.com\ncleo@example.com,\n,dan@example.com\n"
    run("people", "suppress", "--file", written(text))
    assert set(earshot.suppressed) == {"ben@example.com", "cleo@example.com", "dan@example.com"}


def test_a_list_with_an_open_quotation_suppresses_nobody_and_is_reported(earshot: FakeEarshot, run: Run) -> None:
    result = run(
        "people", "suppress", "--file", written('email\nben@example.com\n"cleo@example.com\ndan@example.com\n')
    )
    assert (result.exit_code, "never closed" in result.stderr, earshot.suppressed) == (1, True, {})


def test_a_faulty_address_is_named_and_the_others_are_suppressed(earshot: FakeEarshot, run: Run) -> None:
    result = run("people", "suppress", "@example.com", "ben@example.com")
    assert (result.exit_code, earshot.suppressed) == (1, {"ben@example.com": "unsubscribed"})
    assert "@example.com: it is not a valid email address" in result.stderr
    assert run("people", "suppress").exit_code == 2
    assert run("people", "suppress", "--file", written("name\nBen\n")).exit_code == 2


def known(earshot: FakeEarshot, number: int = 3) -> None:
    for place in range(number):
        earshot.people[f"c-{place:03d}"] = {
            "id": f"c-{place:03d}",
            "email": f"{place}@example.com",
            "name": f"=Ann {place}",
            "properties": {"plan": "pro"},
        }


def test_people_are_listed_as_a_table(earshot: FakeEarshot, run: Run) -> None:
    known(earshot)
    result = run("people", "list", "--limit", "2")
    assert result.exit_code == 0, result.output
    assert re.findall("c-[0-9]+", result.stdout) == ["c-000", "c-001"]
    assert "plan=pro" in result.stdout
    assert earshot.calls[-1] == ("GET", "/v1/people", {"limit": "2"}, None)


def test_all_people_are_read_page_by_page(earshot: FakeEarshot, run: Run) -> None:
    known(earshot, 250)
    lines = run("people", "list", "--limit", "0", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == sorted(earshot.people)
    assert len(earshot.calls) == 3


def test_a_file_of_people_for_a_spreadsheet_holds_no_formula(earshot: FakeEarshot, run: Run) -> None:
    known(earshot, 1)
    (row,) = csv.DictReader(run("people", "list", "--format", "csv").stdout.splitlines())
    assert (row["id"], row["name"], row["account"]) == ("c-000", "'=Ann 0", "")
    assert json.loads(row["properties"]) == {"plan": "pro"}


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (["1@example.com"], {"email": "1@example.com"}),
        (["=ann"], {"name_prefix": "=ann"}),
        (["--id", "c-00"], {"id_prefix": "c-00"}),
    ],
)
def test_people_are_searched_without_a_word_in_the_url(
    earshot: FakeEarshot, run: Run, words: list[str], body: dict[str, str]
) -> None:
    known(earshot)
    result = run("people", "search", *words)
    assert "c-001" in result.stdout
    assert earshot.calls == [("POST", "/v1/people/search", {}, {**body, "limit": 20})]


def test_a_search_for_nobody_and_one_for_nothing(earshot: FakeEarshot, run: Run) -> None:
    result = run("people", "search", "nobody@example.com")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No people found.\n")
    for words in ([], ["ann", "--id", "c"]):
        assert run("people", "search", *words).exit_code == 2


@pytest.mark.parametrize("header", ["", "sender;recipient\n"])
def test_a_list_with_two_addresses_in_a_row_suppresses_neither(earshot: FakeEarshot, run: Run, header: str) -> None:
    text = f"{header}a@example.com;A@example.com\nc@example.com;d@example.com\n"
    result = run("people", "suppress", "--file", written(text))
    assert result.exit_code == 2
    assert f"line {3 if header else 2} holds more than one address" in result.stderr
    assert not earshot.suppressed


def test_an_id_that_pandas_made_a_decimal_is_the_whole_number(earshot: FakeEarshot, run: Run) -> None:
    run(*IMPORT, written("mail,no\nann@example.com,17.0\n"), *EMAIL, "--map", "id=no")
    assert list(earshot.people) == ["17"]
