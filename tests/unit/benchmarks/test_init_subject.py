"""What the init bench takes a function's init to be."""

import ast
import re

from benchmarks.init_subject import VARIABLES, functions, made_by, subject_of
from tests.integration.template.stack import ROOT


def test_every_maker_is_called_once_and_nothing_else() -> None:
    source = "bootstrap.people(); bootstrap.people(); bootstrap.now(); bootstrap.draw(); bootstrap.queue('Q').put(1)"
    assert made_by(source) == {"bootstrap.people()", "bootstrap.queue('Q')"}


def test_a_maker_that_takes_what_a_message_decides_is_given_something() -> None:
    assert made_by("bootstrap.queue(queue.setting).hurry(1)") == {"bootstrap.queue('EARSHOT_RESPONSE_QUEUE')"}


def test_no_call_needs_what_only_a_handler_has() -> None:
    for name in functions():
        made = made_by((ROOT / f"functions/{name}/app.py").read_text(encoding="utf-8"))
        names = {node.id for call in made for node in ast.walk(ast.parse(call)) if isinstance(node, ast.Name)}
        assert names <= {"bootstrap"}, name


def test_what_needs_the_network_is_only_imported() -> None:
    assert made_by("bootstrap.composer()") == {"import earshot.emails.composer"}


def test_a_maker_that_is_handed_over_is_called() -> None:
    assert made_by("serve(event, keys=bootstrap.api_keys, now=bootstrap.now)") == {"bootstrap.api_keys()"}


def test_a_maker_is_found_whatever_is_done_with_it() -> None:
    assert made_by("bootstrap.mail_account().allowance()") == {"bootstrap.mail_account()"}


def test_every_function_has_a_program_that_can_be_read() -> None:
    for name in functions():
        compile(subject_of(name).code, name, "exec")


def test_every_variable_of_the_template_is_set() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    wanted = set(re.findall(r"^ +(EARSHOT_\w+):", template, re.MULTILINE))
    assert wanted <= VARIABLES.keys()


def test_what_a_factory_of_dependencies_makes_is_made_without_it() -> None:
    made = made_by("bootstrap.send_invitation_deps(context.time_left, noted=print)")
    assert "bootstrap.mailer()" in made
    assert "import earshot.emails.composer" in made
    assert not any("_deps" in call for call in made)
