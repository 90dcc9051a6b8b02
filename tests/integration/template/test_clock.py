"""What is for `make run` alone has no variable in a deployed stack: a clock that moves, a stand-in for a vendor."""

from tests.integration.template.stack import LOCAL_ONLY, ROOT, Stack, source


def test_the_template_knows_no_clock_and_no_stand_in(variant: Stack) -> None:
    for name, function in variant.functions.items():
        assert not LOCAL_ONLY & set(function["Environment"]["Variables"]), name
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert not [variable for variable in LOCAL_ONLY if variable in text]
    assert not [name for name in source()["Parameters"] if "clock" in name.lower()]
