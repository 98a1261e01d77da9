// The administrator's pages: a draft that is not lost, checks while it is typed, files that are opened here.
import { on, post, text, digits } from "./console.js";

const keep = {
  get: (key) => JSON.parse(localStorage.getItem(key) ?? "null"),
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Full, or not allowed: the draft then lives as long as the page.
    }
  },
  drop: (key) => localStorage.removeItem(key),
};

const form = document.querySelector("[data-draft]");
const key = form && `acd-draft:${form.dataset.draft}`;

function timeOfDay(at) {
  return digits(new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }));
}

function keptSince(draft) {
  return text("draft-kept", { time: timeOfDay(draft.at), version: digits(String(draft.version)) });
}

// ---------------------------------------------------------------------------------------------- the document

const field = document.getElementById("document");

function numberLines() {
  const numbers = document.querySelector(".editor .numbers");
  const wrong = new Map();
  for (const item of document.querySelectorAll("#problems [data-line]")) {
    const line = Number(item.dataset.line);
    if (wrong.get(line) !== "error") wrong.set(line, item.dataset.severity);
  }
  const lines = field.value.split("\n").length;
  const parts = document.createDocumentFragment();
  let run = [];
  const flush = () => {
    if (run.length) parts.append(run.join("\n") + "\n");
    run = [];
  };
  for (let no = 1; no <= lines; no++) {
    if (!wrong.has(no)) {
      run.push(no);
      continue;
    }
    flush();
    const mark = document.createElement("mark");
    mark.className = wrong.get(no);
    mark.textContent = no;
    parts.append(mark, "\n");
  }
  flush();
  numbers.replaceChildren(parts);
  numbers.scrollTop = field.scrollTop;
}

/** Shows a line and puts the caret there. */
function goTo(line) {
  const lines = field.value.split("\n");
  const begin = lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
  field.focus();
  field.setSelectionRange(begin, begin + (lines[line - 1] ?? "").length);
  const height = parseFloat(getComputedStyle(field).lineHeight);
  field.scrollTop = Math.max(0, (line - 5) * height);
}

let due = 0;
let checking = null;

function checkSoon() {
  clearTimeout(due);
  due = setTimeout(check, 400);
}

async function check() {
  checking?.abort();
  checking = new AbortController();
  const answer = await post(form.dataset.check, { document: field.value }, { signal: checking.signal, until: 0 });
  if (!answer.ok && answer.status !== 0) return;
  if (!answer.ok && !checking.signal.aborted) document.querySelector("#problems .quiet")?.replaceChildren(text("unreachable"));
}

/** What was tried is applied, and no other text. */
function compareWithTried() {
  const apply = document.getElementById("apply");
  if (!apply) return;
  const isOther = apply.elements.document.value !== field.value;
  apply.hidden = isOther;
  document.querySelector("#trial .stale").hidden = !isOther;
}

function startDocument() {
  const served = field.value;
  const note = document.getElementById("draft-note");
  if (document.querySelector("[data-applied]")) {
    keep.drop(key);
    // A reload does not say it again, and keeps what is typed from now on.
    history.replaceState(null, "", location.pathname);
  }
  const draft = keep.get(key);
  if (draft && draft.document !== served) {
    field.value = draft.document;
    document.getElementById("from").value = draft.version;
    note.querySelector("span").textContent = keptSince(draft);
    note.hidden = false;
  }
  numberLines();
  check();
  field.addEventListener("input", () => {
    keep.set(key, { document: field.value, version: document.getElementById("from").value, at: Date.now() });
    numberLines();
    compareWithTried();
    checkSoon();
  });
  field.addEventListener("scroll", () => {
    document.querySelector(".editor .numbers").scrollTop = field.scrollTop;
  });
  document.querySelector("[data-discard]").addEventListener("click", () => {
    keep.drop(key);
    field.value = served;
    document.getElementById("from").value = form.dataset.version;
    note.hidden = true;
    numberLines();
    compareWithTried();
    check();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#problems a[href^='#line-']");
    if (!link) return;
    event.preventDefault();
    goTo(Number(link.hash.slice("#line-".length)));
  });
  on("parts", (ids) => {
    if (ids.includes("problems")) numberLines();
    if (ids.includes("trial")) compareWithTried();
    // The draft goes on from another version.
    if (ids.includes("from") && keep.get(key)) {
      keep.set(key, { ...keep.get(key), version: document.getElementById("from").value });
    }
  });
}

// ---------------------------------------------------------------------------------------------- scenario files

function startScenarios() {
  const files = document.getElementById("files");
  const filesKey = `acd-scenarios:${form.dataset.draft}`;
  const draft = keep.get(key);
  if (draft) {
    const choice = document.getElementById("against-draft");
    choice.hidden = false;
    choice.querySelector("input").checked = true;
    choice.querySelector("span").textContent = keptSince(draft);
    document.getElementById("draft-document").value = draft.document;
  }
  const remember = () => {
    const rows = [...files.children].map((row) => ({
      name: row.querySelector("[name=name]").value,
      text: row.querySelector("[name=text]").value,
    }));
    keep.set(filesKey, rows.filter((row) => row.text.trim()));
  };
  const add = (name, content) => {
    const row = document.getElementById("file-row").content.cloneNode(true);
    row.querySelector("[name=name]").value = name;
    row.querySelector("[name=text]").value = content;
    files.append(row);
    return files.lastElementChild;
  };
  const dropEmpty = () => {
    for (const row of [...files.children]) if (!row.querySelector("[name=text]").value.trim()) row.remove();
  };
  const kept = keep.get(filesKey) ?? [];
  if (kept.length) files.replaceChildren();
  for (const row of kept) add(row.name, row.text);
  files.addEventListener("input", remember);
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-add-file]")) add(`scenario-${files.children.length + 1}.acd`, "").querySelector("textarea").focus();
    const removed = event.target.closest("[data-remove-file]");
    if (removed) {
      removed.closest("li").remove();
      remember();
    }
  });
  document.getElementById("open-files").addEventListener("change", async (event) => {
    const opened = await Promise.all([...event.target.files].map(async (file) => [file.name, await file.text()]));
    dropEmpty();
    for (const [name, content] of opened) add(name, content);
    event.target.value = "";
    remember();
  });
}

if (field) startDocument();
else if (form?.id === "scenarios") startScenarios();
