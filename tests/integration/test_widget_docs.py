"""The lines by which a customer's server signs its visitors' ids, run as they stand in docs/widget.md."""

import re
import shutil
import subprocess
import time

import pytest

from earshot.adapters.identity_tokens import IdentityTokens
from earshot.domain.identity_claims import TokenRules, UntrustedTokenError
from tests.integration.template.stack import ROOT

PAGE = (ROOT / "docs/widget.md").read_text(encoding="utf-8")
# As it stands in each language's source, and the id it names: text, and a whole number as it comes from a database.
PERSONS = {'"Änn 17"': "Änn 17", "17": "17"}
# How each language is run from a text, and says what it made of the person and the secret.
LANGUAGES = {
    "python": ("python3", ["-c"], "print(sign({person}, {secret}))"),
    "js": ("node", ["-e"], "console.log(sign({person}, {secret}))"),
    "php": ("php", ["-r"], "echo sign({person}, {secret});"),
    "ruby": ("ruby", ["-e"], "puts sign({person}, {secret})"),
}


@pytest.mark.parametrize("person", PERSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_token_made_as_the_docs_describe_is_accepted(language: str, person: str) -> None:
    program, how, statement = LANGUAGES[language]
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on this machine")
    (lines,) = [block for block in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if "HS256" in block]
    identities = IdentityTokens(lambda: b"key")
    sent = statement.format(person=person, secret=f'"{identities.secret("shop")}"')
    token = subprocess.run(
        [program, *how, f"{lines}\n{sent}"], capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout.strip()
    now = int(time.time() * 1000)
    assert identities.read("shop", TokenRules(), token, now) == PERSONS[person]
    with pytest.raises(UntrustedTokenError, match="this survey's secret"):
        identities.read("other", TokenRules(), token, now)
    with pytest.raises(UntrustedTokenError, match="it expired at"):
        identities.read("shop", TokenRules(), token, now + 2 * 3_600_000)
