// The demo: the widget live in a page, and the score next to it, fetched every second while the page is visible.
"use strict";

window.earshot ||= function () {
  (window.earshot.q ||= []).push(arguments);
};

const place = document.getElementById("place");
const language = document.getElementById("language");
let placement = "inline";

const askInline = () => {
  const element = document.createElement("earshot-survey");
  element.setAttribute("survey", "demo");
  element.setAttribute("placement", "inline");
  place.replaceChildren(element);
};

const ask = () => {
  earshot("hide");
  if (placement === "inline") askInline();
  else earshot("show", { survey: "demo", placement, force: true });
};

// Everything is asked again in the chosen language, also the question in the page.
const speak = () => {
  // Only the widget reads it: all else in the page says that it is English.
  document.documentElement.lang = language.value;
  askInline();
  if (placement !== "inline") ask();
};

const draw = (parent, name, settings, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(settings)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
};

// A number with the sign that belongs to it, not with a hyphen.
const signed = (points) => String(points).replace("-", "−");

// Both drawings are made once and then moved, so that the eye can follow a response.
const gauge = document.getElementById("gauge");
const across = (points) => 10 + ((points + 100) / 200) * 400;
draw(gauge, "rect", { class: "track", x: 10, y: 18, width: 400, height: 12, rx: 6 });
const range = draw(gauge, "rect", { class: "range", x: 210, y: 18, width: 0, height: 12, rx: 6 });
const mark = draw(gauge, "rect", { class: "mark", x: 208, y: 10, width: 5, height: 28, rx: 2 });
const anchors = { "-100": "start", 100: "end" };
for (const points of [-100, -50, 0, 50, 100]) {
  const anchor = anchors[points] || "middle";
  const x = across(points) + (anchor === "start" ? -10 : anchor === "end" ? 10 : 0);
  draw(gauge, "text", { x, y: 56, "text-anchor": anchor }, signed(points));
}

const bars = document.getElementById("bars");
const columns = Array.from({ length: 11 }, (_, score) => {
  const x = 4 + score * 38;
  const group = score > 8 ? "high" : score > 6 ? "middle" : "low";
  draw(bars, "text", { x: x + 16, y: 134, "text-anchor": "middle" }, score);
  return {
    bar: draw(bars, "rect", { class: group, x, y: 114, width: 32, height: 0, rx: 3 }),
    count: draw(bars, "text", { x: x + 16, y: 108, "text-anchor": "middle" }, ""),
  };
});

// Fewer responses than this are too few to say how sure a score is: no bar is drawn.
const FEWEST_DRAWN = 10;

const trend = document.getElementById("trend-chart");
let drawn = "";

const show = ({ nps, responses, interval, histogram, window: { days, to } }) => {
  // Another day is another picture, with or without a new response: the clock of this stack can be moved.
  const state = `${responses}-${to}`;
  if (state !== drawn) {
    drawn = state;
    // Drawn as wide as it is shown, so that its letters have the size they are drawn with.
    trend.src = `/demo/trend.svg?n=${drawn}&width=${trend.clientWidth}`;
  }
  const number = document.getElementById("number");
  const text = responses ? signed(nps) : "–";
  if (number.textContent !== text) number.textContent = text;
  number.classList.toggle("few", responses < 30);
  const most = Math.max(...histogram, 1);
  histogram.forEach((count, score) => {
    const height = (count / most) * 92;
    columns[score].bar.setAttribute("y", 114 - height);
    columns[score].bar.setAttribute("height", height);
    columns[score].count.setAttribute("y", 108 - height);
    columns[score].count.textContent = count || "";
  });
  mark.setAttribute("visibility", responses ? "visible" : "hidden");
  range.setAttribute("visibility", responses < FEWEST_DRAWN ? "hidden" : "visible");
  const words = document.getElementById("words");
  if (!responses) {
    // Earlier responses no longer count in these days; whether there ever were any, this score does not show.
    words.textContent = `No responses in the last ${days} days, so there is no score of them.`;
    return;
  }
  const [low, high] = [interval.low, interval.high].map((points) => signed(Math.round(points)));
  range.setAttribute("x", across(interval.low));
  range.setAttribute("width", across(interval.high) - across(interval.low));
  mark.setAttribute("x", across(nps) - 2.5);
  const people = `${responses} ${responses === 1 ? "response" : "responses"}`;
  const sure = `between ${low} and ${high}, with 95 % confidence`;
  const sentence = `From ${people}: ${responses < FEWEST_DRAWN ? "too few to say how sure the score is" : sure}.`;
  const hint = responses >= FEWEST_DRAWN && responses < 30 ? " Fewer than 30 give only a rough idea." : "";
  words.textContent = sentence + hint;
};

const look = async () => {
  try {
    const reply = await fetch("/demo/score");
    if (reply.ok && document.visibilityState === "visible") show(await reply.json());
  } catch {
    // The stack was stopped; it may come back.
  }
  setTimeout(look, 1000);
};

document.querySelectorAll("[data-placement]").forEach((button) => {
  button.addEventListener("click", () => {
    placement = button.dataset.placement;
    ask();
  });
});
language.addEventListener("change", speak);
speak();
look();
