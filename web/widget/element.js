// The element: the question in an open shadow root, built node by node, styled by sheets that no policy blocks.

let style;

// The style comes when it is needed: most pages are left without having been asked.
const load = async () => {
  if (style) return;
  const reply = await fetch(BASE + STYLE);
  if (!reply.ok) throw reply;
  style = await reply.text();
};

// No policy blocks a constructed sheet; a browser that has none yet gets an element.
const dress = (root) =>
  attempt(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    return (root.adoptedStyleSheets = [sheet]);
  }) || root.append(h("style", {}, style));

const h = (tag, set, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
};

const textOf = (value) => (typeof value === "string" && value.length < 4097 ? value : undefined);

// At most 20 plain values of at most 256 characters: the tracked ones first, and before Send no others.
const propertiesOf = (given, tracked, isFinal) => {
  const kept = {};
  const take = (name) => {
    const value = given[name];
    const kind = typeof value;
    const isPlain = kind === "string" || kind === "boolean" || (kind === "number" && Math.abs(value) < 1e250);
    if (!isPlain || !/^.{1,64}$/su.test(name) || Object.keys(kept).length > 19) return;
    kept[name] = kind === "string" ? [...value].slice(0, 256).join("") : value;
  };
  if (Array.isArray(given) || typeof given !== "object") return;
  for (const name of isFinal ? tracked.concat(Object.keys(given)) : tracked) attempt(() => take(name));
  return kept;
};

const bandOf = (score) => (score > 8 ? "promoter" : score > 6 ? "passive" : "detractor");

class EarshotSurvey extends HTMLElement {
  // What a page puts into Object.prototype is none of ours.
  filled = "";
  box;
  comment;
  config;
  contact;
  forced;
  handle;
  quiet;
  run;
  sent;
  touched;

  connectedCallback() {
    elements.push(this);
    this.consider();
  }

  disconnectedCallback() {
    elements = elements.filter((one) => one !== this);
    // A page that only moved it has put it back by now.
    setTimeout(() => this.isConnected || attempt(() => (this.leave(), clearInterval(this.watch), look())));
  }

  // Asks if the rules agree. A no is not for ever: the next look at the page asks them again, and for a config that failed.
  async consider() {
    if (this.box || this.run) return;
    const run = (this.run = {});
    const isWanted = () => this.run === run && this.isConnected;
    try {
      this.config ||= await configOf(this);
      if (this.config?.open && (await mayAsk(this, isWanted))) this.show();
    } catch {
      // Whatever it was, the page around it goes on as if nothing were here; a form inside stays as it is.
    }
    if (this.run === run) this.run = null;
  }

  look() {
    if (fits(this)) this.consider();
    else if (!this.touched) this.drop();
  }

  // As if it had never been asked; a score that was chosen is kept as a partial response.
  drop() {
    this.leave();
    clearInterval(this.watch);
    this.run = this.box = this.handle = this.comment = this.touched = this.sent = this.quiet = null;
    this.shadowRoot?.replaceChildren();
  }

  // An element of the page stays in its place; one that the script made goes where the survey puts it.
  get placement() {
    const own = this.getAttribute("placement");
    if (/^(inline|popover|bar|modal|tab)$/.test(own)) return own;
    if (own) warn("placement", own);
    return (this.hasAttribute("made") && this.config?.placement) || "inline";
  }

  get isFloating() {
    return this.placement !== "inline";
  }

  // What comes by itself, and not because a page or a person wants it, keeps to the rules and rests afterwards.
  get isAutomatic() {
    return !this.forced && this.config.targeting && this.isFloating && this.placement !== "tab";
  }

  get rests() {
    const { survey, targeting } = this.config;
    const isRecent = () => Math.abs(Date.now() - (recall(this.ownedBy(whoOf(identity)), {}).asked || 0)) < targeting.quiet_days * 864e5;
    return this.isAutomatic && (drawOf(survey) >= targeting.sample || isRecent());
  }

  // Under this name the device keeps the state of a survey and a person; which person cannot be read from it.
  ownedBy(who) {
    return `survey.${this.config.survey}` + (who && "." + hashOf(who));
  }

