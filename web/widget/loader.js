// The loader: earshot("identify", …), earshot("show", …), earshot("on", …), and delighted.survey(…) for older pages.

const script = document.currentScript;
const BASE = script ? new URL(script.src).origin : "";
const listeners = [];
let identity = {};

const show = ({ survey = script?.dataset.survey, placement, force } = {}) => {
  if (!survey || document.querySelector(`earshot-survey[made][survey="${CSS.escape(survey)}"]`)) return;
  const element = document.createElement("earshot-survey");
  element.setAttribute("survey", survey);
  element.setAttribute("made", "");
  if (placement || script?.dataset.placement) element.setAttribute("placement", placement || script.dataset.placement);
  element.forced = force;
  element.before = document.activeElement;
  (document.body || document.documentElement).append(element);
};

const commands = {
  identify: (who) => (identity = typeof who === "string" ? { token: who } : { ...who }),
  show,
  on: (name, hear) => listeners.push([name, hear]),
  hide: () => document.querySelectorAll("earshot-survey[made]").forEach((element) => element.remove()),
};

const earshot = (name, ...rest) => attempt(() => Object.hasOwn(commands, name) && commands[name](...rest));

const begin = () => {
  if (!customElements.get("earshot-survey")) customElements.define("earshot-survey", EarshotSurvey);
  const waiting = window.earshot?.q || [];
  window.earshot = earshot;
  // Pages written for Delighted say who is there and ask in one call; an address without a signature stays a label.
  window.delighted ||= {
    survey: ({ email, token, properties, forceDisplay } = {}) => {
      earshot("identify", { email, token, properties });
      earshot("show", { force: forceDisplay });
    },
  };
  waiting.forEach((call) => earshot(...call));
  if (script?.dataset.survey && !("manual" in script.dataset)) earshot("show");
  flush();
};
