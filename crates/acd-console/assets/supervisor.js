// Tables that do not jump, views that change without a reload, panels that act. All of it works without this script, too:
// every link and form leads to a page.

import { isPressed, on, text, place, reopen, say, digits, duration, left, now } from "./console.js";

const main = document.getElementById("content");
const parts = { accept: "application/x-parts", "x-requested-by": "console" };

// ---------------------------------------------------------------------------------------------- rows

/** What the server last told of each table: the order of its rows, and those that are not in place. */
const tables = new Map();

on("act", ({ table, order, rows }) => {
  if (!order) return;
  const known = tables.get(table) ?? { fresh: new Map() };
  known.order = order;
  for (const [id, html] of Object.entries(rows)) known.fresh.set(id, html);
  const listed = new Set(order);
  for (const id of known.fresh.keys()) if (!listed.has(id)) known.fresh.delete(id);
  tables.set(table, known);
  show(table, known);
});

on("released", () => {
  for (const [name, known] of tables) show(name, known);
});

function show(name, known) {
  const tbody = document.getElementById(name);
  if (!tbody) return;
  const rows = new Map([...tbody.rows].map((row) => [row.id, row]));
  for (const [id, html] of known.fresh) {
    const row = rows.get(id);
    if (!row || isPressed(row)) continue;
    rows.set(id, renew(row, html));
    known.fresh.delete(id);
  }
  const listed = new Set(known.order);
  for (const [id, row] of rows) row.toggleAttribute("data-gone", !listed.has(id));
  if (isFrozen(tbody)) {
    offer(tbody, changesOf([...rows.keys()], known.order));
    return;
  }
  settle(tbody, known, rows);
}

/** Puts rows in their order, new ones among them. */
function settle(tbody, known, rows = new Map([...tbody.rows].map((row) => [row.id, row]))) {
  let before = null;
  for (const id of known.order) {
    const row = rows.get(id) ?? made(known.fresh.get(id));
    known.fresh.delete(id);
    if (!row) continue;
    const at = before ? before.nextElementSibling : tbody.firstElementChild;
    if (at !== row) tbody.insertBefore(row, at);
    before = row;
  }
  const listed = new Set(known.order);
  for (const row of [...tbody.rows]) if (!listed.has(row.id)) row.remove();
  offer(tbody, 0);
  count();
}

function made(html) {
  if (html === undefined) return null;
  const template = document.createElement("template");
  template.innerHTML = html;
  const row = template.content.firstElementChild;
  for (const time of row.querySelectorAll("time[data-since]")) time.textContent = duration(now() - Number(time.dataset.since));
  for (const time of row.querySelectorAll("time[data-until]")) time.textContent = left(Number(time.dataset.until));
  return row;
}

/** The row as it is now: chosen if it was, and with the focus where it was. */
function renew(row, html) {
  const fresh = made(html);
  const box = fresh.querySelector("input[type=checkbox]");
  if (box) box.checked = row.querySelector("input[type=checkbox]")?.checked ?? false;
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  const selector = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.matches("input") ? "input" : `a[href="${CSS.escape(focused.getAttribute("href") ?? "")}"]`);
  row.replaceWith(fresh);
  if (selector) (fresh.querySelector(selector) ?? fresh.querySelector("a, input"))?.focus({ preventScroll: true });
  return fresh;
}

function isFrozen(tbody) {
  const table = tbody.closest("table");
  return tbody.matches(":hover") || table.contains(document.activeElement) || tbody.querySelector(":checked") !== null;
}

/** How many rows would come, go or change places: all but the longest run that stays in order. */
function changesOf(shown, order) {
  const places = new Map(order.map((id, at) => [id, at]));
  const kept = shown.filter((id) => places.has(id)).map((id) => places.get(id));
  const ends = [];
  for (const at of kept) {
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (ends[middle] < at) low = middle + 1;
      else high = middle;
    }
    ends[low] = at;
  }
  return order.length - ends.length + (shown.length - kept.length);
}