  keep(change) {
    remember(this.place, { ...recall(this.place, {}), ...change });
  }

  // The response's id stays the same through reloads and in two tabs until the response is sent; a form has its own page.
  name() {
    const shown = Date.now();
    this.shown = shown;
    if (this.config.action) return this.config.action;
    this.place = this.ownedBy(whoOf(identity));
    const kept = recall(this.place, {});
    const begun = /^[\da-f-]{36}$/.test(kept.id) && !kept.done && shown - kept.shown < 864e5 ? kept : { id: newId(), shown };
    const asked = this.isAutomatic ? shown : kept.asked;
    // The disk need not be waited for: a person who leaves at once has chosen nothing.
    setTimeout(() => remember(this.place, { ...kept, ...begun, done: false, asked }));
    return begun.id;
  }

  adopt(who) {
    this.keep({ id: 0 });
    this.place = this.ownedBy(who);
    this.keep({ id: this.key, shown: this.shown, done: this.sent });
  }

  // Another tab, or another element of this page, has sent this very response: there is nothing left to ask here.
  elsewhere(key) {
    if (key !== "earshot." + this.place || this.sent || !recall(this.place, {}).done) return;
    this.sent = true;
    this.drop();
    this.run = true;
  }

  show() {
    const { config, placement } = this;
    if (this.forced) this.alone();
    this.key = this.name();
    this.before = document.activeElement;
    this.body = h("div", { class: "body" }, this.form());
    const isModal = placement === "modal";
    const still = (event) => event.stopPropagation();
    this.box = h(
      isModal ? "dialog" : "section",
      {
        class: placement,
        part: "box",
        role: !isModal && "region",
        lang: config.language,
        dir: config.direction,
        "aria-label": config.texts.question,
        onkeydown: (event) => this.onKey(event),
        onkeypress: still,
        onkeyup: still,
        oncancel: (event) => (event.preventDefault(), this.close()),
      },
      this.body,
      this.closer(),
    );
    this.style.cssText = Object.entries(config.colors).map(([name, value]) => `--${name}:${value}`).join(";");
    const root = this.shadowRoot || this.attachShadow({ mode: "open" });
    root.replaceChildren(this.box);
    dress(root);
    if (placement === "tab") this.collapse();
    if (isModal) this.box.showModal();
    // A modal of the page that opens later goes before; afterwards the question is there again, as it was.
    else if (this.isFloating) this.watch = setInterval(() => (this.hidden = isCovered(this)), 500);
    if (placement !== "tab") this.appear();
  }

  appear() {
    note(this, this.isAutomatic && "shown");
    this.emit("shown");
  }

  // A question that was asked for replaces one that came by itself.
  alone() {
    othersOf(this).forEach((other) => other.drop());
  }

  // A tab is a button at the edge until its person opens the question.
  collapse() {
    const open = () => {
      this.alone();
      tab.hidden = true;
      this.box.hidden = false;
      this.enter();
      this.appear();
    };
    const { language, direction, texts } = this.config;
    const tab = h("button", { type: "button", class: "handle", part: "tab", lang: language, dir: direction, onclick: open }, texts.tab);
    this.handle = tab;
    this.box.hidden = true;
    this.shadowRoot.append(tab);
  }

  enter() {
    const inside = this.box.querySelector(this.sent ? "h2" : this.score == null ? "input" : "input:checked");
    (this.box.hidden ? this.handle : inside).focus();
  }

  // Digits choose, a 0 soon after a 1 makes it 10; with Control or Command, Enter sends from wherever in the question.
  onKey(event) {
    const { key, timeStamp } = event;
    const isControl = event.ctrlKey || event.metaKey;
    // Shortcuts of the page are not meant while a person types here.
    event.stopPropagation();
    if (key === "Escape" && this.isFloating && !event.isComposing) this.close();
    else if (this.sent) return;
    else if (key === "Enter" && isControl) this.send(event);
    else if (/^\d$/.test(key) && !isControl && !event.altKey && event.target !== this.comment) {
      const isTen = key === "0" && timeStamp - this.one < 1e3;
      this.one = key === "1" && timeStamp;
      const radio = this.box.querySelector(`[value="${isTen ? 10 : key}"]`);
      radio.focus();
      radio.click();
      event.preventDefault();
    }
  }

