"""The settings of `make run`, and its reply to nonsense."""

from pathlib import Path

import pytest

from earshot_cli.local.errors import LocalStackError
from earshot_cli.local.settings import ROOT, Settings
from earshot_cli.local.strictness import Strictness


def test_without_variables_it_is_port_8080_no_crm_and_the_folder_in_the_project() -> None:
    settings = Settings.from_env({})
    assert (settings.port, settings.crm_url) == (8080, "")
    assert settings.connection == ROOT / ".local" / "earshot.json"
    assert settings.clock == ROOT / ".local" / "clock"
    assert settings.template == ROOT / "template.yaml"


def test_variables_are_heard(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"EARSHOT_PORT": "0", "EARSHOT_CRM_URL": "http://127.0.0.1:9/x", "EARSHOT_LOCAL_DIR": str(tmp_path)}
    )
    assert (settings.port, settings.crm_url, settings.local_dir) == (0, "http://127.0.0.1:9/x", tmp_path)


@pytest.mark.parametrize("port", ["http", "-1", "65536", "80 80", "٣"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(LocalStackError, match="EARSHOT_PORT"):
        Settings.from_env({"EARSHOT_PORT": port})


@pytest.mark.parametrize("url", ["http://crm.example", "ftp://127.0.0.1", "http://127.0.0.1.crm.example", "crm"])
def test_a_crm_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(LocalStackError, match="EARSHOT_CRM_URL"):
        Settings.from_env({"EARSHOT_CRM_URL": url})


@pytest.mark.parametrize("name", ["EARSHOT_SLACK_API", "EARSHOT_HUBSPOT_API"])
@pytest.mark.parametrize(
    "url",
    [
        *("https://slack.example/api", "http://10.0.0.1:9000", "http://127.0.0.1.x.example:9000", "http://[::1]:9000"),
        *(
            "http://127.0.0.1",
            "http://localhost:9000/",
            "localhost:9000",
            "http://127.0.0.1:9000/a b",
            "http://127.0.0.1:٣",
        ),
    ],
)
def test_what_stands_in_for_a_vendor_is_on_this_machine(name: str, url: str) -> None:
    with pytest.raises(LocalStackError, match=name):
        Settings.from_env({name: url})


def test_stand_ins_for_vendors_are_heard() -> None:
    given = {"EARSHOT_SLACK_API": "http://127.0.0.1:9000/api", "EARSHOT_HUBSPOT_API": "http://localhost:9001"}
    settings = Settings.from_env(given)
    assert (settings.slack_api, settings.hubspot_api) == tuple(given.values())
    assert (Settings.from_env({}).slack_api, Settings.from_env({}).hubspot_api) == ("", "")


def test_roles_and_limits_are_enforced_on_request() -> None:
    assert not Settings.from_env({}).enforce_roles
    assert not Settings.from_env({}).enforce_limits
    assert Settings.from_env({"EARSHOT_ROLES": "enforced"}).enforce_roles
    assert Settings.from_env({"EARSHOT_LIMITS": "enforced"}).enforce_limits


@pytest.mark.parametrize("name", ["EARSHOT_ROLES", "EARSHOT_LIMITS"])
def test_another_word_for_them_is_refused(name: str) -> None:
    with pytest.raises(LocalStackError, match=f"{name} is 'yes'"):
        Settings.from_env({name: "yes"})


def test_what_is_to_be_harder_is_named() -> None:
    assert Settings.from_env({"EARSHOT_STRICT": "concurrency=10"}).strictness == Strictness(concurrency=10)
    with pytest.raises(LocalStackError, match="EARSHOT_STRICT has 'conflicts=yes'; it must be"):
        Settings.from_env({"EARSHOT_STRICT": "conflicts=yes"})


def test_names_of_the_gateway_are_heard() -> None:
    assert Settings.from_env({}).hosts == frozenset()
    hosts = Settings.from_env({"EARSHOT_HOSTS": "Phone.local, x1.tunnel.example  192.168.0.7"}).hosts
    assert hosts == {"phone.local", "x1.tunnel.example", "192.168.0.7"}


@pytest.mark.parametrize("hosts", ["https://x.example", "x.example:80", "*", "*.example", "-x", "x/y", "ü.example"])
def test_a_name_that_is_none_is_refused(hosts: str) -> None:
    with pytest.raises(LocalStackError, match="EARSHOT_HOSTS names"):
        Settings.from_env({"EARSHOT_HOSTS": hosts})


def test_the_demo_is_left_out_by_one_word_and_any_other_is_refused() -> None:
    assert (Settings.from_env({}).has_demo, Settings.from_env({"EARSHOT_DEMO": "off"}).has_demo) == (True, False)
    with pytest.raises(LocalStackError, match="EARSHOT_DEMO is 'no'"):
        Settings.from_env({"EARSHOT_DEMO": "no"})
