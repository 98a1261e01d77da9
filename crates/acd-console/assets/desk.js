// The agent's desk in the browser: what rings is heard and reported as painted, what is typed is kept, keys and panels.

import { now, on, place, post, say, text } from "./console.js";

const body = document.body;
const desk = document.getElementById("desk");
const [path, asked] = body.dataset.stream.split("/stream?");
const tab = new URLSearchParams(asked).get("tab");
const byId = (id) => document.getElementById(id);

// The desk keeps its stream when nobody looks, and is not put to sleep.
body.dataset.keep = "";
navigator.locks?.request(`acd-desk-${tab}`, () => new Promise(() => {}));

// ---------------------------------------------------------------------------------------------- signs of life

let signedAt = Date.now();

function sign(painted) {
  signedAt = Date.now();
  const form = painted ? { tab, painted } : { tab };
  return post(`${path}/here`, form, { until: now() + 3000 });
}

/** Messages of the server come also where timers sleep: they are what asks for the sign. */
function signIfDue(after = 50_000) {
  if (Date.now() - signedAt > after) sign();
}

on("beat", () => signIfDue());
on("tick", () => signIfDue());
document.addEventListener("visibilitychange", () => document.hidden || signIfDue(5000));
document.addEventListener("resume", () => signIfDue(0));
addEventListener("pageshow", () => signIfDue(5000));

// ---------------------------------------------------------------------------------------------- sound

let audio = null;
let ringing = null;

/** Makes sound possible. A browser allows it only once somebody has touched the page. */
function unlock() {
  if (!audio && navigator.userActivation && !navigator.userActivation.hasBeenActive) return Promise.resolve();
  try {
    audio ??= new AudioContext();
  } catch {
    return Promise.resolve();
  }
  const resumed = () => {
    showSound();
    if (!ringing) lookAtOffers();
  };
  return audio.resume().then(resumed, showSound);
}

const wantsSound = () => body.dataset.sound !== "off";
const isHeard = () => audio?.state === "running";

function showSound() {
  const button = byId("sound");
  const heard = isHeard() && wantsSound();
  button.dataset.on = heard ? "yes" : "no";
  const words = button.querySelector("span");
  const is = heard ? text("sound-on") : text("sound-off");
  if (words.textContent !== is) words.textContent = is;
  byId("sound-off").hidden = isHeard() || !wantsSound() || !isAtWork();
}

/** One tone: two notes, the second higher, as telephones have them. */
function note(at, into) {
  for (const [offset, frequency] of [[0, 660], [0.22, 880]]) {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    tone.frequency.value = frequency;
    loudness.gain.setValueAtTime(0, at + offset);
    loudness.gain.linearRampToValueAtTime(0.35, at + offset + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + offset + 0.4);
    tone.connect(loudness).connect(into);
    tone.start(at + offset);
    tone.stop(at + offset + 0.42);
  }
}

/** Tones from now until that instant; they are planned at once, for a timer of a hidden tab is late. */
function ring(untilMs, everySeconds) {
  hush();
  if (!isHeard() || !wantsSound()) return;
  const into = audio.createGain();
  into.connect(audio.destination);
  const from = audio.currentTime + 0.02;
  const last = from + Math.min(120, (untilMs - now()) / 1000) - 0.4;
  for (let at = from; at <= last; at += everySeconds) note(at, into);
  ringing = into;
}

function hush() {
  ringing?.disconnect();
  ringing = null;
}

function toneOnce() {
  return unlock().then(() => {
    if (!audio) return;
    const into = audio.createGain();
    into.connect(audio.destination);
    note(audio.currentTime + 0.02, into);
  });
}

for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => isHeard() || unlock(), true);

byId("sound").addEventListener("click", () => toneOnce().then(askWhetherHeard));

function askWhetherHeard() {
  const check = byId("sound-check");
  check.hidden = false;
  step(check, "asks");
}

function step(check, name) {
  for (const words of check.querySelectorAll("[data-step]")) words.hidden = words.dataset.step !== name;
  check.querySelector("[data-sound=no]").hidden = name === "help";
  check.querySelector("[data-sound=again]").hidden = name !== "help";
}

