// What must happen in the browser: put parts in place, tick clocks, send forms, take keys, tell how the connection is.
// Everything shown comes from the server; this module never invents a state.

const texts = document.getElementById("texts")?.dataset ?? {};
const root = document.documentElement;
const body = document.body;

/** A text of the page's template, with its places filled: text("reconnecting", { time: "0:12" }). */
export function text(name, places = {}) {
  const key = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  let found = texts[key] ?? "";
  for (const [place, value] of Object.entries(places)) found = found.replaceAll("%" + place, value);
  return found;
}

// ---------------------------------------------------------------------------------------------- time

const offsets = [];

/** What the engine's clock said just now: the best of the last ten tells the offset, for a late message is one too low. */
function heardTime(atMs) {
  if (!Number.isFinite(atMs) || atMs <= 0) return;
  offsets.push(atMs - Date.now());
  if (offsets.length > 10) offsets.shift();
}

/** Engine time now, in milliseconds. */
export function now() {
  return Date.now() + (offsets.length ? Math.max(...offsets) : 0);
}

const own = { fa: "۰۱۲۳۴۵۶۷۸۹" }[root.dataset.digits];

/** A text of figures with the digits of the page. */
export function digits(latin) {
  return own ? latin.replace(/[0-9]/g, (digit) => own[digit]) : latin;
}

