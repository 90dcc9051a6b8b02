// The loader: one instance for a page and a script's host, and the commands of window.earshot and window.delighted.

const attempt = (act) => {
  try {
    return act();
  } catch {
    // The page around us never hears of our troubles.
  }
};

// By its getter: an element of the page that is named currentScript would stand before it.
const current = Reflect.get(Document.prototype, "currentScript", document);
// Responses and tokens go to the server that the script came from, and nowhere else. A module knows it by an error's place.
const BASE = (current?.src || Error().stack)?.match(/https?:\/\/[^/]+/)?.[0] || location.origin;
const tag = { __proto__: null, ...(current || document.querySelector("script[data-survey]"))?.dataset };
const INSTANCE = "earshot " + BASE;
// All parts are one function: what comes again (a second tag, a Turbo visit) hands its tag over and ends here.
if (window[INSTANCE]) return window[INSTANCE](tag);

const listeners = [];
let elements = [];
const tags = { __proto__: null };
let identity = { __proto__: null };
let usual;
let TAG = "earshot-survey";

// The person a page says is there, as far as a browser can tell: by the token, else by the unsigned address.
const whoOf = ({ token, email }) => {
  const named = token && attempt(() => JSON.parse(atob(token.split(".")[1].replace(/[-_]/g, (it) => (it > "9" ? "/" : "+")))).sub);
  return "" + ((named ?? token) || email || "");
};

const look = () => attempt(() => elements.forEach((element) => element.look()));

const commands = {
  __proto__: null,

  // What one person began is theirs: who comes after them, signed or not, starts with a question of their own.
  // Only who signs in with the question half answered goes on with it.
  identify: (given) => {
    const next = { __proto__: null, ...(typeof given === "string" ? { token: given } : given) };
    const [before, who] = [identity, next].map(whoOf);
    if (before !== who) elements.forEach((element) => (before || !element.touched ? element.drop() : element.adopt(who)));
    identity = next;
    look();
  },

  show: (given) => {
    const { survey = usual, placement = tags[survey]?.placement, force } = given || {};
    if (!survey) return;
    let element = elements.find((one) => one.hasAttribute("made") && one.getAttribute("survey") === survey);
    if (element?.sent) element = element.remove();
    const made = element || document.createElement(TAG);
    made.setAttribute("survey", survey);
    made.setAttribute("made", "");
    if (placement) made.setAttribute("placement", placement);
    if (force) made.run = null;
    made.forced ||= force;
    if (element) made.consider();
    else (document.body || document.documentElement).append(made);
  },

  on: (name, hear) => listeners.push([name, hear]),
  hide: () => elements.forEach((element) => element.hasAttribute("made") && element.remove()),

  // Pages written for Delighted say who is there and ask in one call; an address without a signature stays a label.
  survey: (given) => {
    if (given) commands.identify(given);
    commands.show({ force: given?.forceDisplay });
  },
};

const earshot = (name, ...rest) => attempt(() => commands[name](...rest));
// The page's snippet pushes what is called onto this queue.
const call = (entry) => earshot(...entry);
earshot.q = { push: call };

// Every tag of this host comes here, and again each time it is evaluated.
const arrive = (data) => {
  const { survey } = data;
  if (survey) tags[(usual = survey)] = data;
  // What was called before the script came is done now.
  const calls = window.earshot?.q || [];
  if (calls.map) {
    window.earshot = earshot;
    calls.forEach(call);
  }
  // Delighted's snippet is an array whose methods push their names and arguments onto it.
  const older = (window.delighted ||= { survey: (given) => earshot("survey", given) });
  if (older.splice) {
    older.push = ([name, ...rest]) => name === "survey" && call([name, ...rest.flat()]);
    older.splice(0).forEach(older.push);
  }
  if (survey && !("manual" in data)) earshot("show", { survey });
  flush();
};

const begin = () => {
  window[INSTANCE] = (data) => void attempt(() => arrive(data));
  // Another host's script may have been here first: its element asks its own server.
  if (customElements.get(TAG)) TAG += "-" + hashOf(BASE);
  customElements.define(TAG, EarshotSurvey);
  // Single page applications change the address without loading a page.
  const wrap = (name) => {
    const own = history[name];
    history[name] = (...rest) => {
      own.apply(history, rest);
      look();
    };
  };
  for (const name of ["pushState", "replaceState"]) attempt(() => wrap(name));
  addEventListener("popstate", look);
  // Where a page intercepts its navigations, nothing else reports them.
  attempt(() => navigation.addEventListener("currententrychange", look));
  addEventListener("storage", ({ key }) => elements.forEach((element) => element.elsewhere(key)));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    leave();
    elements.forEach((element) => element.leave());
  });
  // F6 goes into the question, wherever on the page it is; inside it, F6 is the browser's again.
  addEventListener("keydown", (event) => {
    const element = event.key === "F6" && elements.find((one) => one.isFloating && one.box && !one.hidden);
    if (!element) return;
    event.preventDefault();
    element.before = document.activeElement;
    element.enter();
  });
  arrive(tag);
};