byId("sound-check").addEventListener("click", (event) => {
  const check = byId("sound-check");
  const answer = event.target.closest("[data-sound]")?.dataset.sound;
  if (answer === "yes") check.hidden = true;
  if (answer === "no") step(check, "help");
  if (answer === "again") toneOnce().then(askWhetherHeard);
});

desk.addEventListener("click", (event) => {
  const bar = event.target.closest("[data-close]")?.closest(".asks");
  if (bar) bar.hidden = true;
});

/** The click that begins the shift is the one in which a browser lets sound begin and permissions be asked. */
function startOfShift() {
  toneOnce().then(askWhetherHeard);
  if ("Notification" in window && Notification.permission === "default") {
    Notification.requestPermission().then(showDenied, () => {});
  }
}

let deniedIsKnown = false;

/** Said once; whoever closes it knows. */
function showDenied() {
  if (deniedIsKnown || !isAtWork() || !("Notification" in window) || Notification.permission !== "denied") return;
  deniedIsKnown = true;
  byId("notifications-denied").hidden = false;
}

// ---------------------------------------------------------------------------------------------- what rings

const plainTitle = document.title;
const picture = document.querySelector("link[rel=icon]");
const plainPicture = picture.getAttribute("href");
/** Offers that ring: what was done for each. */
const offers = new Map();
let topOffer = null;
let topChangedAt = 0;

const isAtWork = () => byId("rest").dataset.seat === "here";

function lookAtOffers() {
  const cards = [...document.querySelectorAll("#offers [data-offer][data-rings]")];
  const there = new Set(cards.map((card) => card.dataset.offer));
  for (const [id, offer] of offers) {
    if (there.has(id)) continue;
    offer.notification?.close();
    offers.delete(id);
  }
  let isNew = false;
  for (const card of cards) {
    if (offers.has(card.dataset.offer)) continue;
    offers.set(card.dataset.offer, { soon: false });
    isNew = true;
    appeared(card);
  }
  const top = cards[0];
  if (top?.dataset.offer !== topOffer) {
    topOffer = top?.dataset.offer ?? null;
    topChangedAt = performance.now();
  }
  if (!top) hush();
  else if (isNew || !ringing) {
    const latest = Math.max(...cards.map((card) => Number(card.dataset.until)));
    ring(latest, cards.some((card) => card.dataset.spoken !== undefined) ? 2 : 4);
  }
  document.title = byId("offers").dataset.title ?? plainTitle;
  const shown = top ? picture.dataset.ringing : plainPicture;
  if (picture.getAttribute("href") !== shown) picture.setAttribute("href", shown);
  drawRings();
}

function appeared(card) {
  const id = card.dataset.offer;
  say("alert", card.dataset.alert);
  if (document.hidden) {
    offers.get(id).notification = notify(card);
    // Nothing is painted where nobody looks: what counts is that it is heard and announced.
    sign(id);
    return;
  }
  let told = false;
  const painted = () => {
    if (told) return;
    told = true;
    sign(id);
  };
  requestAnimationFrame(() => requestAnimationFrame(painted));
  // A window that is wholly covered paints nothing, but it rings.
  setTimeout(() => isHeard() && painted(), 1000);
}

function notify(card) {
  if (!("Notification" in window) || Notification.permission !== "granted") return null;
  let notification;
  try {
    notification = new Notification(card.dataset.title, {
      tag: `offer-${card.dataset.offer}`, body: text("notification"), requireInteraction: true,
    });
  } catch {
    // Some telephones let only service workers notify.
    return null;
  }
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
  return notification;
}

/** What is left of the time, and what is said of it. */
function drawRings() {
  const at = now();
  for (const circle of document.querySelectorAll("#offers svg[data-to]")) {
    const [from, to] = [Number(circle.dataset.from), Number(circle.dataset.to)];
    const share = Math.max(0, Math.min(1, (to - at) / Math.max(1, to - from)));
    circle.querySelector(".left").setAttribute("stroke-dasharray", `${(share * 100).toFixed(1)} 100`);
  }
  for (const card of document.querySelectorAll("#offers [data-offer][data-rings]")) {
    const left = Number(card.dataset.until) - at;
    const offer = offers.get(card.dataset.offer);
    if (offer && !offer.soon && left <= 5000 && left > 0) {
      offer.soon = true;
      say("alert", card.dataset.alertSoon);
    }
    card.classList.toggle("is-late", left <= 0);
    card.querySelector(".time-is-up").hidden = left > 0;
  }
}