function offer(tbody, changes) {
  let note = document.getElementById("changes");
  if (!note) {
    if (!changes) return;
    note = document.createElement("p");
    note.id = "changes";
    note.className = "changes";
    document.querySelector(".above").append(note);
    const words = document.createElement("span");
    const sort = document.createElement("button");
    sort.type = "button";
    sort.className = "btn";
    sort.textContent = text("sort");
    sort.addEventListener("click", () => {
      const of = note.dataset.of;
      const known = tables.get(of);
      const body = document.getElementById(of);
      if (known && body) settle(body, known);
    });
    note.append(words, sort);
  }
  note.hidden = changes === 0;
  note.dataset.of = tbody.id;
  note.firstChild.textContent = text("changes", { n: digits(String(changes)) });
}

function thaw() {
  for (const [name, known] of tables) {
    const tbody = document.getElementById(name);
    const note = document.getElementById("changes");
    if (tbody && note && !note.hidden && !isFrozen(tbody)) settle(tbody, known);
  }
}
addEventListener("pointermove", thaw, { passive: true });
addEventListener("focusin", thaw);

// ---------------------------------------------------------------------------------------------- choosing

function count() {
  const form = document.getElementById("chosen");
  if (!form) return;
  const chosen = main.querySelectorAll("tbody .pick input:checked").length;
  const many = form.querySelector(".many");
  many.textContent = many.dataset.text.replace("%n", digits(String(chosen)));
  // It is said where all is said; not when the page opens.
  if (form.dataset.many !== undefined && form.dataset.many !== String(chosen)) say("status", many.textContent);
  form.dataset.many = chosen;
  const all = main.querySelector("[data-all]");
  const rows = main.querySelectorAll("tbody .pick input").length;
  all.checked = chosen > 0 && chosen === rows;
  all.indeterminate = chosen > 0 && chosen < rows;
}

main?.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of main.querySelectorAll("tbody .pick input")) box.checked = event.target.checked;
  }
  if (event.target.matches(".pick input")) count();
  if (event.target.matches("form.filters select")) event.target.form.requestSubmit();
});
main?.addEventListener("reset", () => setTimeout(() => {
  count();
  thaw();
}));

let typing = 0;
main?.addEventListener("input", (event) => {
  if (!event.target.matches("form.filters input[type=search]")) return;
  clearTimeout(typing);
  typing = setTimeout(() => event.target.form.requestSubmit(), 250);
});

// Enter opens the row that a hand is in; the arrows go to the same place of the next one.
main?.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("table.rows tbody tr");
  if (!row) return;
  if (event.key === "Enter" && event.target.matches("input[type=checkbox]")) {
    event.preventDefault();
    row.querySelector("a.open")?.click();
  } else if (event.key === " " && event.target.matches("a.open")) {
    const box = row.querySelector(".pick input");
    if (box) {
      event.preventDefault();
      box.click();
    }
  }
});

// ---------------------------------------------------------------------------------------------- another view of the page

let asked = null;

