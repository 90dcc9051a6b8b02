"""The values a segment has, for who named one that no response has."""

from difflib import get_close_matches

from earshot_cli.client import Client, survey_path
from earshot_cli.problems import RefusedError
from earshot_cli.screen import note

MOST = 10


def hint_at_values(client: Client, survey: str, segment: str) -> None:
    """Print which values a segment has, if the one named is none of them; nothing to a key that may not know."""
    name, _, value = segment.partition("=")
    try:
        known = client.get(survey_path(survey)).get("values", {}).get(name.strip(), [])
    except RefusedError:
        return
    if value.strip() in known:
        return
    if not known:
        note(f"No response has a value of {name} yet.", "yellow")
        return
    meant = _meant(value.strip(), known)
    others = [each for each in known if each != meant]
    shown = ", ".join([*([meant] if meant else []), *others][:MOST])
    more = f" and {len(known) - MOST:,} more" if len(known) > MOST else ""
    question = f" Did you mean {name}={meant}?" if meant else ""
    note(f"No response has {segment}.{question} The values of {name}: {shown}{more}.", "yellow")


def _meant(value: str, known: list[str]) -> str | None:
    """Return the value that was probably meant: the same in another case, or one like it."""
    folded = {each.casefold(): each for each in known}
    close = get_close_matches(value.casefold(), folded, n=1)
    return folded[close[0]] if close else None
