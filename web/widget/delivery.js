// Delivery: an answer stays in the queue until the server has it, under the id it was given when it was shown.

const MOST = 20;
const OLDEST = 6048e5; // 7 days: the server believes no older id
const LONGEST = 6e4; // browsers let a page leave at most 64 KiB on the wire
const PATIENCE = 3e5;

const refused = new Set();
let waking;

// A UUID of version 7: made where the question is shown, so a repeat is the same answer and ids sort by time.
const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i++) bytes[i] = (now / 2 ** (40 - 8 * i)) & 255;
  bytes[6] = (bytes[6] & 15) | 112;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => (byte + 256).toString(16).slice(1)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

const queued = () => recall("queue", []).filter((entry) => Date.now() - entry.born < OLDEST);

// A later word about the same answer takes the place of an earlier one: the complete answer, of the partial.
const enqueue = (id, url, body, type) => {
  const entry = { id, url, body, type, born: Date.now(), tries: 0, due: 0 };
  remember("queue", [...queued().filter((other) => other.id !== id), entry].slice(-MOST));
};

// Nothing of a newer entry of the same id is touched: it may have come while this one was under way.
const settle = (entry, change) => {
  const same = (other) => other.id === entry.id && other.body === entry.body;
  remember("queue", queued().flatMap((other) => (same(other) ? change || [] : other)));
};

const post = async (entry) => {
  let wait = 0;
  try {
    const answer = await fetch(entry.url, {
      method: "POST",
      body: entry.body,
      headers: { "content-type": entry.type },
      credentials: "omit",
      keepalive: entry.body.length < LONGEST,
    });
    const again = answer.status === 408 || answer.status === 429 || answer.status > 499;
    if (!again) {
      settle(entry);
      if (!answer.ok) refused.add(entry.id);
      return;
    }
    wait = 1e3 * (answer.headers.get("retry-after") || 0);
  } catch {
    // No network: it is tried again like a busy server.
  }
  const tries = entry.tries + 1;
  const backoff = Math.min(PATIENCE, 1e3 * 2 ** tries) * (0.5 + Math.random() / 2);
  settle(entry, { ...entry, tries, due: Date.now() + Math.max(wait, backoff) });
};

const deliver = async () => {
  for (const entry of queued()) if (entry.due <= Date.now()) await post(entry);
  const next = Math.min(...queued().map((entry) => entry.due));
  clearTimeout(waking);
  if (next < Infinity) waking = setTimeout(flush, Math.max(next - Date.now(), 1e3));
};

// One tab at a time, where the browser can tell; where not, the server knows the id.
const flush = () => (navigator.locks ? navigator.locks.request("earshot", deliver) : deliver()).catch(() => {});

addEventListener("online", () => {
  remember("queue", queued().map((entry) => ({ ...entry, due: 0 })));
  flush();
});

// Leaves what was said so far with the browser, which delivers it after the page is gone.
const leave = (id, url, body) => {
  enqueue(id, url, body, "text/plain");
  navigator.sendBeacon?.(url, new Blob([body], { type: "text/plain" }));
};
