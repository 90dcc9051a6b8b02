"""How long a page takes to show the question, against the barest form that could ask it, in the same page."""

from statistics import median

from playwright.sync_api import Page

from benchmarks.report import Row, Section

TITLE = "Widget: mounting"
HOW = (
    "In one page of a real browser, in turns: the element with its config at hand is put into the page until its form "
    "is there, and a bare form of eleven radios with labels and a textarea is built the same way, without a style. "
    "Layout is forced after each. Medians of the rounds; parsing the script is not in it."
)
ROUNDS, EACH = 30, 20
MOST = 3.0

# Both sides build what they build; asking for its height then makes the browser lay it out.
_BARE = """() => {
  const form = document.createElement("form");
  for (let score = 0; score < 11; score++) {
    const label = document.createElement("label"), radio = document.createElement("input");
    radio.type = "radio"; radio.name = "score"; radio.value = score;
    label.append(radio, String(score));
    form.append(label);
  }
  form.append(document.createElement("textarea"));
  document.body.append(form);
  return form;
}"""
_OURS = """(config) => {
  const element = document.createElement("earshot-survey");
  element.setAttribute("config", config);
  document.body.append(element);
  return element;
}"""
_ROUND = """async ([config, each]) => {
  const bare = BARE, ours = OURS;
  const time = async (make) => {
    const start = performance.now();
    for (let turn = 0; turn < each; turn++) {
      const made = make(config);
      for (let wait = 0; wait < 9 && made.localName === "earshot-survey" && !made.shadowRoot; wait++) await null;
      if (made.localName === "earshot-survey" && !made.shadowRoot) throw new Error("it did not mount");
      made.offsetHeight;
      made.remove();
    }
    return (performance.now() - start) / each;
  };
  return [await time(bare), await time(ours)];
}""".replace("BARE", _BARE).replace("OURS", _OURS)


def measure(tab: Page, config: str) -> Section:
    """Measure both in turns, in a page that has loaded the widget."""
    tab.evaluate(_ROUND, [config, EACH])
    rounds = [tab.evaluate(_ROUND, [config, EACH]) for _ in range(ROUNDS)]
    bare, ours = (median(times) for times in zip(*rounds, strict=True))
    ratio = ours / bare
    rows = [
        Row(("a bare form", f"{bare:.3f}", "1.0")),
        Row(("the widget", f"{ours:.3f}", f"{ratio:.1f}"), f"≤ {MOST:.0f} ×", ratio <= MOST),
    ]
    return Section(TITLE, ("what", "ms", "× a bare form"), rows, HOW)
