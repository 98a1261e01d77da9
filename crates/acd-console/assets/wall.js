// The wallboard: pages turn, the screen stays on and does not burn in.
import { on, say, text, digits } from "./console.js";

const PAGE_MS = 12_000;
const LATE_ON_TOP = 2;
const SHIFT_MS = 3 * 60_000;
const board = document.querySelector(".wall");
const table = document.getElementById("wall-rows");
const perPage = Number(board.dataset.rows);
let page = 0;
let paused = false;
let turnedAt = Date.now();
let shiftedAt = Date.now();
document.body.dataset.keep = "";

function rows() {
  return [...table.rows];
}

/** In a hand the wall is a list, and no page turns. */
function isList() {
  return matchMedia("(max-width: 720px)").matches;
}

/** Takes up the order, which changes when a page turns and at no other time, and shows this page. */
function show(next) {
  const wanted = (row) => Number(row.dataset.place);
  const ordered = rows().sort((one, other) => wanted(one) - wanted(other));
  if (ordered.some((row, at) => table.rows[at] !== row)) table.append(...ordered);
  const late = ordered.filter((row) => row.classList.contains("late"));
  const many = ordered.length > perPage && !isList();
  const top = many ? late.slice(0, Math.min(LATE_ON_TOP, perPage - 1)) : [];
  const rest = ordered.filter((row) => !top.includes(row));
  const size = many ? perPage - top.length : Math.max(1, ordered.length);
  const pages = Math.max(1, Math.ceil(rest.length / size));
  page = ((next % pages) + pages) % pages;
  const shown = new Set([...top, ...rest.slice(page * size, (page + 1) * size)]);
  for (const row of ordered) row.hidden = !shown.has(row);
  const words = pages > 1 ? text("page", { n: digits(String(page + 1)), of: digits(String(pages)) }) : "";
  document.getElementById("wall-page").textContent = paused && words ? `${words} ‖ ${text("paused")}` : words;
}

function turn(by) {
  turnedAt = Date.now();
  show(page + by);
}

// A row that was replaced stays shown or hidden as it was; one that is no more goes.
let shown = new Set(rows().map((row) => row.id));
const note = () => (shown = new Set(rows().filter((row) => !row.hidden).map((row) => row.id)));
on("placed", () => {
  const known = new Set((document.getElementById("wall-set")?.dataset.rows ?? "").split("\n"));
  for (const row of rows()) {
    if (!known.has(row.id)) row.remove();
    else row.hidden = !shown.has(row.id);
  }
  if (!rows().some((row) => !row.hidden)) turn(0);
  note();
});

on("tick", () => {
  const at = Date.now();
  if (!paused && at - turnedAt >= PAGE_MS) turn(1);
  if (at - shiftedAt >= SHIFT_MS) {
    // No edge stands for years in one place.
    shiftedAt = at;
    const by = () => `${(Math.random() < 0.5 ? -1 : 1) * (2 + Math.floor(Math.random() * 5))}px`;
    board.style.translate = `${by()} ${by()}`;
  }
  // Hours need more room than minutes.
  for (const time of table.querySelectorAll(".big time")) time.classList.toggle("long", time.textContent.length > 5);
  const connection = document.getElementById("connection");
  const asOf = document.getElementById("wall-as-of");
  const isStale = connection.dataset.state === "stale";
  asOf.hidden = !isStale;
  if (isStale) asOf.textContent = connection.textContent.trim();
  note();
});

addEventListener("keydown", (event) => {
  if (event.target.closest("button, a, summary, input")) return;
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    event.preventDefault();
    turn(event.key === forward ? 1 : -1);
    note();
  } else if (event.key === " ") {
    event.preventDefault();
    paused = !paused;
    show(page);
    say("status", document.getElementById("wall-page").textContent);
  }
});

document.querySelector(".full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
});

async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  // Where it is not allowed the screen follows the system's settings.
  await navigator.wakeLock?.request("screen").catch(() => {});
}
document.addEventListener("visibilitychange", stayAwake);
addEventListener("resize", () => turn(0));
stayAwake();
show(0);
note();