  closer() {
    if (!this.isFloating) return null;
    return h("button", { type: "button", class: "close", part: "close", "aria-label": this.config.texts.close, onclick: () => this.close() }, "\u00d7");
  }

  form() {
    const { texts, score } = this.config;
    const ends = { 0: texts.low, 10: texts.high };
    const choices = [];
    for (let value = 0; value < 11; value++) {
      const radio = h("input", { type: "radio", name: "score", value, "aria-label": ends[value] && `${value}, ${ends[value]}` });
      radio.checked = value === score;
      choices.push(h("label", { part: "score" }, radio, h("span", {}, value)));
    }
    // Each end's words stand in the grid of the numbers, so that they stay with their end where the row breaks.
    const end = (id) => h("span", { id }, h("bdi", {}, texts[id]));
    this.alarm = h("p", { role: "alert", id: "alarm" });
    this.more = h("div", { class: "more" });
    if (score != null) this.follow(score);
    return h(
      "form",
      { onchange: (event) => this.choose(event), onsubmit: (event) => this.send(event) },
      // On a page of its own: the response so far.
      h("slot", { name: "note" }),
      h(
        "fieldset",
        { "aria-describedby": "low high alarm" },
        h("legend", {}, h(this.heading("span"), {}, h("bdi", {}, texts.question))),
        h("div", { class: "scale", dir: "ltr" }, ...choices, end("low"), end("high")),
      ),
      this.alarm,
      this.more,
      h("button", { class: "send", part: "send", onclick: (event) => this.send(event) }, texts.send),
    );
  }

  get score() {
    const chosen = this.box.querySelector("input:checked");
    return chosen && +chosen.value;
  }

  // The question behind the number comes with it, in the words of its camp.
  follow(score) {
    const { texts, earlier, earlier_score, contact, contact_requested } = this.config;
    if (!this.comment) {
      this.label = h("label", { for: "comment" });
      this.comment = h("textarea", { id: "comment", rows: 3, maxlength: 10000, dir: "auto", "aria-describedby": "hint", part: "comment" });
      this.more.append(this.label, h("p", { id: "hint" }, texts.hint), this.comment);
      if (contact) {
        this.contact = h("input", { type: "checkbox", checked: contact_requested });
        this.more.append(h("label", { part: "contact" }, this.contact, contact));
      }
    }
    // An earlier comment is in the box under its own score; under another the note shows it, and the box is empty.
    if (earlier && this.comment.value === this.filled) {
      this.comment.value = this.filled = score === earlier_score ? earlier : "";
      this.querySelector(".earlier").hidden = this.filled;
    }
    this.label.textContent = texts.comment[bandOf(score)];
  }

  // Choosing only chooses: arrow keys move through the numbers, and no response is sent while a person looks around.
  choose(event) {
    if (event.target.name !== "score") return;
    this.touched = true;
    this.alarm.textContent = "";
    this.follow(this.score);
  }

  // The body of a response, as the server takes it: what would not fit is left out here, and costs no score.
  request(final) {
    const { survey, action, tracked = [] } = this.config;
    const comment = this.comment.value.trim().slice(0, 1e4);
    const contact_requested = !!this.contact?.checked;
    if (action) return [action, "" + new URLSearchParams({ score: this.score, comment, contact_requested, prefilled: this.filled ? "yes" : "" })];
    const { token, email, properties } = identity;
    const seconds = (Date.now() - this.shown) / 1e3;
    const body = {
      __proto__: null,
      id: this.key,
      score: this.score,
      channel: "widget",
      final,
      seconds: seconds >= 0 && seconds < 864e2 ? seconds : undefined,
      token: textOf(token),
      properties: attempt(() => propertiesOf(properties, tracked, final)),
      ...(final && { comment, contact_requested, email: textOf(email) }),
    };
    return [`${BASE}/v1/surveys/${survey}/responses`, json(body)];
  }

