// Everything works without this file. It saves page loads in search, guards against a second press, and tells when clocks or holds matter.
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const live = $("#live");
const say = (words) => { if (live) live.textContent = words; };

// --- search: ask for the same address, swap the marked parts ([data-swap] with an id) -------------------------------------
let asking = null;

function swap(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const focused = document.activeElement?.id;
  const parts = all("[data-swap][id]").map((old) => [old, fresh.getElementById(old.id)]);
  if (!parts.length || parts.every(([, next]) => !next)) throw new Error("nothing to swap");
  for (const [old, next] of parts) if (next) old.replaceChildren(...next.childNodes);
  document.title = fresh.title;
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function look(url) {
  const results = $("#results");
  if (!results) return location.assign(url);
  asking?.abort();
  const mine = (asking = new AbortController());
  results.setAttribute("aria-busy", "true");
  say(document.body.dataset.looking);
  try {
    const answer = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return location.assign(url);
    const text = await answer.text();
    if (mine.signal.aborted) return undefined;
    swap(text);
    history.replaceState(null, "", url.pathname + url.search + location.hash);
    say($("[data-summary]")?.textContent.trim() ?? "");
    noteZone();
  } catch (fault) {
    if (fault.name !== "AbortError") location.assign(url);
  } finally {
    if (asking === mine) { asking = null; results.removeAttribute("aria-busy"); }
  }
  return undefined;
}

function addressOf(form) {
  const url = new URL(form.action || location.href, location.href);
  const wish = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "");
  url.search = new URLSearchParams(wish).toString();
  url.hash = "";
  return url;
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("form[data-live]") && event.target.checkValidity()) look(addressOf(form));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-live]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  look(new URL(link.href));
});

// --- forms: one press is one request; the pressed button's own name and value still go along --------------------------------
const busy = new WeakSet();

function release(form) {
  busy.delete(form);
  all("button[aria-disabled=true]", form).forEach((button) => button.removeAttribute("aria-disabled"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.matches("form[data-live]")) {
    event.preventDefault();
    if (location.hash === "#filters") location.hash = "results";
    look(addressOf(form));
  } else if (form.method === "post") {
    if (busy.has(form)) return event.preventDefault();
    busy.add(form);
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(release, 15000, form);
  } else {
    // A search that leaves empty fields out has an address worth sharing.
    const empty = [...form.elements].filter((field) => field.name && field.value === "" && !field.disabled);
    empty.forEach((field) => { field.disabled = true; });
    setTimeout(() => empty.forEach((field) => { field.disabled = false; }));
  }
  return undefined;
});

addEventListener("pageshow", (event) => { if (event.persisted) all("form").forEach(release); });

// --- menus and filter sheet: they open by themselves; Escape and a press outside close them ----------------------------------
const OPENED = ".menu[open], [data-drop][open]";
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = $(OPENED);
  if (menu) { menu.open = false; $("summary", menu).focus(); }
  if (location.hash === "#filters" || location.hash === "#query") {
    location.hash = "results";
    $(".tools a, .query-line")?.focus();
  }
});
document.addEventListener("click", (event) => {
  const menu = $(OPENED);
  if (menu && !menu.contains(event.target)) menu.open = false;
});
addEventListener("hashchange", () => {
  if (location.hash === "#filters" || location.hash === "#query") $("input, select", $(location.hash) ?? document)?.focus();
});

// --- signing out takes along what this tab kept of unsaved words --------------------------------------------------------------
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action")?.endsWith("/logout")) sessionStorage.clear();
}, true);

// --- errors first: the list of what is missing takes the focus --------------------------------------------------------------
$("[data-focus]")?.focus();

// --- health check on phones: the next question appears when one is answered; a tap (not a key) brings it up ------------------
document.addEventListener("click", (event) => {
  if (!event.detail || !event.target.matches?.(".ask input[type=radio]")) return;
  const next = event.target.closest(".ask").nextElementSibling;
  if (!next || innerWidth >= 560) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => next.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" }));
});

// --- time: pages speak New York time; say so where the visitor's clock shows another ----------------------------------------
function noteZone() {
  const note = $("#zone-note");
  const when = $("time[datetime*='T']");
  if (!note || !when) return;
  const instant = new Date(when.dateTime);
  if (Number.isNaN(instant.getTime())) return;
  const wall = (timeZone) => new Intl.DateTimeFormat("en-US", { dateStyle: "short", timeStyle: "short", timeZone }).format(instant);
  note.hidden = wall(undefined) === wall("America/New_York");
}
noteZone();

// --- a hold: no countdown, one notice when it ends --------------------------------------------------------------------------
const hold = $("[data-hold-seconds]");
if (hold) {
  const ends = Date.now() + Number(hold.dataset.holdSeconds) * 1000;
  const tell = () => {
    if (Date.now() < ends) return setTimeout(tell, Math.min(ends - Date.now(), 30000) + 50);
    return all("[data-hold-over]").forEach((over) => { over.hidden = false; });
  };
  tell();
}
