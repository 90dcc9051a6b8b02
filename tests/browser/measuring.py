"""Where the words of the ends stand, and what a focus ring runs into, measured in a page."""

# For each end: how far its words begin below its number, whether the next row of numbers is below them, and how far
# they stand from its outer edge.
ENDS = """(root) => {
  const scope = root ? document.querySelector(root).shadowRoot : document;
  const place = (value) => scope.querySelector(`input[value='${value}']`).closest("label").getBoundingClientRect();
  const words = (id) => {
    const range = document.createRange();
    range.selectNodeContents(scope.getElementById(id));
    return range.getBoundingClientRect();
  };
  const [low, high] = [words("low"), words("high")];
  return {
    belowZero: low.top - place(0).bottom,
    belowTen: high.top - place(10).bottom,
    aboveNextRow: place(6).top > place(0).bottom ? place(6).top - low.bottom : 0,
    fromLeft: low.left - place(0).left,
    fromRight: place(10).right - high.right,
    isApart: low.right < high.left || low.bottom <= high.top,
  };
}"""


def stray_ends(measured: dict[str, float]) -> list[str]:
    """Return the names of the measured ends that do not stand at their own end."""
    near = ("belowZero", "belowTen", "fromLeft", "fromRight")
    stray = [name for name in near if not -1 <= measured[name] <= 14]
    return (
        stray
        + [name for name in ("aboveNextRow",) if measured[name] < -0.5]
        + (["isApart"] if not measured["isApart"] else [])
    )


# What cuts the ring of the focused element off or lies over it; the ring is its box with offset and width around it.
RING = """(root) => {
  const scope = root ? document.querySelector(root).shadowRoot : document;
  const one = scope.activeElement;
  const style = getComputedStyle(one);
  const around = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
  const box = one.getBoundingClientRect();
  const [left, top] = [box.left - around, box.top - around];
  const ring = { left, top, right: box.right + around, bottom: box.bottom + around };
  const faults = style.outlineStyle === "none" ? ["no ring"] : [];
  for (let at = one.parentElement; at; at = at.parentElement) {
    const clip = at.getBoundingClientRect();
    const clips = getComputedStyle(at).overflowX !== "visible";
    if (clips && (ring.left < clip.left || ring.top < clip.top || ring.right > clip.right || ring.bottom > clip.bottom))
      faults.push("cut off by " + at.tagName);
  }
  if (ring.left < 0 || ring.right > innerWidth) faults.push("outside the window");
  const close = scope.querySelector(".close")?.getBoundingClientRect();
  if (close && ring.right > close.left && ring.left < close.right && ring.top < close.bottom && ring.bottom > close.top)
    faults.push("under the button that closes");
  return [one.tagName, ...faults];
}"""
