"""What a respondent page shows, apart from how it looks."""

from dataclasses import dataclass

from earshot.domain.brand import Brand
from earshot.domain.widget import Widget
from earshot.languages.texts import Texts
from earshot.pages.forms import FormFault

NO_BRAND = Brand()
NO_WIDGET = Widget()


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the response page and its thanks show.

    `action` is the page's own path. `current` is the score that counts now; `chosen`, from the link or from a form
    that came back, is preselected instead of it. `comment` is what stood in the box of a form that came back, and
    `fault` what must be fixed in it. `earlier` is the comment that stands, and `earlier_score` the score it was
    written with. `widget` has the survey's own words by band. With `has_contact_box` the page asks whether the person
    wants to be contacted; `contact_requested` if they do.
    """

    texts: Texts
    question: str
    action: str
    brand: Brand = NO_BRAND
    current: int | None = None
    chosen: int | None = None
    comment: str = ""
    fault: FormFault | None = None
    earlier: str = ""
    earlier_score: int | None = None
    widget: Widget = NO_WIDGET
    has_contact_box: bool = False
    contact_requested: bool = False

    @property
    def selected(self) -> int | None:
        """Return the score the page shows: the one chosen just now, else the one that counts."""
        return self.current if self.chosen is None else self.chosen

    @property
    def prefilled(self) -> str:
        """Return the earlier comment for the box, with the score it was written with."""
        return self.earlier if self.fault is None and self.selected == self.earlier_score else ""

    @property
    def earlier_label(self) -> str:
        """Return the words above the earlier comment: which score it was written with."""
        return self.texts.fill(self.texts.earlier_comment, score=str(self.earlier_score))
