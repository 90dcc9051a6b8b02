"""A brand as a mail shows it: nothing in it can break out of its place, and text on its color can be read."""

from dataclasses import dataclass

from earshot.domain.brand import check_color, check_logo
from earshot.domain.colors import DEFAULT, text_on
from earshot.languages.texts import cleaned

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class MailBrand:
    """Who asks; the name becomes one line, ValueError for a color or a logo that a survey could not be saved with."""

    name: str
    color: str = DEFAULT
    logo_url: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", cleaned(self.name)[:LONGEST_NAME])
        object.__setattr__(self, "color", check_color(self.color))
        if self.logo_url is not None:
            check_logo(self.logo_url)

    @property
    def text_color(self) -> str:
        """Return the color of text on the brand's color: white if that is readable, else black."""
        return text_on(self.color)
