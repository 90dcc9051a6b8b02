// Targeting: whether, where and when to ask, decided on the device from one cached answer of the server.

const baseOf = (element) => element.getAttribute("src") || BASE;

const configOf = async (element) => {
  const language = element.lang || document.documentElement.lang || navigator.language;
  const path = `/v1/surveys/${encodeURIComponent(element.getAttribute("survey"))}/widget`;
  const answer = await fetch(`${baseOf(element)}${path}?lang=${encodeURIComponent(language)}`, { __proto__: null, credentials: "omit" });
  if (answer.ok) return answer.json();
  warn(answer.status, path, await answer.text());
  return {};
};

// The same device draws the same number for a survey, however often it looks.
const drawOf = (survey) => {
  const device = recall("device", "") || newId();
  remember("device", device);
  let hash = 2166136261;
  for (const letter of survey + (identity.token || device)) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  return (hash >>> 0) / 2 ** 32;
};

const fits = (globs) => {
  const here = location.pathname + location.search;
  const plain = (text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return !globs.length || globs.some((glob) => new RegExp(`^${glob.split("*").map(plain).join(".*")}$`).test(here));
};

const scrolled = (percent) =>
  new Promise((done) => {
    const look = () => {
      const { scrollHeight, clientHeight } = document.documentElement;
      const way = scrollHeight - clientHeight;
      if (way <= 0 || (100 * scrollY) / way >= percent) removeEventListener("scroll", look), done();
    };
    addEventListener("scroll", look, { passive: true });
    look();
  });

// For whom the page knows by a signed token, the server says whether their quiet period is over.
const isQuiet = async (element) => {
  const url = `${baseOf(element)}/v1/surveys/${element.config.survey}/widget`;
  const answer = await fetch(url, { method: "POST", body: JSON.stringify({ token: identity.token }), credentials: "omit" });
  return !answer.ok || !(await answer.json()).ask;
};

// A question that stands in the page, or that somebody opens, is asked; one that comes by itself keeps to the rules.
const mayAsk = async (element) => {
  const { survey, targeting } = element.config;
  if (element.forced || !targeting || ["inline", "tab"].includes(element.placement)) return true;
  const { urls, delay, scroll, sample, quiet_days } = targeting;
  const { asked = 0 } = recall(survey, {});
  if (!fits(urls) || drawOf(survey) >= sample || Date.now() - asked < quiet_days * 864e5) return false;
  await new Promise((done) => setTimeout(done, delay * 1e3));
  if (scroll) await scrolled(scroll);
  return !(identity.token && (await isQuiet(element)));
};