  // What a person chose and did not send is kept as a partial response; the complete one takes its place.
  leave() {
    const { action, partials } = this.config || {};
    if (this.touched && !this.sent && !action && partials !== false) leaveBehind(this.key, ...this.request(false));
  }

  // A click sends as well as the form's own event: sandboxed frames never fire that one.
  send(event) {
    event.preventDefault();
    if (this.sent) return;
    const { texts, action } = this.config;
    const { score } = this;
    if (score == null) {
      this.alarm.textContent = texts.choose;
      return this.box.querySelector("input").focus();
    }
    let asked;
    try {
      // Where a script of the page or an assistive program chose, there may have been no event.
      this.follow(score);
      post(enqueue(this.key, ...this.request(true), (status) => this.hear(status, score, asked)));
      this.sent = true;
    } catch {
      this.alarm.textContent = texts.failed;
      return;
    }
    this.thank();
    // By the time of the result another person may be asked here.
    asked = { ...this };
    save();
    if (action) return;
    this.keep({ done: true, asked: Date.now() });
    elements.forEach((element) => element.elsewhere("earshot." + this.place));
  }

  // Until the server has the response, the page claims nothing.
  thank() {
    this.headline = h(this.heading("h2"), { tabindex: -1 }, this.config.texts.time);
    this.note = h("p", {});
    this.thanks = h("div", { class: "done", role: "status" }, this.headline, this.note);
    this.body.append(this.thanks);
    this.body.firstChild.hidden = true;
    this.headline.focus();
  }

  // What became of the response takes the place of the neutral words; the focus stays where it is.
  hear(status, score, { headline, note, comment, label, body, thanks }) {
    const { texts, link, action } = this.config;
    const band = bandOf(score);
    if (!status) note.textContent = texts.waiting;
    else if (status < 300) {
      headline.textContent = texts.thanks;
      note.textContent = texts.thanks_text[band];
      if (link && band === "promoter") thanks.append(h("a", { href: link.url, target: "_blank", rel: "noopener", part: "link" }, link.label));
      else if (/popover|bar/.test(this.placement)) this.fade(thanks);
      if (action) thanks.append(h("p", {}, `${texts.yours} ${score}`), h("p", {}, h("a", { href: action }, texts.again)));
      this.emit("answered", { score });
    } else if (action) this.fallBack(); // what is refused there, the server's own page explains
    else {
      const isClosed = status === 409;
      headline.textContent = isClosed ? texts.closed : texts.refused;
      note.textContent = isClosed ? texts.refused : "";
      // The words stay to be copied; they are not sent again.
      if (comment?.value) {
        label.textContent = texts.copy;
        comment.readOnly = true;
        body.append(label, comment);
      }
      this.emit("refused", { score, status });
    }
  }

  // Mere thanks leave the page by themselves: not from under a pointer or the keyboard, and a person who is elsewhere stays there.
  fade(thanks) {
    const leave = () => {
      if (!thanks.isConnected) return;
      if (this.box.matches(":hover") || this.box.querySelector(":focus-visible")) return this.fade(thanks);
      if (!this.matches(":focus-within")) this.before = null;
      this.close();
    };
    setTimeout(leave, 8e3);
  }

  fallBack() {
    const form = this.querySelector("form");
    form.elements.score.value = this.score;
    form.elements.comment.value = this.comment.value;
    if (this.contact) form.elements.contact_requested.checked = this.contact.checked;
    form.submit();
  }

  // On a page of its own the question is the page's heading, and so is the thanks.
  heading(otherwise) {
    return this.config.action ? "h1" : otherwise;
  }

  close() {
    this.leave();
    this.keep({ asked: Date.now() });
    if (!this.sent) note(this, "closed");
    this.emit("closed");
    if (this.handle) {
      this.box.hidden = true;
      this.handle.hidden = false;
      this.handle.focus();
      return look();
    }
    this.remove();
    this.before?.focus?.({ preventScroll: true });
  }

  emit(name, detail) {
    attempt(() => this.dispatchEvent(new CustomEvent("earshot:" + name, { detail, bubbles: true, composed: true })));
    listeners.forEach(([wanted, hear]) => wanted === name && attempt(() => hear(detail, this)));
  }
}
