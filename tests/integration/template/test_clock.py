"""The clock of `make run` moves; a deployed stack has none that could be moved, whatever its parameters."""

from tests.integration.template.stack import LOCAL_ONLY, ROOT, Stack, source


def test_the_template_knows_no_clock(variant: Stack) -> None:
    for name, function in variant.functions.items():
        assert LOCAL_ONLY not in function["Environment"]["Variables"], name
    assert LOCAL_ONLY not in (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert not [name for name in source()["Parameters"] if "clock" in name.lower()]
