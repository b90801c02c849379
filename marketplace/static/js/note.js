// A note loses no word: what is typed stays in this tab's own storage until the server has answered that it is saved. Without this file
// the form just posts.
const form = document.querySelector("form[data-note]");
const page = document.querySelector("[data-note]");
const key = page && `note:${page.dataset.note}`;
const PASSED = new Set(["csrf_token", "version", "do", "attest"]);

const kept = () => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } };
const forget = () => sessionStorage.removeItem(key);
const fields = () => [...new FormData(form)].filter(([name]) => !PASSED.has(name));
const same = (some, others) => JSON.stringify(some) === JSON.stringify(others);

function keep(sent) {
  try {
    sessionStorage.setItem(key, JSON.stringify({ fields: fields(), version: form.elements.version.value, sent }));
  } catch { /* no room, or storage is switched off: the form still posts */ }
}

function fill(words) {
  const lists = new Map();
  for (const [name, value] of words) lists.set(name, [...(lists.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || PASSED.has(field.name) || field.type === "hidden" || field.type === "submit") continue;
    const values = lists.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
}

function begin() {
  const fresh = fields();
  const before = kept();
  const here = Number(form.dataset.version);
  if (before && form.dataset.settled === "yes") {
    // Sent, and the note has gone on since: saved. Everything else that differs was not, and comes back with the version it was typed on.
    if ((before.sent && here > Number(before.version)) || same(before.fields, fresh)) forget();
    else {
      fill(before.fields);
      form.elements.version.value = before.version;
      const notice = document.querySelector("#unsaved");
      notice.hidden = false;
      notice.querySelector("[data-discard]").addEventListener("click", () => {
        forget();
        fill(fresh);
        form.elements.version.value = here;
        notice.hidden = true;
      });
    }
  }
  let waiting = null;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { waiting = null; keep(false); }, 300);
  });
  addEventListener("pagehide", () => { if (waiting !== null) keep(false); });
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    waiting = null;
    keep(navigator.onLine);
    if (!navigator.onLine) {
      event.preventDefault();
      document.querySelector("#offline").hidden = false;
    }
  }, true);
  // Another form of the page, such as the one that signs out: nothing is kept behind its back.
  document.addEventListener("submit", (event) => {
    if (event.target === form) return;
    clearTimeout(waiting);
    waiting = null;
  }, true);
  addEventListener("online", () => { document.querySelector("#offline").hidden = true; });
}

if (form) begin();
else if (page?.dataset.signed === "yes") forget();
