"""What the init bench takes a function's init to be."""

from benchmarks.init_subject import functions, made_by, subject_of


def test_every_maker_is_called_once_and_nothing_else() -> None:
    source = (
        "bootstrap.people(); bootstrap.people(); bootstrap.now(); bootstrap_mail.draw(); bootstrap.queue('Q').put(1)"
    )
    assert made_by(source) == {"bootstrap.people()", "bootstrap.queue('Q')"}


def test_what_needs_the_network_is_only_imported() -> None:
    assert made_by("bootstrap.composer()") == {"import earshot.emails.composer"}


def test_a_maker_is_found_whatever_is_done_with_it() -> None:
    assert made_by("bootstrap_mail.account().allowance()") == {"bootstrap_mail.account()"}


def test_every_function_has_a_program_that_can_be_read() -> None:
    for name in functions():
        compile(subject_of(name).code, name, "exec")
