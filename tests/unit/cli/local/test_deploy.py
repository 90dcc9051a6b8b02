"""A deployment of the local stack keeps what a restore set: it must not lead back to the old table without a word."""

from typing import Any

from earshot_cli.local.deploy import KEPT, _given, _kept
from earshot_cli.local.template import Template


def stack(**parameters: str) -> dict[str, Any]:
    return {"Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]}


def template(*parameters: str) -> Template:
    return Template({"Parameters": {name: {} for name in parameters}, "Resources": {}}, {"Stage": "local"}, ())


def test_the_parameters_of_a_restore_are_kept_and_others_are_those_of_the_template() -> None:
    there = stack(Stage="local", MailFrom="x@example.com", RestoredTable="restored", Consumers="off")
    new = template("Stage", "MailFrom", *KEPT)
    assert list(_given(new)) == [{"ParameterKey": "Stage", "ParameterValue": "local"}]
    assert list(_kept(there, new)) == [
        {"ParameterKey": "Consumers", "UsePreviousValue": True},
        {"ParameterKey": "RestoredTable", "UsePreviousValue": True},
    ]


def test_a_first_deployment_or_another_template_has_nothing_to_keep() -> None:
    assert list(_kept(None, template(*KEPT))) == []
    assert list(_kept(stack(RestoredTable="restored"), template("Stage"))) == []
