"""What browsers withhold and host pages break, each as a script that runs before the widget."""

# A day of waiting passes in an hour and a quarter: time runs twenty times as fast in the page.
FAST = """
(() => {
  const { now } = Date, later = setTimeout, begun = now(), factor = 20;
  window.setTimeout = (act, rest, ...given) => later(act, (rest || 0) / factor, ...given);
  Date.now = () => begun + (now() - begun) * factor;
})();
"""
STORAGE = {
    "throws on access": """
Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } });
""",
    "throws on write": "Storage.prototype.setItem = () => { throw new Error('no') };",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') };",
    "silent": "Storage.prototype.setItem = () => {};",
    "cleared meanwhile": "setInterval(() => localStorage.clear(), 5);",
    "rubbish inside": """
const rubbish = ['{"a":1}', '[object Object]', '[null,5,{"url":5,"body":{}},{"id":"x"}]', '"text"', "5", "[[]]"];
rubbish.forEach((value, index) => localStorage.setItem(index ? "earshot.queue" : "earshot.device", value));
localStorage.setItem("earshot.queue", rubbish[Math.floor(Math.random() * rubbish.length)]);
localStorage.setItem("earshot.survey.demo", '{"id":5,"shown":"now","done":false,"asked":"never"}');
""",
}
LOCKS = {
    "missing": "Object.defineProperty(navigator, 'locks', { value: undefined });",
    "reject": "LockManager.prototype.request = () => Promise.reject(new DOMException('', 'SecurityError'));",
    "never granted": "LockManager.prototype.request = () => new Promise(() => {});",
}
# The config comes by fetch as well, and without it there is no question: only posts meet these.
POSTING = """
(() => {
  const real = fetch;
  window.fetch = (url, options = {}) => (options.method === "POST" ? POST : real(url, options));
})();
"""
FETCH = {
    "missing": "addEventListener('input', () => { delete window.fetch; window.fetch = undefined }, true);",
    "throws": POSTING.replace("POST :", "(() => { throw new TypeError('patched') })() :"),
    "no keepalive": POSTING.replace("POST :", "real(url, { ...options, keepalive: false }) :"),
    "never answers": POSTING.replace("POST :", "new Promise(() => {}) :"),
}
BEACON = {
    "missing": "Object.defineProperty(navigator, 'sendBeacon', { value: undefined });",
    "false": "Navigator.prototype.sendBeacon = () => false;",
}
RANDOM = {
    "missing": "Object.defineProperty(window, 'crypto', { value: undefined });",
    "throws": "Crypto.prototype.getRandomValues = () => { throw new Error('no entropy') };",
}
SUBMIT = {
    "never": """
(() => {
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (name, ...rest) {
    if (name !== "submit") listen.call(this, name, ...rest);
  };
})();
"""
}
KINDS = {
    "storage": STORAGE,
    "locks": LOCKS,
    "fetch": FETCH,
    "beacon": BEACON,
    "random": RANDOM,
    "submit": SUBMIT,
}
# Libraries that old shops still load, as they change what is built in.
PROTOTYPE_JS = """
(() => {
  const asText = (value) => JSON.stringify(value);
  Array.prototype.toJSON = function () { return "[" + this.map(asText).join(", ") + "]" };
  String.prototype.toJSON = function () { return '"' + this + '"' };
  Array.from = (given) => {
    if (!given) return [];
    let left = given.length || 0;
    const made = new Array(left);
    while (left--) made[left] = given[left];
    return made;
  };
  Object.keys = (given) => { const names = []; for (const name in given) names.push(name); return names };
  Array.prototype.reduce = function () { return this.length > 1 ? this : this[0] };
})();
"""
POLLUTED = """
Object.prototype.toJSON = function () { return "x" };
Object.prototype.signal = "x";
Object.prototype.evil = function () { return 1 };
Object.prototype.plan = { tier: "pro" };
"""
# Each name that the widget looks up on something of its own.
OUR_NAMES = """
for (const name of ["action", "box", "comment", "config", "contact", "contact_requested", "done", "due", "earlier",
  "email", "final", "force", "forced", "handle", "hasLeft", "hear", "link", "partials", "quiet", "run", "score",
  "seconds", "sent", "survey", "timer", "touched", "tracked"]) Object.prototype[name] = function () { return name };
"""
# Names that pages give to things of their own, in scripts that every other script shares.
TAKEN_NAMES = """
function Map() { this.elements = []; this.put = function (name, value) { this.elements.push([name, value]) } }
class Set { constructor(place) { this.place = place.id } }
var URL = "/api", CSS = { main: "site.css" };
window.Promise = function () {};
"""
BARE_TIMERS = "{ const later = setTimeout; window.setTimeout = (act, rest) => later(() => act(), rest) }"
# Wrappers that look at, or add to, what every request of the page carries.
WRAPPED_FETCH = """
{
  const real = fetch;
  window.fetch = (url, options = {}) => {
    if (options.hasOwnProperty("body") && !options.body) delete options.body;
    return real(url, options);
  };
}
"""
OLD_SAFARI = """
window.CSSStyleSheet = function () { throw new TypeError("Illegal constructor") };
window.CustomEvent = function () { throw new TypeError("Illegal constructor") };
"""
# What a worker of the page, a proxy or a network that wants a login replies in the server's place.
STRANGERS = {
    "a page": "'<!doctype html><h1>Offline</h1>', { headers: { 'content-type': 'text/html' } }",
    "a word": "'offline'",
    "nothing": "null",
    "a queue of its own": """'{"queued": true}', { status: 202, headers: { 'content-type': 'application/json' } }""",
    "a page that is not found": "'<h1>Offline</h1>', { status: 404, headers: { 'content-type': 'text/html' } }",
    "a ban": "'Blocked', { status: 403 }",
    "a gateway's refusal": """'{"message": "No"}', { status: 413, headers: { 'content-type': 'application/json' } }""",
}
WORKER = """
let isOffline = true;
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", () => (isOffline = false));
addEventListener("fetch", (event) => {
  const page = () => new Response(ANSWER);
  if (isOffline && event.request.method === "POST") event.respondWith(page());
});
"""
MOOTOOLS = """
Array.from = (given) => (typeof given?.length === "number" ? Array.prototype.slice.call(given) : [given]);
Function.prototype.toJSON = Object.prototype.toJSON = function () { return null };
JSON.stringify = () => "{}";
"""