/** Clicks that came too early: meant for what stood there before. */
addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  const byKey = !event.isTrusted;
  const jumped = byKey && button.dataset.key === "F2" && performance.now() - topChangedAt < 700;
  const dead = Number(button.dataset.deadUntil) > now();
  if (jumped || dead) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (button.matches(".start-shift")) startOfShift();
}, true);

function showDead() {
  for (const button of document.querySelectorAll("button[data-dead-until]")) {
    // It keeps the focus: whoever has come to it hears that it waits.
    if (Number(button.dataset.deadUntil) > now()) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// ---------------------------------------------------------------------------------------------- contacts

const frames = () => [...document.querySelectorAll("[data-contact]")];
let known = new Set((byId("list").dataset.contacts ?? "").split(" ").filter(Boolean));

function isTyping() {
  const field = document.activeElement;
  return field?.matches("textarea, input[type=search]") && (field.value !== "" || field.matches("textarea"));
}

/** Contacts that are gone are taken away; a new one opens by itself if nothing is being typed. */
function lookAtContacts() {
  const ids = (byId("list").dataset.contacts ?? "").split(" ").filter(Boolean);
  for (const frame of frames()) if (!ids.includes(frame.dataset.contact)) frame.remove();
  const fresh = ids.filter((id) => !known.has(id));
  known = new Set(ids);
  let chosen = desk.dataset.chosen;
  if (fresh.length && (!isTyping() || !ids.includes(chosen))) chosen = fresh.at(-1);
  else if (fresh.length) say("status", text("new-contact"));
  if (!ids.includes(chosen)) chosen = ids[0];
  choose(chosen);
}

function choose(id) {
  if (id) desk.dataset.chosen = id;
  else delete desk.dataset.chosen;
  for (const frame of frames()) frame.hidden = frame.dataset.contact !== id;
  for (const item of document.querySelectorAll("[data-show]")) {
    if (item.dataset.show === id) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
  const address = new URL(location);
  if (id) address.searchParams.set("contact", id);
  else address.searchParams.delete("contact");
  if (address.href !== location.href) history.replaceState(null, "", address);
}

desk.addEventListener("click", (event) => {
  const item = event.target.closest("[data-show]");
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(item.dataset.show);
});

// A key whose button is in a closed menu opens it.
on("key", (key) => {
  const all = document.querySelectorAll(`[popover] [data-key="${CSS.escape(key)}"]:not(:disabled)`);
  const button = [...all].find((it) => it.closest("[popover]").parentElement.checkVisibility());
  if (!button) return;
  button.closest("[popover]").showPopover();
  button.focus();
  button.click();
});

desk.addEventListener("toggle", (event) => {
  if (event.newState === "open" && event.target.matches(".menu")) event.target.querySelector("button, a")?.focus();
}, true);

desk.addEventListener("keydown", (event) => {
  const within = event.target.closest(".menu, .beside, .acts");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!within || !step || event.target.matches("textarea")) return;
  const all = [...within.querySelectorAll("input[type=search], button:not(:disabled)")].filter((it) => it.checkVisibility());
  const at = all.indexOf(event.target.closest("button, input"));
  if (at < 0) return;
  event.preventDefault();
  all[Math.max(0, Math.min(all.length - 1, at + step))].focus();
});

// ---------------------------------------------------------------------------------------------- panels beside

let searching = Promise.resolve();
let searchDue = 0;

desk.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) toggle(byId(opener.dataset.opens), opener);
  const close = event.target.closest("[data-close-panel]");
  if (close) shut(close.closest("[data-panel]"));
});

function toggle(panel, opener) {
  const again = !panel.hidden && panel.dataset.kind === opener.dataset.kind;
  for (const other of document.querySelectorAll("[data-panel]:not([hidden])")) if (other !== panel) shut(other);
  opener.closest("[popover]")?.hidePopover();
  if (again) return shut(panel);
  panel.hidden = false;
  panel.dataset.kind = opener.dataset.kind;
  panel.opener = opener.id;
  opener.setAttribute("aria-expanded", "true");
  const form = panel.querySelector("[data-targets]");
  if (form) {
    form.elements.kind.value = opener.dataset.kind;
    form.elements.q.value = "";
    delete form.elements.q.dataset.dirty;
    search(form);
  }
  panel.querySelector("input:not([type=hidden])").focus();
}