/** Shows another view of this page without loading it: what stays, the search that is being typed for one, is left alone. */
async function go(address, keep) {
  asked?.abort();
  asked = new AbortController();
  main.setAttribute("aria-busy", "true");
  let fresh;
  try {
    const answer = await fetch(address, { signal: asked.signal, headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return location.assign(address);
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    return;
  }
  const focused = document.activeElement;
  const href = main.contains(focused) && focused.getAttribute("href");
  const chosen = new Set([...main.querySelectorAll("tbody .pick input:checked")].map((box) => box.value));
  const form = main.querySelector("form.filters");
  const isTyped = form?.contains(document.activeElement);
  const old = main.querySelector(".list");
  const list = fresh.querySelector("main .list");
  if (isTyped && old && list) {
    const place = list.querySelector("form.filters");
    const [above, below] = [[], []];
    let side = above;
    for (const child of [...list.childNodes]) child === place ? (side = below) : side.push(child);
    for (const child of [...old.childNodes]) if (child !== form) child.remove();
    form.before(...above);
    form.after(...below);
    const beside = document.getElementById("beside");
    const next = fresh.getElementById("beside");
    if (beside && next) {
      beside.replaceWith(next);
      document.getElementById("split").toggleAttribute("data-open", fresh.getElementById("split").hasAttribute("data-open"));
    }
  } else {
    main.replaceChildren(...fresh.getElementById("content").childNodes);
  }
  main.removeAttribute("aria-busy");
  document.title = fresh.title;
  if (keep) history.pushState({ soft: true }, "", address);
  tables.clear();
  for (const box of main.querySelectorAll("tbody .pick input")) box.checked = chosen.has(box.value);
  count();
  const stream = fresh.body.dataset.stream;
  if (stream) reopen(stream);
  if (!isTyped) {
    const again = [...main.querySelectorAll("a[href]")];
    const beside = document.querySelector("#split[data-open] #beside h1 a");
    (beside ?? again.find((link) => link.getAttribute("href") === href) ?? main).focus({ preventScroll: true });
  }
  say("status", document.getElementById("count")?.textContent ?? "");
}

main?.addEventListener("click", (event) => {
  const read = event.target.closest("[data-read]");
  if (read) say("status", `${document.getElementById("count").textContent}. ${document.getElementById(read.dataset.read).textContent}`);
  const link = event.target.closest("a");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.matches("[data-panel]")) {
    event.preventDefault();
    openPanel(link.href, link);
  } else if (link.matches("[data-close]")) {
    event.preventDefault();
    closePanel();
  } else if (link.matches("[data-soft]")) {
    event.preventDefault();
    go(link.href, true);
  }
});

history.replaceState({ soft: true }, "");
addEventListener("popstate", (event) => event.state?.soft && go(location.href, false));

main?.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.closest("#doing")) {
    // The answer takes the place of the panel; what is typed goes with the form, and comes back with a panel that lacks something.
    button?.focus();
    for (const field of form.querySelectorAll("[data-dirty]")) delete field.dataset.dirty;
  } else if (form.matches("form[data-soft]")) {
    event.preventDefault();
    clearTimeout(typing);
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const address = form.getAttribute("action") + (query.size ? `?${query}` : "");
    go(address, true);
  } else if (button?.matches("[data-panel]")) {
    event.preventDefault();
    const query = new URLSearchParams(new FormData(form));
    openPanel(`${button.formAction}?${query}`, button);
  }
});

// ---------------------------------------------------------------------------------------------- panels

let opener = null;
let closing = 0;

async function openPanel(address, from) {
  clearTimeout(closing);
  opener = from;
  try {
    const answer = await fetch(address, { headers: parts });
    if (!answer.ok || answer.redirected) return location.assign(address);
    document.getElementById("doing").replaceChildren();
    place(await answer.text());
  } catch {
    location.assign(address);
  }
}

function closePanel() {
  clearTimeout(closing);
  const panel = document.getElementById("doing");
  if (!panel?.hasChildNodes()) return;
  const empty = document.createElement("section");
  empty.id = "doing";
  panel.replaceWith(empty);
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
}

on("placed", (ids) => {
  if (!ids.includes("doing")) return;
  const panel = document.getElementById("doing");
  if (panel.dataset.say) {
    say("status", panel.dataset.say);
    if (panel.dataset.done !== undefined) {
      document.getElementById("chosen")?.reset();
      closing = setTimeout(closePanel, 6000);
    }
  }
  const must = panel.querySelector("[data-must]");
  if (must) {
    const go = panel.querySelector("button[type=submit]");
    const check = () => (go.disabled = must.value !== must.dataset.must);
    must.addEventListener("input", check);
    check();
  }
  (panel.querySelector("select, input:not([type=hidden])") ?? panel.querySelector("a[data-close]"))?.focus({ preventScroll: true });
});

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.getElementById("doing")?.hasChildNodes()) closePanel();
});

count();