/** A length of time: 0:42, 14:12, 1:05:22. */
export function duration(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return digits(hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`);
}

/** Time left, as a countdown shows it: the second that has begun counts. */
export function left(untilMs) {
  return duration(Math.ceil((untilMs - now()) / 1000) * 1000);
}

const zone = root.dataset.zone || "UTC";
const clocks = {
  minutes: new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  seconds: new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
};

/** The time of day in the tenant's zone: 14:05, or with "seconds" 14:05:32. */
export function timeOfDay(atMs, to = "minutes") {
  return digits(clocks[to].format(atMs));
}

let stale = false;

function tick() {
  const at = now();
  for (const clock of document.querySelectorAll("[data-clock]")) put(clock, timeOfDay(at, clock.dataset.clock || "minutes"));
  // Durations stop with what is known; deadlines run on.
  if (!stale) {
    for (const time of document.querySelectorAll("time[data-since]")) put(time, duration(at - Number(time.dataset.since)));
  }
  for (const time of document.querySelectorAll("time[data-until]")) put(time, left(Number(time.dataset.until)));
  emit("tick", at);
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ---------------------------------------------------------------------------------------------- events of this module

const listeners = new Map();

/** Hears an event: "placed" (the ids put in place), "act" (what the server tells the page's script), "beat" (engine time),
 *  "say", "answered" (a form, and whether its act was done; it may be gone from the page meanwhile), "connection" ("live",
 *  "reconnecting"), "tick" (engine time, once a second), "released" (a hand has let go), "key" (a key after F8 that nothing here has). */
export function on(event, listener) {
  listeners.set(event, [...(listeners.get(event) ?? []), listener]);
}

function emit(event, value) {
  for (const listener of listeners.get(event) ?? []) listener(value);
}

// ---------------------------------------------------------------------------------------------- parts

/** Puts elements in place of those with the same id. */
export function place(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const ids = [];
  for (const element of [...template.content.children]) {
    if (element.localName === "meta" && element.name === "at") {
      heardTime(Number(element.content));
    } else if (element.localName === "title") {
      document.title = element.textContent;
    } else if (element.id && (replace(element) || append(element))) {
      ids.push(element.id);
    }
  }
  placed(ids);
}

function placed(ids) {
  if (!ids.length) return;
  engineAway();
  tick();
  emit("placed", ids);
}

/** An element with `data-in` that is not there yet is put at the end of what it names. One that is there already is a
 *  frame around parts of their own, and stays, but for those with `data-whole`. */
function append(element) {
  const parent = element.dataset.in && !document.getElementById(element.id) && document.getElementById(element.dataset.in);
  if (!parent) return false;
  parent.append(element);
  return true;
}

function replace(element) {
  const old = document.getElementById(element.id);
  if (!old || (element.dataset.in && element.dataset.whole === undefined)) return false;
  if (isInUse(old)) return false;
  if (isPressed(old)) {
    late.set(element.id, element);
    return false;
  }
  late.delete(element.id);
  const focused = document.activeElement;
  const within = old.contains(focused) ? focused : null;
  const openIn = (selector) => [old, ...old.querySelectorAll("[id]")].filter((it) => it.matches(selector)).map((it) => it.id);
  const [details, popovers] = [openIn("details[open]"), openIn("[popover]:popover-open")];
  old.replaceWith(element);
  for (const id of details) document.getElementById(id)?.setAttribute("open", "");
  for (const id of popovers) document.getElementById(id)?.showPopover?.();
  if (within) refocus(element, within);
  return true;
}

/** A field that is being typed in, or holds what was typed and is not sent, is left alone with all around it. */
function isInUse(element) {
  const isField = (it) => it?.matches?.("input:not([type=hidden], [type=radio], [type=checkbox], [type=submit]), textarea, select");
  if (element.matches("[data-dirty]") || element.querySelector("[data-dirty]")) return true;
  const focused = document.activeElement;
  return element.contains(focused) && isField(focused);
}

function refocus(element, before) {
  const alike = () => {
    if (before.id) return document.getElementById(before.id);
    if (before.dataset.key) return element.querySelector(`[data-key="${CSS.escape(before.dataset.key)}"]`);
    if (before.getAttribute("href")) return element.querySelector(`a[href="${CSS.escape(before.getAttribute("href"))}"]`);
    const action = before.form?.getAttribute("action");
    if (action) return [...element.querySelectorAll("form button")].find((it) => it.form.getAttribute("action") === action);
    return null;
  };
  const found = alike();
  if (found && document.activeElement !== found) found.focus({ preventScroll: true });
}

addEventListener("input", (event) => {
  if (event.target.closest("form[data-act], form[data-targets]")) event.target.dataset.dirty = "";
});

// ---------------------------------------------------------------------------------------------- what a hand presses

let pressed = null;
/** What came for elements that a hand was pressing, by id. */
const late = new Map();

/** Whether a hand is pressing something in here. What is replaced between press and release is never clicked. */
export function isPressed(element) {
  return pressed !== null && element.contains(pressed);
}

function press(event) {
  if (!event.button) pressed = event.target;
}

function release() {
  if (!pressed) return;
  // The click comes after the release.
  setTimeout(() => {
    pressed = null;
    const due = [...late.values()];
    late.clear();
    placed(due.filter(replace).map((element) => element.id));
    emit("released");
  }, 50);
}

const isSpace = (event) => event.key === " " && event.target.matches("button, summary, input[type=checkbox], input[type=radio]");

addEventListener("pointerdown", press, true);
addEventListener("pointerup", release, true);
addEventListener("pointercancel", release, true);
addEventListener("keydown", (event) => isSpace(event) && press(event), true);
addEventListener("keyup", release, true);
addEventListener("blur", release);

// ---------------------------------------------------------------------------------------------- the stream

let source = null;
let attempts = 0;
let heardAt = 0;
let lostAt = 0;
let retry = 0;
const SILENT_MS = 10_000;

function open() {
  clearTimeout(retry);
  source?.close();
  const address = body.dataset.stream;
  if (!address) return;
  source = new EventSource(address);
  const hear = (event, act) => source.addEventListener(event, (message) => {
    heard();
    act(message.data);
  });
  hear("parts", place);
  hear("beat", (data) => {
    heardTime(Number(data));
    emit("beat", Number(data));
  });
  hear("say", (data) => {
    const said = JSON.parse(data);
    say("status", said.text);
    emit("say", said);
  });
  hear("act", (data) => emit("act", JSON.parse(data)));
  source.onerror = lost;
}

/** The console is there, and has not heard of the engine: what is shown is stale, too. */
function engineAway() {
  const connection = document.getElementById("connection");
  if (!connection || lostAt) return;
  stale = connection.dataset.state === "stale";
  body.toggleAttribute("data-stale", stale);
}

function heard() {
  heardAt = Date.now();
  attempts = 0;
  engineAway();
  if (!lostAt) return;
  lostAt = 0;
  isOut = false;
  stale = false;
  body.removeAttribute("data-stale");
  strip("");
  say("status", text("connected-again"));
  emit("connection", "live");
}

/** Waits 0.3, 0.6 ... 5 s, with jitter, and tries again. */
function lost() {
  source?.close();
  source = null;
  if (!lostAt) {
    lostAt = Date.now();
    emit("connection", "reconnecting");
  }
  if (attempts > 0) lookAtSession();
  const bound = Math.min(5000, 300 * 2 ** attempts++);
  clearTimeout(retry);
  retry = setTimeout(open, bound * (0.5 + Math.random() / 2));
}

let isOut = false;

/** A stream that is refused is another matter than one that cannot be reached: it does not come back by itself. */
async function lookAtSession() {
  try {
    // Over plain text only this tells a script of ours from a picture elsewhere.
    const headers = { accept: "text/event-stream" };
    const answer = await fetch(body.dataset.stream, { method: "HEAD", headers, cache: "no-store" });
    isOut = answer.status === 401;
  } catch {
    // What cannot be reached says nothing of the session.
  }
}

addEventListener("online", () => {
  if (lostAt) {
    attempts = 0;
    open();
  }
});

// A page that is left is kept for the way back, and its stream with it; a browser opens six connections to a server, and
// after six pages the next would wait for ever.
addEventListener("pagehide", () => {
  clearTimeout(retry);
  source?.close();
  source = null;
});
addEventListener("pageshow", (event) => event.persisted && open());

/** Opens the stream anew: what the page asks for is another. */
export function reopen(address) {
  body.dataset.stream = address;
  open();
}

function strip(words) {
  const strip = document.getElementById("strip");
  strip.hidden = !words;
  put(strip, words);
}

function watchConnection() {
  if (!body.dataset.stream || !heardAt) return;
  const silent = Date.now() - heardAt;
  if (source && silent > SILENT_MS) lost();
  const connection = document.getElementById("connection");
  if (lostAt && silent > SILENT_MS && !stale) {
    stale = true;
    body.toggleAttribute("data-stale", true);
    if (connection) {
      connection.dataset.state = "stale";
      const time = timeOfDay(now() - silent, "seconds");
      put(connection.querySelector("span"), text("as-of", { time }));
    }
    say("alert", text("reconnecting", { time: duration(Date.now() - lostAt) }));
  }
  if (isOut) strip("");
  else if (lostAt && Date.now() - lostAt > 1500) strip(text("reconnecting", { time: duration(Date.now() - lostAt) }));
  else if (!lostAt) strip(connection?.dataset.strip ?? "");
}

// A page that nobody sees for five minutes lets its stream go; the desk and the wall keep theirs.
let hiddenAt = 0;
document.addEventListener("visibilitychange", () => {
  hiddenAt = document.hidden ? Date.now() : 0;
  if (!document.hidden && body.dataset.stream && !source && !retry) open();
});

function letGo() {
  if (!hiddenAt || !source || body.dataset.keep !== undefined) return;
  if (Date.now() - hiddenAt > 5 * 60_000) {
    source.close();
    source = null;
    retry = 0;
    heardAt = 0;
  }
}

// ---------------------------------------------------------------------------------------------- what is said

let statusAt = 0;
let statusDue = 0;

/** Says something to screen readers: "alert" at once, "status" at most once in five seconds, the newest. */
export function say(role, words) {
  if (role === "alert") {
    document.getElementById("alert").textContent = words;
    return;
  }
  clearTimeout(statusDue);
  const wait = Math.max(0, statusAt + 5000 - Date.now());
  statusDue = setTimeout(() => {
    statusAt = Date.now();
    document.getElementById("status").textContent = words;
  }, wait);
}

// ---------------------------------------------------------------------------------------------- acts

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

/** Posts a form, and puts what is answered in place. Repeats while there is no connection, with the same request id. */
export async function post(address, form, { until = now() + 30_000, signal } = {}) {
  const data = form instanceof FormData ? form : new FormData();
  if (!(form instanceof FormData)) for (const [name, value] of Object.entries(form ?? {})) data.set(name, value);
  if (!data.get("request_id")) data.set("request_id", crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now());
  const sent = new URLSearchParams(data);
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(address, {
        method: "POST", body: sent, signal, redirect: "follow",
        headers: { "x-csrf-token": csrf, "x-requested-by": "console", accept: "application/x-parts" },
      });
      const html = answer.status === 204 ? "" : await answer.text();
      if (answer.ok) {
        if (answer.redirected) location.assign(answer.url);
        else place(html);
      }
      return { ok: answer.ok, status: answer.status, html };
    } catch (error) {
      if (signal?.aborted || now() >= until) return { ok: false, status: 0, html: "" };
      await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 300 * 2 ** attempt) * (0.5 + Math.random() / 2)));
    }
  }
}

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-act]") || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter;
  if (form.dataset.under !== undefined) return;
  if (button && !confirmed(button, form)) return;
  await send(form, button);
});

async function send(form, button) {
  form.dataset.under = "";
  const data = new FormData(form, button?.name ? button : undefined);
  const label = button && [...button.childNodes].map((node) => node.cloneNode(true));
  if (button) {
    button.dataset.sending = "";
    button.setAttribute("aria-busy", "true");
    button.textContent = text("sending");
  }
  // Of something that ends, as an offer does, nothing is asked after its end.
  const ends = Number(form.closest("[data-until]")?.dataset.until);
  const answer = await post(form.getAttribute("action"), data, ends ? { until: ends } : {});
  delete form.dataset.under;
  if (button?.isConnected) {
    delete button.dataset.sending;
    button.removeAttribute("aria-busy");
    button.replaceChildren(...label);
  }
  for (const field of form.querySelectorAll("[data-dirty]")) if (answer.ok) delete field.dataset.dirty;
  tell(form, answer);
  emit("answered", { form, ok: answer.ok });
}

/** What went wrong is said where it was asked. */
function tell(form, answer) {
  let place = form.nextElementSibling;
  if (!place?.matches("[data-problem]")) place = null;
  if (answer.ok) {
    place?.remove();
    return;
  }
  if (!form.isConnected) return;
  if (!place) {
    place = document.createElement("div");
    place.className = "error";
    place.dataset.problem = "";
    form.after(place);
  }
  if (answer.html) place.innerHTML = answer.html;
  else place.textContent = text("act-not-sent");
  say("status", place.textContent);
}

/** Whether it may go: a second press within four seconds (1), a panel (2, 3), or nothing more. */
function confirmed(button, form) {
  const level = button.dataset.confirm;
  if (!level || button.dataset.confirmed !== undefined) {
    delete button.dataset.confirmed;
    return true;
  }
  if (level !== "1") {
    openPanel(button, form, level === "3");
    return false;
  }
  if (button.dataset.armed !== undefined) {
    disarm(button);
    return true;
  }
  const label = [...button.childNodes].map((node) => node.cloneNode(true));
  const words = button.textContent.trim();
  button.dataset.armed = "";
  button.replaceChildren(text("press-again", { act: words }));
  say("status", button.textContent);
  button.disarm = () => button.isConnected && button.replaceChildren(...label);
  button.timer = setTimeout(() => disarm(button), 4000);
  return false;
}

function disarm(button) {
  clearTimeout(button.timer);
  delete button.dataset.armed;
  button.disarm?.();
}

/** The panel of an act that wants its consequence read: the form's own `template.panel`, or a plain one. */
function openPanel(button, form, byName) {
  document.getElementById("panel")?.remove();
  const panel = document.createElement("aside");
  panel.id = "panel";
  panel.className = "panel";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", button.textContent.trim());
  const close = () => {
    panel.remove();
    button.isConnected && button.focus();
  };
  const heading = document.createElement("h2");
  heading.textContent = button.textContent.trim();
  panel.append(heading);
  const consequence = button.dataset.consequence ?? form.dataset.consequence;
  if (consequence) {
    const words = document.createElement("p");
    words.textContent = consequence;
    panel.append(words);
  }
  const own = form.querySelector("template.panel");
  if (own) panel.append(own.content.cloneNode(true));
  let typed = null;
  if (byName) {
    const label = document.createElement("label");
    label.className = "field";
    typed = document.createElement("input");
    typed.name = "name";
    typed.autocomplete = "off";
    label.append(text("type-name", { name: button.dataset.name ?? "" }), typed);
    panel.append(label);
  }
  const go = document.createElement("button");
  go.className = "btn bad";
  go.textContent = heading.textContent;
  const cancel = document.createElement("button");
  cancel.className = "btn";
  cancel.textContent = text("cancel");
  cancel.addEventListener("click", close);
  const acts = document.createElement("div");
  acts.className = "acts";
  acts.append(cancel, go);
  panel.append(acts);
  const check = () => {
    const missing = [...panel.querySelectorAll("[required]")].some((it) => !it.value.trim());
    go.disabled = missing || (typed !== null && typed.value.trim() !== (button.dataset.name ?? ""));
  };
  panel.addEventListener("input", check);
  check();
  go.addEventListener("click", () => {
    for (const field of panel.querySelectorAll("[name]")) {
      let hidden = form.querySelector(`input[type=hidden][name="${CSS.escape(field.name)}"]`);
      if (!hidden) {
        hidden = document.createElement("input");
        hidden.type = "hidden";
        hidden.name = field.name;
        form.append(hidden);
      }
      hidden.value = field.value;
    }
    close();
    button.dataset.confirmed = "";
    form.requestSubmit(button);
  });
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
  body.append(panel);
  (panel.querySelector("input, textarea, select") ?? cancel).focus();
}

// ---------------------------------------------------------------------------------------------- keys

let keying = 0;

function stopKeying() {
  clearTimeout(keying);
  keying = 0;
  delete body.dataset.keying;
}

// F2 accepts; F8, then the key that is printed on the button, by its place on the keyboard: so Russian and Persian layouts
// work. No letter alone, no Alt, no Ctrl: those belong to the browser and to screen readers.
addEventListener("keydown", (event) => {
  if (body.dataset.keys === "off" || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.code === "F2") {
    if (pressKey("F2")) event.preventDefault();
    return;
  }
  if (event.code === "F8") {
    event.preventDefault();
    if (keying) {
      stopKeying();
      showKeys();
      return;
    }
    body.dataset.keying = "";
    keying = setTimeout(stopKeying, 4000);
    return;
  }
  if (!keying) return;
  event.preventDefault();
  stopKeying();
  if (event.code === "Escape") return;
  const key = event.code.replace(/^(Key|Digit|Numpad)/, "");
  if (!pressKey(key)) emit("key", key);
}, true);

/** What has this key, and can be seen, is pressed; a field is gone to. */
function pressKey(key) {
  const all = document.querySelectorAll(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
  const found = [...all].find((it) => it.checkVisibility?.() ?? true);
  if (!found) return false;
  if (found.matches("input, textarea, select")) found.focus();
  else if (found.matches("fieldset")) (found.querySelector(":checked") ?? found.querySelector("input"))?.focus();
  else found.click();
  return true;
}

function showKeys() {
  document.getElementById("panel")?.remove();
  const panel = document.createElement("aside");
  panel.id = "panel";
  panel.className = "panel";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", text("keys"));
  const heading = document.createElement("h2");
  heading.textContent = text("keys");
  const intro = document.createElement("p");
  intro.textContent = text("keys-intro");
  const list = document.createElement("dl");
  list.className = "keys-list";
  for (const button of document.querySelectorAll("[data-key]")) {
    const key = document.createElement("dt");
    const kbd = document.createElement("kbd");
    kbd.textContent = button.dataset.key;
    key.append(kbd);
    const what = document.createElement("dd");
    const copy = button.cloneNode(true);
    copy.querySelectorAll("kbd, svg").forEach((it) => it.remove());
    what.textContent = button.getAttribute("aria-label") ?? copy.textContent.trim();
    list.append(key, what);
  }
  const close = document.createElement("button");
  close.className = "btn";
  close.textContent = text("close");
  close.addEventListener("click", () => panel.remove());
  panel.addEventListener("keydown", (event) => event.key === "Escape" && panel.remove());
  panel.append(heading, intro, list, close);
  body.append(panel);
  close.focus();
}

// Rows of tables: arrows go, Enter opens, Space chooses.
addEventListener("keydown", (event) => {
  const row = event.target.closest?.("table[data-live] tbody tr");
  if (!row || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  const to = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (to) {
    event.preventDefault();
    (to.querySelector("a, button, input") ?? to).focus();
  } else if (event.key === " " && !event.target.matches("button, input, summary")) {
    const box = row.querySelector("input[type=checkbox]");
    if (box) {
      event.preventDefault();
      box.click();
    }
  }
});

// ---------------------------------------------------------------------------------------------- the session's end

function watchSession() {
  const until = Number(document.querySelector("meta[name=session-until]")?.content);
  const rest = until ? until - now() : Infinity;
  const words = () => (rest > 0 && !isOut ? text("session-ends", { time: duration(rest) }) : text("session-ended"));
  let note = document.getElementById("session-end");
  // Signed in again, in another tab: the stream is there although the session of this page has ended.
  if (!isOut && (rest > 120_000 || (rest < -10_000 && source && !lostAt))) {
    note?.remove();
    return;
  }
  if (!note) {
    note = document.createElement("div");
    note.id = "session-end";
    note.className = "strip";
    const said = document.createElement("span");
    const again = document.createElement("a");
    again.className = "btn";
    again.target = "_blank";
    again.href = "/login?again=1";
    again.textContent = text("sign-in-again");
    note.append(said, " ", again);
    body.prepend(note);
    say("alert", words());
  }
  put(note.firstChild, words());
}

// ---------------------------------------------------------------------------------------------- begin

heardTime(Number(document.querySelector("meta[name=at]")?.content));
tick();
setInterval(() => {
  tick();
  watchConnection();
  watchSession();
  letGo();
}, 1000);
heardAt = Date.now();
open();

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.me[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
});