function shut(panel) {
  if (!panel || panel.hidden) return;
  panel.hidden = true;
  const opener = byId(panel.opener);
  opener?.setAttribute("aria-expanded", "false");
  if (opener?.checkVisibility()) opener.focus();
}

function search(form) {
  const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  const id = form.dataset.targets;
  const mine = (searching = fetch(address, { headers: { accept: "application/x-parts", "x-requested-by": "console" } })
    .then((answer) => answer.text().then((html) => ({ ok: answer.ok, html })))
    .then(({ ok, html }) => {
      // A later search has gone out meanwhile.
      if (searching !== mine) return;
      if (ok) place(html);
      else byId(id).innerHTML = html;
      byId(id).querySelector("[data-takes]")?.classList.add("is-first");
    }, () => {}));
  return mine;
}

desk.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-targets]");
  if (!form) return;
  clearTimeout(searchDue);
  searchDue = setTimeout(() => search(form), 120);
});

desk.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-targets]")) return;
  event.preventDefault();
  clearTimeout(searchDue);
  await search(form);
  byId(form.dataset.targets).querySelector("[data-takes]")?.click();
});

desk.addEventListener("keydown", (event) => {
  if (event.key === "Escape") shut(event.target.closest("[data-panel]"));
});

on("answered", ({ form, ok }) => {
  if (!ok) return;
  // The stream may have brought the effect before the answer came, and other elements with it.
  const there = (selector) => byId(form.closest(selector)?.id);
  shut(there("[data-panel]"));
  const menu = there("[popover]");
  if (menu?.matches(":popover-open")) menu.hidePopover();
});

// ---------------------------------------------------------------------------------------------- what is typed

const tenant = document.querySelector("meta[name=tenant]").content;
const drafts = `acd-draft ${tenant} ${desk.dataset.agent} `;
const saves = new Map();
const dues = new Map();
const count = new Intl.NumberFormat(document.documentElement.dataset.digits === "fa" ? "fa" : document.documentElement.lang === "ru" ? "ru" : "en");

const draftOf = (id) => sessionStorage.getItem(drafts + id);
const valueOf = (form) => JSON.stringify({ code: new FormData(form).get("code") ?? "", notes: form.elements.notes.value });

function typed(form) {
  const id = form.dataset.draft;
  form.dataset.dirty = "";
  sessionStorage.setItem(drafts + id, valueOf(form));
  counted(form);
  saveIn(id, 2000);
}

function saveIn(id, ms) {
  clearTimeout(dues.get(id));
  dues.set(id, setTimeout(() => save(id), ms));
}

/** Sends what is typed of a contact; one after the other, so that the newest is what stays. */
function save(id) {
  clearTimeout(dues.get(id));
  const saving = (saves.get(id) ?? Promise.resolve()).then(() => send(id));
  saves.set(id, saving);
  return saving;
}

async function send(id) {
  const draft = draftOf(id);
  if (draft === null) return;
  const form = byId(`outcome-${id}`);
  if (!form?.matches("form[data-draft]")) return;
  state(id, text("saving"));
  const answer = await post(form.getAttribute("action"), { handling: id, ...JSON.parse(draft) }, { until: now() + 8000 });
  if (answer.ok) {
    if (draftOf(id) === draft) {
      sessionStorage.removeItem(drafts + id);
      clean(byId(`outcome-${id}`));
    }
  } else if (answer.status === 0) {
    state(id, text("not-saved"), true);
    saveIn(id, 5000);
  } else {
    const words = document.createElement("template");
    words.innerHTML = answer.html;
    state(id, words.content.textContent.trim(), true);
  }
}

/** Nothing of the form is a draft any more: the stream may replace it. */
function clean(form) {
  for (const dirty of form ? [form, ...form.querySelectorAll("[data-dirty]")] : []) delete dirty.dataset.dirty;
}

function state(id, words, fails = false) {
  const saved = byId(`saved-${id}`);
  if (!saved) return;
  saved.textContent = words;
  saved.classList.toggle("fails", fails);
}

