// The element: the question in an open shadow root, built node by node, styled by sheets that no policy blocks.

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLE);

const h = (tag, set, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
};

const bandOf = (score) => (score > 8 ? "promoter" : score > 6 ? "passive" : "detractor");

class EarshotSurvey extends HTMLElement {
  async connectedCallback() {
    document.addEventListener("visibilitychange", this.leaving);
    if (this.config) return;
    this.config = {};
    try {
      const own = this.getAttribute("config");
      this.config = own ? JSON.parse(own) : await configOf(this);
      if (this.config.open && (await mayAsk(this))) this.show();
    } catch {
      // Whatever it was, the page around it goes on as if nothing were here; a form inside stays as it is.
    }
  }

  leaving = () => document.visibilityState === "hidden" && this.leave();

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.leaving);
  }

  // Where a page put it, there it stands; what the script made goes where the survey says.
  get placement() {
    return this.getAttribute("placement") || (this.hasAttribute("made") && this.config.placement) || "inline";
  }

  // The answer's id stays the same through reloads and in two tabs until the answer is sent; a form has its own page.
  name() {
    const { survey, action } = this.config;
    this.shown = Date.now();
    if (action) return action;
    const kept = recall(survey, {});
    const isFresh = kept.id && !kept.done && this.shown - kept.shown < 864e5;
    const id = isFresh ? kept.id : newId();
    // The disk need not be waited for: whoever leaves at once has said nothing.
    setTimeout(remember, 0, survey, { ...kept, id, shown: isFresh ? kept.shown : this.shown, done: false });
    return id;
  }

  show() {
    const { config, placement } = this;
    this.key = this.name();
    this.body = h("div", { class: "body" }, this.form());
    const heading = { role: "region", lang: config.language, dir: config.direction, "aria-label": config.texts.question };
    const keys = { onkeydown: (event) => event.key === "Escape" && placement !== "inline" && this.close() };
    const tag = placement === "modal" ? "dialog" : "section";
    this.box = h(tag, { ...heading, ...keys, class: placement, part: "box" }, this.closer(), this.body);
    if (tag === "dialog") this.box.removeAttribute("role");
    this.style.cssText = Object.entries(config.colours).map(([name, value]) => `--${name}:${value}`).join(";");
    const root = this.shadowRoot || this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [SHEET];
    root.replaceChildren(this.box);
    if (placement === "tab") this.collapse();
    if (tag === "dialog") this.box.showModal();
    if (placement !== "tab") this.tell("shown");
  }

  // A tab is a button at the edge until somebody wants the question.
  collapse() {
    const open = () => {
      tab.hidden = true;
      this.box.hidden = false;
      this.box.querySelector("input:checked,input").focus();
      this.tell("shown");
    };
    const { language, direction, texts } = this.config;
    const tab = h("button", { type: "button", class: "handle", part: "tab", lang: language, dir: direction, onclick: open }, texts.tab);
    this.handle = tab;
    this.box.hidden = true;
    this.shadowRoot.append(tab);
  }

  closer() {
    if (this.placement === "inline") return null;
    const label = this.config.texts.close;
    return h("button", { type: "button", class: "close", part: "close", "aria-label": label, onclick: () => this.close() }, "\u00d7");
  }

  form() {
    const { texts, score } = this.config;
    const ends = { 0: texts.low, 10: texts.high };
    const choice = (value) => {
      const radio = h("input", { type: "radio", name: "score", value, "aria-label": ends[value] && `${value}, ${ends[value]}` });
      radio.checked = value === score;
      return h("label", { part: "score" }, radio, h("span", {}, value));
    };
    // Each end's words stand in the grid of the numbers, so that they stay with their end where the row breaks.
    const end = (id) => h("span", { id, dir: this.config.direction }, texts[id]);
    this.alarm = h("p", { role: "alert", id: "alarm", class: "alarm" });
    this.more = h("div", { class: "more" });
    if (score != null) this.follow(score);
    return h(
      "form",
      { novalidate: "", onsubmit: (event) => this.send(event), onchange: (event) => this.choose(event) },
      h(
        "fieldset",
        { "aria-describedby": "low high alarm" },
        h("legend", {}, h(this.heading(1), {}, h("bdi", {}, texts.question))),
        h("div", { class: "scale", dir: "ltr" }, ...Array.from({ length: 11 }, (_, value) => choice(value)), end("low"), end("high")),
      ),
      this.alarm,
      this.more,
      h("button", { class: "send", part: "send" }, texts.send),
    );
  }

  get score() {
    const chosen = this.box.querySelector("input:checked");
    return chosen && +chosen.value;
  }

  // The question behind the number comes with it, in the words of its camp.
  follow(score) {
    const { texts, comment } = this.config;
    if (!this.comment) {
      this.label = h("label", { for: "comment" });
      this.comment = h("textarea", { id: "comment", rows: 3, maxlength: 10000, dir: "auto", "aria-describedby": "hint", part: "comment" });
      this.comment.value = comment || "";
      this.more.append(this.label, h("p", { id: "hint" }, texts.hint), this.comment);
    }
    this.label.textContent = texts.comment[bandOf(score)];
  }

  // Choosing only chooses: arrow keys move through the numbers, and nobody's answer is sent while they look around.
  choose(event) {
    if (event.target.name !== "score") return;
    this.touched = true;
    this.alarm.textContent = "";
    this.follow(this.score);
  }

  said(final) {
    const { survey, action, nonce } = this.config;
    const comment = this.comment.value.trim();
    if (action) return [action, String(new URLSearchParams({ score: this.score, comment, nonce })), "application/x-www-form-urlencoded"];
    const { token, email, properties } = identity;
    const seconds = (Date.now() - this.shown) / 1e3;
    const body = { id: this.key, score: this.score, comment, channel: "widget", seconds, properties, token, email, final };
    return [`${baseOf(this)}/v1/surveys/${survey}/responses`, JSON.stringify(body), "text/plain"];
  }

  // What a person chose and did not send is kept as a partial answer; the complete one takes its place.
  leave() {
    if (this.touched && !this.sent && !this.config.action) leave(this.key, ...this.said(false));
  }

  async send(event) {
    event.preventDefault();
    if (this.sent) return;
    const { texts, survey, action } = this.config;
    if (this.score == null) {
      this.alarm.textContent = texts.choose;
      this.box.querySelector("input").focus();
      return;
    }
    this.sent = true;
    // Where a script of the page or an assistive program chose, nothing may have told of it.
    this.follow(this.score);
    const [url, body, type] = this.said(true);
    enqueue(this.key, url, body, type);
    if (!action) remember(survey, { ...recall(survey, {}), done: true, asked: Date.now() });
    const delivered = flush();
    if (action) {
      await delivered;
      // What the server refuses, its own page explains: the form that stood here first is sent as it would have been.
      if (refused.has(this.key)) return this.fallBack();
    }
    this.thank();
    this.tell("answered", { score: this.score });
  }

  fallBack() {
    const form = this.querySelector("form");
    form.elements.score.value = this.score;
    form.elements.comment.value = this.comment.value;
    form.submit();
  }

  thank() {
    const { texts, link, action } = this.config;
    const band = bandOf(this.score);
    const title = h(this.heading(2), { tabindex: -1 }, texts.thanks);
    const way = link && band === "promoter" && h("a", { href: link.url, target: "_blank", rel: "noopener", part: "link" }, link.label);
    const again = action && h("p", {}, h("a", { href: action }, texts.again));
    this.body.append(h("div", { class: "done", role: "status" }, title, h("p", {}, texts.thanks_text[band]), way || null, again || null));
    this.body.firstChild.hidden = true;
    title.focus();
  }

  // On a page of its own the question is the page's heading, and so is the thanks.
  heading(level) {
    return this.config.action ? "h1" : level > 1 ? "h2" : "span";
  }

  close() {
    this.leave();
    const kept = recall(this.config.survey, {});
    remember(this.config.survey, { ...kept, asked: Date.now() });
    this.tell("closed");
    if (this.handle) {
      this.box.hidden = true;
      this.handle.hidden = false;
      this.handle.focus();
      return;
    }
    this.remove();
    this.before?.focus?.();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent("earshot:" + name, { detail, bubbles: true, composed: true }));
    listeners.forEach(([wanted, hear]) => wanted === name && attempt(() => hear(detail, this)));
  }
}
