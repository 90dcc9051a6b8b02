// Targeting: whether, where and when to ask, decided on the device from one cached reply of the server.

const configOf = async (element) => {
  const own = element.getAttribute("config");
  // Only Earshot's own pages carry their question with them.
  if (own && location.origin === BASE) return JSON.parse(own);
  const language = element.lang || document.documentElement.lang || navigator.language;
  // Without options: pages wrap fetch, and some wrappers break on what does not inherit from their objects.
  const reply = await fetch(`${urlOf(element)}?lang=${encodeURIComponent(language)}`);
  if (!reply.ok) return warn(reply.status, urlOf(element), await reply.text());
  const config = { __proto__: null, ...(await reply.json()) };
  if (!/^https:\/\//.test(config.link?.url)) config.link = null;
  return config;
};

const urlOf = (element) => `${BASE}/v1/surveys/${encodeURIComponent(element.getAttribute("survey"))}/widget`;

const hashOf = (text) => {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  return hash >>> 0;
};

// A person draws the same number for a survey on every device, and a device the same however often it looks.
const drawOf = (survey) => {
  const device = recall("device", "") || newId();
  remember("device", device);
  return hashOf(`${whoOf(identity) || device} ${survey}`) / 2 ** 32;
};

// Only stars are special: between the ends of a line, the parts of a glob follow each other. One pass over the address.
const matches = (glob, here) => {
  let at = 0;
  const follows = (part) => {
    const found = `\n${here}\n`.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  };
  return `\n${glob}\n`.split("*").every(follows);
};

// Of the part after the # only a glob that has one knows; where it is the route, a query before it is none of it.
const fits = ({ forced, placement, config }) => {
  const urls = config?.targeting?.urls || [];
  const { pathname, search, hash } = location;
  const isHere = (glob) => (/#/.test(glob) ? [search + hash, hash] : [search]).some((rest) => matches(glob, pathname + rest));
  return forced || placement === "inline" || !urls.length || urls.some(isHere);
};

// What is waited for needs no promise, which pages replace with their own.
const sleep = (milliseconds) => ({ then: (done) => setTimeout(done, milliseconds) });

const scrolled = (percent) => ({
  then: (done) => {
    const seen = () => {
      const { scrollHeight, clientHeight } = document.documentElement;
      const way = scrollHeight - clientHeight;
      if (way <= 0 || (100 * scrollY) / way >= percent) removeEventListener("scroll", seen), done();
    };
    addEventListener("scroll", seen, { passive: true });
    seen();
  },
});

const report = (element, event) =>
  fetch(urlOf(element), {
    __proto__: null,
    method: "POST",
    body: json({ token: identity.token, event: event || undefined, id: element.key }),
    credentials: "omit",
    keepalive: true,
  });

// The server keeps which response a person was shown, as it may come when the token is over; and through it the person's
// other devices hear of what came by itself, or was closed.
const note = (element, event) => identity.token && report(element, event).catch(() => {});

// Of a person known by a signed token the server says whether their quiet period is over, on any device.
const isQuiet = async (element) => {
  if (!identity.token) return;
  if (Date.now() < element.quiet) return true;
  const reply = await report(element);
  const ask = reply.ok ? (await reply.json()).ask : warn(reply.status, urlOf(element), await reply.text());
  // A person who moves through many routes is not looked up on each.
  return (element.quiet = !ask && Date.now() + 6e4);
};

// While something of the page wants all attention, nothing of ours lies over it, or under it where it cannot be reached:
// a dialog, a popover, or a layer over the whole window that holds the lesser part of the page, whatever it calls itself.
const isCovered = (element) => {
  const [x, y] = [innerWidth, innerHeight];
  const count = (root) => root.querySelectorAll("*").length;
  const isModal = (node) => {
    if (!node) return false;
    const { position, zIndex } = getComputedStyle(node);
    const isLarge = node.offsetWidth > x * 0.9 && node.offsetHeight > y * 0.9;
    const isLayer = position === "fixed" && zIndex > 0 && isLarge && 2 * count(node) < count(document);
    return isLayer || node.matches(":is(dialog,[aria-modal=true],:popover-open)") || isModal(node.parentElement);
  };
  const isHeld = ([left, top]) => isModal(document.elementsFromPoint(left, top).find((node) => !elements.includes(node)));
  return (
    document.fullscreenElement?.contains(element) === false ||
    element.closest("[inert],[aria-hidden=true]") ||
    [[24, y - 24], [x - 24, y - 24], [x / 2, y / 2]].some(isHeld)
  );
};

// Other boxes in the way of this one; a tab at the edge is only in that of another tab.
const othersOf = (element) =>
  elements.filter(
    (other) => other !== element && other.isFloating && other.box && (!other.box.hidden || element.placement === "tab"),
  );

// One box at a time, and none in a window that is not visible.
const isBusy = (element) =>
  element.isFloating && (document.hidden || (!element.forced && othersOf(element).length) || isCovered(element));

// A question that is part of the page, or that a person opens, is asked; one that comes by itself keeps to the rules.
const mayAsk = async (element, isWanted) => {
  const { delay, scroll } = element.config.targeting || {};
  const holds = () => isWanted() && fits(element) && !element.rests;
  if (!holds()) return;
  if (element.isAutomatic) {
    await sleep(delay * 1e3);
    if (scroll) await scrolled(scroll);
    if (!holds() || (await isQuiet(element))) return;
  }
  await load();
  while (holds() && isBusy(element)) await sleep(300);
  return holds();
};