function counted(form) {
  const words = document.querySelector(`[data-count-of="notes-${form.dataset.draft}"]`);
  if (!words) return;
  const bytes = new TextEncoder().encode(form.elements.notes.value).length;
  words.querySelector(".count").textContent = count.format(bytes);
  words.classList.toggle("fails", bytes > Number(form.elements.notes.dataset.bytes));
}

/** What was typed before a reload, a crash or the end of the session is there again. */
function restore() {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const draft = draftOf(form.dataset.draft);
    if (draft !== null && form.dataset.dirty === undefined && draft !== valueOf(form)) {
      const { code, notes } = JSON.parse(draft);
      form.elements.notes.value = notes;
      const choice = code && form.querySelector(`input[name=code][value="${CSS.escape(code)}"]`);
      if (choice) choice.checked = true;
      form.dataset.dirty = "";
      saveIn(form.dataset.draft, 2000);
    }
    counted(form);
  }
}

for (const event of ["input", "change"]) {
  desk.addEventListener(event, ({ target }) => target.closest("form[data-draft]") && typed(target.closest("form[data-draft]")));
}
desk.addEventListener("focusout", ({ target }) => {
  const form = target.closest?.("form[data-draft]");
  if (form && draftOf(form.dataset.draft) !== null) save(form.dataset.draft);
});
on("connection", (is) => {
  if (is === "live") for (const form of document.querySelectorAll("form[data-draft][data-dirty]")) save(form.dataset.draft);
});

// What is typed goes before the act that may end the contact.
addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("form[action$='/logout']:not([data-act])")) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("acd-draft ")) sessionStorage.removeItem(key);
    return;
  }
  const id = form.matches("form[data-act]") && form.elements.handling?.value;
  if (!id || draftOf(id) === null || form.dataset.saved !== undefined) {
    delete form.dataset.saved;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.submitter;
  await save(id);
  if (!form.isConnected) return;
  form.dataset.saved = "";
  form.requestSubmit(button?.isConnected ? button : undefined);
}, true);

// ---------------------------------------------------------------------------------------------- the page around a frame

const origins = text("origins").split(" ").filter(Boolean);
const around = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
const origin = desk.dataset.embedded !== undefined && window.parent !== window ? origins.find((it) => it === around) : undefined;
const toldOf = new Map();
const over = new Set(["wrap-up", "parked", "put-off", "ended"]);

/** The page around is told of each contact once: that it is offered, connected, ended. */
function tellAround() {
  if (!origin) return;
  const there = new Map();
  for (const card of document.querySelectorAll("#offers [data-pop]")) there.set(card.dataset.pop, "offer");
  for (const head of document.querySelectorAll(".head[data-pop]")) if (!over.has(head.dataset.stage)) there.set(head.dataset.pop, "connected");
  const contactOf = (pop) => JSON.parse(pop).contactId;
  const contacts = new Set([...there.keys()].map(contactOf));
  for (const [id, { pop }] of toldOf) {
    if (contacts.has(id)) continue;
    toldOf.delete(id);
    window.parent.postMessage({ acd: "ended", ...JSON.parse(pop) }, origin);
  }
  for (const [pop, acd] of there) {
    const id = contactOf(pop);
    if (toldOf.get(id)?.acd === acd) continue;
    toldOf.set(id, { acd, pop });
    window.parent.postMessage({ acd, ...JSON.parse(pop) }, origin);
  }
}

// ---------------------------------------------------------------------------------------------- what changes

let noticed = byId("notice")?.dataset.alert ?? "";

function lookAtNotice() {
  const alert = byId("notice")?.dataset.alert ?? "";
  if (alert && alert !== noticed) {
    say("alert", alert);
    if (isHeard() && wantsSound()) toneOnce();
  }
  noticed = alert;
}

function look() {
  lookAtContacts();
  lookAtOffers();
  lookAtNotice();
  restore();
  showDead();
  showSound();
  showDenied();
  tellAround();
  // The console let go of the stream because nothing was heard of this tab.
  if (byId("rest").dataset.seat === "returning") signIfDue(1000);
}

on("placed", look);
on("tick", () => {
  drawRings();
  showDead();
});

unlock();
look();
