// What a device remembers, the queue of responses (queue.js) too. Storage may be forbidden, full, emptied or hold
// rubbish: then the memory of this page has to do.

const memory = { __proto__: null };

// Host pages patch toJSON and worse, so JSON is written here; `value` holds plain objects, arrays, text, numbers.
const json = (value) => {
  if (typeof value === "string") {
    const escaped = (sign) => "\\u" + (65536 + sign.charCodeAt(0)).toString(16).slice(1);
    return '"' + value.replace(/["\\]/g, "\\$&").replace(/[\0-\x1f\ud800-\udfff]/gu, escaped) + '"';
  }
  if (!value || typeof value !== "object") return "" + value;
  if (Array.isArray(value)) return "[" + value.map((one) => json(one)).join() + "]";
  const names = Object.keys(value).filter((name) => /^[^fu]/.test(typeof value[name])); // no function, nothing undefined
  return "{" + names.map((name) => json(name) + ":" + json(value[name])).join() + "}";
};

// Returns what is kept under a name if it is of the same kind as `otherwise`: another tab may have written it since.
const recall = (name, otherwise) => {
  const [mine, isKept = true] = memory[name] || [];
  const kept = isKept && attempt(() => JSON.parse(localStorage.getItem("earshot." + name)));
  return kept?.constructor === otherwise.constructor ? kept : mine ?? otherwise;
};

// Storage that takes a value and does not hold it afterwards is not asked for that value again.
const remember = (name, value) => {
  const isKept = attempt(() => {
    const text = json(value);
    localStorage.setItem("earshot." + name, text);
    return localStorage.getItem("earshot." + name) === text;
  });
  memory[name] = [value, !!isKept];
};

// What only a developer reads: a code, what it is about, and where docs explain it. Each line is written once.
const warn = (code, about, text) => {
  const { detail = "" } = attempt(() => JSON.parse(text)) || {};
  const line = `[earshot] ${code} ${about} ${detail} docs/widget.md#${code}`;
  if (!memory[line]) attempt(() => console.warn(line));
  memory[line] = [];
};
