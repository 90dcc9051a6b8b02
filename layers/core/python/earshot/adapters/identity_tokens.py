"""The visitor that a page names, signed on the customer's server: JSON Web Tokens, HS256 and nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

from earshot.domain.identity_claims import LONGEST_TOKEN, TokenRules, UntrustedTokenError, person_of
from earshot.domain.keyed_hash import keyed_hash

PURPOSE = "identity"
ALGORITHM = "HS256"
# The library checks the signature alone, and `person_of` the claims. The library would refuse a whole number as `sub`
# or `jti` and any `aud`, and compare times with the moment of reading, not that of the question.
SIGNATURE_ALONE = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


class IdentityTokens:
    """Reads tokens under a secret that each survey has of its own, made from one key."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def secret(self, survey: str, generation: int = 1) -> str:
        """Return the secret with which a survey's customer signs: 64 hex digits."""
        return keyed_hash(self._key(), PURPOSE, f"{survey}\n{generation}")

    def read(self, survey: str, rules: TokenRules, token: str, now: int) -> str:
        """Return the person of a token that is good now (Unix milliseconds).

        UntrustedTokenError says why it is not. White space around a token is none of it.
        """
        token = token.strip()
        if len(token) > LONGEST_TOKEN:
            raise UntrustedTokenError(f"it has {len(token)} characters; at most {LONGEST_TOKEN} are allowed")
        return person_of(self._claims(survey, rules, token, now), rules, now // 1000)

    def _claims(self, survey: str, rules: TokenRules, token: str, now: int) -> Mapping[str, Any]:
        """Return the claims of a token signed with the current secret, or with the former one while it is accepted."""
        try:
            return _claims(token, self.secret(survey, rules.generation))
        except WrongSecretError:
            if rules.generation == 1:
                raise
            claims = _claims(token, self.secret(survey, rules.generation - 1))
            if rules.former(now) is not None:
                return claims
            ended = "this survey's former secret, which is no longer valid"
            raise UntrustedTokenError(f"it is signed with {ended}: read the current one") from None


class WrongSecretError(UntrustedTokenError):
    """A token is signed with another secret."""


def _claims(token: str, secret: str) -> Mapping[str, Any]:
    """Return the claims of a token that is signed with the secret."""
    import jwt  # noqa: PLC0415 - most answers come without a token, and start faster without its reader

    options: Any = SIGNATURE_ALONE
    try:
        return jwt.decode(token, secret, algorithms=[ALGORITHM], options=options)
    except jwt.InvalidSignatureError as exc:
        raise WrongSecretError("it is not signed with this survey's secret") from exc
    except jwt.InvalidAlgorithmError as exc:
        raise UntrustedTokenError(f"it is not signed with {ALGORITHM}") from exc
    except (jwt.InvalidTokenError, ValueError) as exc:
        raise UntrustedTokenError("it is not a JSON Web Token (RFC 7519)") from exc
