// The queue of responses not yet delivered. One is unsent, sending, waiting, delivered, refused or given up; every step
// may fail. The map is the truth. Storage holds a copy for the next page; a lock keeps two tabs from sending it at once.

const MOST = 20;
const OLDEST = 6048e5; // 7 days: the server believes no older id, so the response is given up
const LONGEST = 6e4; // browsers let a page leave at most 64 KiB on the wire
const PATIENCE = 3e5;
const HOUR = 36e5;
const LIMIT = 1e4; // an attempt without a result ends, and another way is tried

const entries = { __proto__: null };
let waking;

// A UUID of version 7: made where the question is shown, so a repeat is the same response and ids sort by time.
const newId = () => {
  const bytes = new Uint8Array(16);
  attempt(() => crypto.getRandomValues(bytes));
  let hex = (Math.round(Date.now()) || 0).toString(16).padStart(12, 0);
  for (const byte of bytes) hex += ((byte ^ (Math.random() * 256)) | 256).toString(16).slice(1);
  return hex.replace(/^(.{8})(.{4})(...)(...)(.{12}).*/, "$1-$2-7$3-8$4-$5");
};

// A browser names the type of a body by itself: text, or a form.
const bodyOf = ({ body }) => (body[0] === "{" ? body : new URLSearchParams(body));

// Each way sends an entry, and ends with a status (0: no result), what was wrong, and the seconds to wait.
const WAYS = [
  (entry, end) =>
    fetch(entry.url, {
      __proto__: null, // what a page puts into Object.prototype is no option
      method: "POST",
      body: bodyOf(entry),
      credentials: "omit",
      keepalive: entry.body.length < LONGEST,
    })
      .then(async (reply) => {
        end(reply.status, await reply.text(), reply.headers.get("retry-after"));
      })
      .catch(() => end(0)),
  (entry, end) => {
    const request = new XMLHttpRequest();
    request.onloadend = () => end(request.status, request.responseText);
    request.open("POST", entry.url);
    request.send(bodyOf(entry));
  },
  // Whether a beacon arrived is unknown. It also leaves when the page does.
  (entry, end) => {
    entry.hasLeft = navigator.sendBeacon(entry.url, bodyOf(entry)) && navigator.onLine;
    end(0);
  },
];

// What a worker of the page, a proxy or a network that wants a login sends in the server's place is no result.
const isOurs = (entry, status, text) => entry.body[0] !== "{" || (status < 300 ? /^{"id/ : /urn:earshot/).test(text);

// A late result still counts: an attempt that is over may deliver, only not be followed by another one.
const post = (entry, way = 0) => {
  let isOver;
  const end = (status, text, pause) => {
    if (entries[entry.id] !== entry) return;
    if (/^2|^4(?!08|29)/.test(status)) {
      if (isOurs(entry, status, text)) return settle(entry, status, text);
      status = 0;
    }
    if (isOver) return;
    isOver = true;
    if (status > 0 || !WAYS[way + 1]) wait(entry, pause);
    else post(entry, way + 1);
  };
  try {
    WAYS[way](entry, end);
  } catch {
    end(0);
  }
  if (isOver) return;
  setTimeout(() => end(0), LIMIT);
  clearTimeout(entry.timer);
  entry.timer = 0;
  entry.due = Date.now() + 3 * LIMIT;
};

// An entry of another page has no listener; `attempt` accepts that as well.
const tellOf = (entry, status) => setTimeout(() => attempt(() => entry.hear(status)));

const settle = (entry, status, text) => {
  delete entries[entry.id];
  clearTimeout(entry.timer);
  save(entry);
  if (status > 299 && entry.body[0] === "{") warn(status, entry.url, text);
  tellOf(entry, status);
};

const wait = (entry, pause) => {
  // Counted, since a clock may be set right meanwhile: some seven days at the slowest pace, then it is given up, silently.
  if (entry.tries > 2500) delete entries[entry.id];
  else {
    const backoff = Math.min(PATIENCE, 1e3 * 2 ** ++entry.tries) * (0.5 + Math.random() / 2);
    const rest = Math.min(HOUR, Math.max(1e3 * pause || 0, backoff)) || LIMIT;
    entry.due = Date.now() + rest;
    entry.timer = setTimeout(() => post(entry), rest);
    if (!entry.hasLeft) tellOf(entry);
  }
  save(entry);
};

// A later word about the same response takes the place of an earlier one: the complete response, of the partial.
// `hear` is called with the status of what is settled, and without one while the entry waits.
const enqueue = (id, url, body, hear, born = Date.now()) => {
  clearTimeout(entries[id]?.timer);
  const entry = { __proto__: null, id, url, body, hear, born, tries: 0 };
  return (entries[id] = entry);
};

const stored = () =>
  recall("queue", []).filter((entry) => entry?.url?.trim && entry.body?.trim && Math.abs(Date.now() - entry.born) < OLDEST);

// Nothing newer of the same id is touched: another tab may have sent it since.
const save = (gone) => {
  const kept = { __proto__: null };
  for (const entry of stored()) if (entry.id !== gone?.id || entry.body !== gone.body) kept[entry.id] = entry;
  for (const id in entries) kept[id]?.born > entries[id].born || (kept[id] = entries[id]);
  remember("queue", Object.values(kept).slice(-MOST));
};

// Sends what other pages left, once it is due; twice does no harm.
const adopt = () => {
  let next = HOUR;
  for (const { id, url, body, born, due } of stored()) {
    const rest = entries[id] ? HOUR : due - Date.now();
    if (rest > 0 && rest <= HOUR) next = Math.min(next, rest);
    else post(enqueue(id, url, body, null, born));
  }
  save();
  clearTimeout(waking);
  waking = setTimeout(flush, next + 1e3);
};

const flush = () => {
  setTimeout(() => attempt(adopt), 1e3);
  attempt(() => navigator.locks.request("earshot", adopt).catch(() => {}));
};

addEventListener("online", () => {
  for (const id in entries) entries[id].timer && post(entries[id]);
  flush();
});

// What is on its way when the page is left goes with the browser, once.
const leave = () => {
  for (const id in entries) entries[id].hasLeft || attempt(() => WAYS[2](entries[id], () => {}));
};

// A score that was chosen and not sent: what the browser does not take is sent like anything else.
const leaveBehind = (...request) => {
  const entry = enqueue(...request);
  leave();
  if (entry.hasLeft) entry.due = entry.born + PATIENCE;
  else post(entry);
  save();
};
