// The week drawn from the lines of the hours form, and written into them: the form stays the truth and is what is sent.
// Whatever a hand can drag, keys and buttons do as well.
const form = document.getElementById("hours");
const root = document.getElementById("week");
const DAY = 1440;
const TICKS = ["first_visits", "contact"];
const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const days = all(".hours-day", form);
const words = JSON.parse(root.dataset.words);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const copyOf = (week) => week.map((rows) => rows.map((row) => ({ ...row, settings: [...row.settings], services: [...row.services] })));

// --- times ------------------------------------------------------------------------------------------------------------------
const clock = (minute) => `${String(Math.floor((minute % DAY) / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
function minuteOf(text) {
  const found = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text.trim());
  const minute = found ? Number(found[1]) * 60 + Number(found[2]) : DAY + 1;
  return minute <= DAY ? minute : null;
}
const spoken = (minute) =>
  `${Math.floor((minute % DAY) / 60) % 12 || 12}:${String(minute % 60).padStart(2, "0")}\u00a0${minute % DAY < 720 ? "AM" : "PM"}`;
const drawn = (row) => row.opens !== null && row.closes !== null;
const span = (row) => `${spoken(row.opens)} – ${spoken(row.closes)}`;
const stepOf = () => {
  const step = Number($("[name=step_minutes]", form)?.value);
  return Number.isInteger(step) && step >= 5 && step <= 240 ? step : 15;
};

// --- the form: read, written -------------------------------------------------------------------------------------------------
const nameOf = (line) => $("[name$='-opens']", line).name.slice(0, -"-opens".length);
const part = (line, name) => all(`[name$='-${name}']`, line);

function readLine(line) {
  const typed = (name) => part(line, name)[0]?.value ?? "";
  const ticked = (name) => part(line, name).filter((box) => box.checked).map((box) => box.value);
  const opens = minuteOf(typed("opens"));
  const closes = minuteOf(typed("closes"));
  const whole = opens !== null && opens < DAY && closes !== null;
  return {
    name: nameOf(line), opens: whole ? opens : null, closes: whole ? (closes <= opens ? closes + DAY : closes) : null,
    settings: ticked("settings"), place: typed("place"), staffing: typed("staffing"), weeks: typed("weeks"), services: ticked("services"),
    first_visits: ticked("first_visits").length > 0, contact: ticked("contact").length > 0,
  };
}

export const readWeek = () => days.map((day) => all(".hours-line", day).map(readLine));

function freshLine(day) {
  const numbers = all(".hours-line", days[day]).map((line) => Number(nameOf(line).split("-")[1]));
  const name = `w${day}-${Math.max(-1, ...numbers) + 1}`;
  const holder = document.createElement("div");
  holder.innerHTML = $("#line-template").innerHTML.replaceAll("w9-9", name);
  const line = $(".hours-line", holder);
  line.setAttribute("aria-label", words.days[day]);
  days[day].insertBefore(line, $("[name=add]", days[day]));
  return line;
}

function writeLine(line, row) {
  if ((row.weeks || row.services.length || row.first_visits || row.contact) && !part(line, "contact").length) {
    const name = nameOf(line);
    const holder = document.createElement("div");
    holder.innerHTML = $("#line-template").innerHTML.replaceAll("w9-9", name);
    $(".hours-more", line).replaceWith($(".hours-more", holder));
  }
  const type = (name, value) => { const field = part(line, name)[0]; if (field && field.value !== value) field.value = value; };
  const tick = (name, chosen) => { for (const box of part(line, name)) box.checked = chosen.includes(box.value); };
  if (drawn(row)) { type("opens", clock(row.opens)); type("closes", clock(row.closes)); }
  for (const name of ["place", "staffing", "weeks"]) type(name, row[name]);
  tick("settings", row.settings);
  tick("services", row.services);
  for (const name of TICKS) tick(name, row[name] ? ["1"] : []);
}

export function writeWeek(week) {
  week.forEach((rows, day) => {
    const lines = new Map(all(".hours-line", days[day]).map((line) => [nameOf(line), line]));
    const kept = new Set(rows.map((row) => row.name));
    for (const [name, line] of lines) if (!kept.has(name)) line.remove();
    for (const row of rows) {
      const line = lines.get(row.name) ?? freshLine(day);
      row.name = nameOf(line);
      writeLine(line, row);
    }
    const add = $("[name=add]", days[day]);
    if (add) add.hidden = rows.length >= Number(root.dataset.most);
    const said = $("summary .grow", days[day]);
    const ranges = rows.filter(drawn).map(span);
    said.textContent = ranges.join(", ") || words.closed;
    said.classList.toggle("quiet-text", !ranges.length);
  });
}

// --- what is shown -----------------------------------------------------------------------------------------------------------
const grid = $(".hw-grid", root);
const panel = $(".hw-panel", root);
const undo = $("[data-undo]", root);
const narrow = matchMedia("(max-width: 899.98px)");
const past = [];
let week = readWeek();
let shownWeeks = "";
let chosen = null;
let editing = null;
let copying = null;
let focus = [0, 0];
let axis = [0, DAY];
let faults = new Map();
let lastWords = "";

const say = (text) => { lastWords = text; $("#live").textContent = text; };
const isChosen = (day, at) => chosen !== null && chosen[0] === day && chosen[1] === at;
const visible = (row) => drawn(row) && (!shownWeeks || !row.weeks || row.weeks === shownWeeks);

function about(row) {
  const place = row.place && all("[name$='-place'] option", $("#line-template").content).find((option) => option.value === row.place);
  return [
    row.settings.map((code) => words.settings[code]).join(", ") || words.nowhere,
    place ? place.textContent : "",
    row.weeks ? words.weeks[row.weeks] : "",
    row.contact ? words.contact : "",
    row.first_visits ? words.first_visits : "",
    row.services.length ? words.services : "",
  ].filter(Boolean);
}

function kindOf(row) {
  const clinic = row.settings.includes("clinic");
  const away = row.settings.some((code) => code !== "clinic");
  const places = [...new Set(week.flat().map((one) => one.place).filter(Boolean))];
  return [
    "hw-block", clinic && away ? "hw-both" : clinic ? "hw-clinic" : "hw-away", row.contact ? "hw-contact" : "", row.first_visits ? "hw-first" : "",
    places.indexOf(row.place) > 0 ? "hw-other-place" : "",
  ].filter(Boolean).join(" ");
}

function lanesOf(rows) {
  const ends = [];
  const lanes = new Map();
  for (const row of rows.filter(visible).sort((a, b) => a.opens - b.opens || a.closes - b.closes)) {
    let lane = ends.findIndex((end) => end <= row.opens);
    if (lane < 0) lane = ends.push(0) - 1;
    ends[lane] = row.closes;
    lanes.set(row, lane);
  }
  return [lanes, Math.max(1, ends.length)];
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  if (tag === "button") made.type = "button";
  return made;
}

const fraction = (minute) => (minute - axis[0]) / (axis[1] - axis[0]);

function setAxis() {
  const rows = week.flat().filter(drawn);
  const first = Math.min(6 * 60, ...rows.map((row) => Math.floor(row.opens / 60) * 60));
  const last = Math.max(26 * 60, ...rows.map((row) => Math.ceil(row.closes / 60) * 60));
  axis = [first, Math.min(2 * DAY, last)];
  const hours = (axis[1] - axis[0]) / 60;
  grid.style.setProperty("--hours", hours);
  grid.style.setProperty("--midnight", fraction(DAY));
  grid.style.setProperty("--seven", fraction(19 * 60));
}

function drawAxis() {
  const line = element("div", "hw-axis");
  line.setAttribute("aria-hidden", "true");
  for (let minute = axis[0]; minute < axis[1]; minute += 60) {
    const hour = element("span", minute % 360 ? "hw-hour" : "hw-hour hw-six", spoken(minute).replace(":00", ""));
    hour.style.setProperty("--from", fraction(minute));
    line.append(hour);
  }
  return line;
}

function place(block, row) {
  block.style.setProperty("--from", fraction(row.opens));
  block.style.setProperty("--to", fraction(Math.min(row.closes, axis[1])));
}

function drawBlock(row, day, at, lane, lanes) {
  const block = element("button", kindOf(row));
  const wrong = faults.get(row.name);
  block.dataset.at = at;
  place(block, row);
  block.style.setProperty("--lane", lane / lanes);
  block.style.setProperty("--lanes", lanes);
  block.append(element("b", "", span(row)));
  for (const text of about(row)) block.append(element("small", "", text));
  block.setAttribute("aria-pressed", String(isChosen(day, at)));
  const next = row.closes > DAY ? `, ${words.next_day}` : "";
  const name = `${words.days[day]}, ${fill(words.from_to, { from: spoken(row.opens), to: spoken(row.closes) })}${next}, ${about(row).join(", ")}`;
  block.setAttribute("aria-label", wrong ? `${name}. ${wrong.join(" ")}` : name);
  block.classList.toggle("hw-bad", Boolean(wrong));
  block.classList.toggle("hw-editing", Boolean(editing) && isChosen(day, at));
  if (isChosen(day, at)) for (const end of ["start", "end"]) block.append(element("i", `hw-end hw-${end}`));
  return block;
}

function drawDay(day) {
  const rows = week[day];
  const box = element("div", "hw-day");
  const head = element("div", "hw-head");
  const track = element("div", "hw-track");
  const [lanes, count] = lanesOf(rows);
  box.dataset.day = day;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", words.days[day]);
  head.append(element("b", "", words.short[day]), element("span", "hw-sum", [...lanes.keys()].map(span).join(", ") || words.closed));
  box.append(head, track);
  rows.forEach((row, at) => { if (lanes.has(row)) track.append(drawBlock(row, day, at, lanes.get(row), count)); });
  const tools = element("div", "hw-tools");
  for (const [what, text] of [["add", "+"], ["copy", words.copy_do]]) {
    const tool = element("button", `hw-tool hw-${what}`, text);
    tool.dataset.tool = what;
    tool.setAttribute("aria-label", fill(words[what], { day: words.days[day] }));
    tool.disabled = what === "add" ? rows.length >= Number(root.dataset.most) : !rows.some(drawn);
    tools.append(tool);
  }
  head.append(tools);
  return box;
}

const itemsOf = (day) => [...all(".hw-block", day), ...all(".hw-tool:not(:disabled)", day)];

function rove() {
  const boxes = all(".hw-day", grid);
  boxes.forEach((box, day) => itemsOf(box).forEach((item, at, items) => {
    item.tabIndex = day === focus[0] && at === Math.min(focus[1], items.length - 1) ? 0 : -1;
  }));
}

function focusOn(day, at) {
  const items = itemsOf(all(".hw-day", grid)[day]);
  focus = [day, Math.max(0, Math.min(at, items.length - 1))];
  rove();
  items[focus[1]]?.focus();
}

function draw() {
  const inside = grid.contains(document.activeElement);
  setAxis();
  grid.replaceChildren(drawAxis(), ...days.map((_, day) => drawDay(day)));
  rove();
  undo.disabled = !past.length;
  const turns = week.flat().some((row) => row.weeks);
  const weeks = $("[data-weeks]", root);
  weeks.hidden = !turns && !shownWeeks;
  for (const button of all("button", weeks)) button.setAttribute("aria-pressed", String(button.value === shownWeeks));
  drawPanel();
  if (inside) focusBlock();
}

function focusBlock() {
  if (chosen) {
    const block = $(`.hw-day[data-day="${chosen[0]}"] [data-at="${chosen[1]}"]`, grid);
    if (block) return focusOn(chosen[0], itemsOf(block.closest(".hw-day")).indexOf(block));
  }
  return focusOn(...focus);
}

// --- changes -----------------------------------------------------------------------------------------------------------------
function store(next) {
  week = next;
  writeWeek(week);
  draw();
  soon();
}

function change(next, select, text) {
  past.push(copyOf(week));
  chosen = select;
  copying = null;
  store(next);
  if (text) say(text);
}

function reads(row, day) {
  return `${words.days[day]}, ${fill(words.from_to, { from: spoken(row.opens), to: spoken(row.closes) })}`;
}

function clamp(opens, closes) {
  const length = Math.max(5, Math.min(closes - opens, DAY));
  const begin = Math.max(0, Math.min(opens, DAY - 5));
  return [begin, begin + length];
}

function newRow(day, opens, closes) {
  const like = week.flat().find((row) => row.settings.length);
  const boxes = all("[name$='-settings']", $("#line-template").content);
  const usual = boxes.filter((box) => box.checked).map((box) => box.value);
  return {
    name: null, opens, closes, settings: usual.length ? usual : [...(like?.settings ?? [])], place: week[day][0]?.place ?? like?.place ?? "",
    staffing: week[day][0]?.staffing ?? like?.staffing ?? "", weeks: shownWeeks, services: [], first_visits: false, contact: false,
  };
}

function add(day, opens, closes) {
  if (week[day].length >= Number(root.dataset.most)) return say(words.full);
  const next = copyOf(week);
  const [from, to] = clamp(opens, closes);
  next[day].push(newRow(day, from, to));
  return change(next, [day, next[day].length - 1], fill(words.added, { what: reads(next[day].at(-1), day) }));
}

function addAnywhere(day) {
  const last = Math.max(0, ...week[day].filter(visible).map((row) => row.closes));
  const opens = last && last + 60 <= DAY - 60 ? last + 60 : last ? 0 : 9 * 60;
  add(day, opens, last ? opens + 60 : 17 * 60);
}

function remove([day, at]) {
  const next = copyOf(week);
  const [row] = next[day].splice(at, 1);
  change(next, null, fill(words.removed, { what: reads(row, day) }));
  focusOn(day, Math.max(0, at - 1));
}

// A step of the chosen range, as keys and buttons take it. Leaves history alone while a range is being edited by keyboard.
function nudge(kind, sign) {
  const [day, at] = chosen;
  const next = copyOf(week);
  const row = next[day][at];
  const step = stepOf() * sign;
  let where = [day, at];
  if (kind === "begin") row.opens = Math.max(0, Math.min(row.opens + step, DAY - 5, row.closes - 5));
  if (kind === "end") row.closes = Math.max(row.opens + 5, row.closes + step);
  if (kind === "both") [row.opens, row.closes] = clamp(row.opens + step, row.closes + step);
  if (kind === "day") where = moved(next, day, at, (day + sign + 7) % 7);
  if (!where) return say(words.full);
  row.closes = Math.min(row.closes, row.opens + DAY);
  if (!editing) past.push(copyOf(week));
  chosen = where;
  store(next);
  return say(reads(week[where[0]][where[1]], where[0]));
}

function moved(next, day, at, to) {
  if (to === day) return [day, at];
  if (next[to].length >= Number(root.dataset.most)) return null;
  const [row] = next[day].splice(at, 1);
  next[to].push({ ...row, name: null });
  return [to, next[to].length - 1];
}

function copyDay(from, targets) {
  const next = copyOf(week);
  for (const to of targets) next[to] = week[from].filter(drawn).map((row) => ({ ...row, name: null, settings: [...row.settings], services: [...row.services] }));
  change(next, null, fill(words.copied, { from: words.days[from], to: targets.map((day) => words.days[day]).join(", ") }));
  focusOn(from, 0);
}

function takeBack() {
  const before = past.pop();
  if (!before) return;
  [chosen, editing, copying] = [null, null, null];
  store(before);
  say(words.undone);
  if (undo.disabled && document.activeElement === document.body) focusOn(...focus);
}

// --- the buttons for the chosen range ----------------------------------------------------------------------------------------
function button(text, label, act, className = "button button-quiet button-small") {
  const made = element("button", className, text);
  if (label) made.setAttribute("aria-label", label);
  made.dataset.key = label || text;
  made.addEventListener("click", () => {
    act();
    all("button", panel).find((one) => one.dataset.key === made.dataset.key)?.focus();
  });
  return made;
}

function drawPanel() {
  const held = document.activeElement?.dataset.key && panel.contains(document.activeElement);
  const key = document.activeElement?.dataset.key;
  if (copying !== null) drawCopy();
  else if (chosen) drawChosen();
  panel.hidden = copying === null && !chosen;
  const day = copying ?? chosen?.[0];
  if (narrow.matches && day !== undefined) all(".hw-day", grid)[day].after(panel);
  else grid.after(panel);
  if (held) all("button", panel).find((one) => one.dataset.key === key)?.focus();
}

function drawChosen() {
  const [day, at] = chosen;
  const row = week[day][at];
  const title = element("p", "t1", `${words.days[day]}, ${span(row)}${row.closes > DAY ? `, ${words.next_day}` : ""}`);
  const wrong = (faults.get(row.name) ?? []).map((text) => element("p", "error", text));
  const steps = element("div", "hw-steps");
  for (const [kind, label] of [["begin", words.begins], ["end", words.ends], ["both", words.whole], ["day", words.day]]) {
    const pair = element("div", "hw-pair");
    const one = kind === "day" ? words.a_day : fill(words.minutes, { count: stepOf() });
    pair.append(
      element("span", "", label), button("−", `${label} − ${one}`, () => nudge(kind, -1)), button("+", `${label} + ${one}`, () => nudge(kind, 1)),
    );
    steps.append(pair);
  }
  const settings = element("div", "row row-tight");
  for (const [code, name] of Object.entries(words.settings)) {
    const toggle = button(name, "", () => setSetting(code));
    toggle.setAttribute("aria-pressed", String(row.settings.includes(code)));
    settings.append(toggle);
  }
  const acts = element("div", "row row-tight");
  acts.append(
    button(words.remove, "", () => remove(chosen), "button button-danger button-small"),
    button(words.more, "", () => openLine(day, row.name), "link-button"),
    button(words.done, "", () => { chosen = null; draw(); focusOn(...focus); }, "link-button"),
  );
  panel.setAttribute("aria-label", words.chosen);
  panel.replaceChildren(title, ...wrong, steps, settings, acts);
}

function setSetting(code) {
  const next = copyOf(week);
  const row = next[chosen[0]][chosen[1]];
  row.settings = row.settings.includes(code) ? row.settings.filter((one) => one !== code) : [...row.settings, code];
  change(next, chosen, `${reads(row, chosen[0])}, ${about(row).join(", ")}`);
}

function openLine(day, name) {
  days[day].open = true;
  const field = document.getElementById(`${name}-opens`);
  field.focus();
  field.closest(".hours-line").scrollIntoView({ block: "center" });
}

function drawCopy() {
  const from = copying;
  const boxes = words.days.flatMap((name, day) => {
    if (day === from) return [];
    const label = element("label", "check");
    const box = element("input");
    box.type = "checkbox";
    box.value = day;
    label.append(box, element("span", "", name));
    return [label];
  });
  const row = element("div", "row");
  row.append(...boxes);
  const acts = element("div", "row row-tight");
  const go = button(words.copy_do, "", () => {
    const targets = all("input:checked", row).map((box) => Number(box.value));
    if (targets.length) copyDay(from, targets);
  }, "button button-small");
  acts.append(go, button(words.cancel, "", () => { copying = null; draw(); focusOn(from, 99); }, "link-button"));
  panel.setAttribute("aria-label", fill(words.copy, { day: words.days[from] }));
  panel.replaceChildren(element("p", "t1", fill(words.copy, { day: words.days[from] })), element("p", "small", words.copy_help), row, acts);
}

// --- keys --------------------------------------------------------------------------------------------------------------------
function editKey(event) {
  const sign = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
  if (sign) {
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    nudge(sideways ? "day" : event.shiftKey ? "end" : event.altKey ? "begin" : "both", sign);
  } else if (event.key === "Enter" || event.key === " ") {
    past.push(editing.before);
    editing = null;
    draw();
    say(fill(words.kept, { what: reads(week[chosen[0]][chosen[1]], chosen[0]) }));
  } else if (event.key === "Escape") {
    const { before, at } = editing;
    editing = null;
    chosen = at;
    store(before);
    say(words.undone);
  } else if (event.key !== "Delete" && event.key !== "Backspace") return false;
  else {
    past.push(editing.before);
    editing = null;
    remove(chosen);
  }
  return true;
}

function walkKey(event) {
  const box = event.target.closest(".hw-day");
  const day = Number(box.dataset.day);
  const at = itemsOf(box).indexOf(event.target);
  const block = event.target.closest(".hw-block");
  if (event.key === "ArrowLeft") focusOn((day + 6) % 7, at);
  else if (event.key === "ArrowRight") focusOn((day + 1) % 7, at);
  else if (event.key === "ArrowUp") focusOn(day, at - 1);
  else if (event.key === "ArrowDown") focusOn(day, at + 1);
  else if (event.key === "Home") focusOn(0, at);
  else if (event.key === "End") focusOn(6, at);
  else if (block && event.key === "Enter") {
    chosen = [day, Number(block.dataset.at)];
    editing = { before: copyOf(week), at: chosen };
    draw();
    say(fill(words.editing, { what: reads(week[day][chosen[1]], day) }));
  } else if (block && (event.key === "Delete" || event.key === "Backspace")) remove([day, Number(block.dataset.at)]);
  else return false;
  return true;
}

grid.addEventListener("keydown", (event) => {
  if (panel.contains(event.target) || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") takeBack();
  else if (event.ctrlKey || event.metaKey || !(editing ? editKey(event) : walkKey(event))) return;
  event.preventDefault();
});
grid.addEventListener("focusout", (event) => {
  if (!editing || !event.relatedTarget || grid.contains(event.relatedTarget)) return;
  past.push(editing.before);
  editing = null;
  draw();
});
grid.addEventListener("focusin", (event) => {
  const box = event.target.closest(".hw-day");
  if (!box || panel.contains(event.target)) return;
  focus = [Number(box.dataset.day), itemsOf(box).indexOf(event.target)];
  rove();
});

// --- hand and finger ---------------------------------------------------------------------------------------------------------
let drag = null;

function minuteAt(event, track) {
  const size = track.getBoundingClientRect();
  const along = narrow.matches ? (event.clientX - size.left) / size.width : (event.clientY - size.top) / size.height;
  return axis[0] + Math.max(0, Math.min(along, 1)) * (axis[1] - axis[0]);
}

const snap = (minute) => Math.round(minute / stepOf()) * stepOf();

function edgeOf(event, block) {
  if (event.target.matches(".hw-start")) return "begin";
  if (event.target.matches(".hw-end")) return "end";
  const size = block.getBoundingClientRect();
  const [low, high, here] = narrow.matches ? [size.left, size.right, event.clientX] : [size.top, size.bottom, event.clientY];
  if (event.pointerType === "mouse" && high - low >= 32) {
    if (here - low < 8) return "begin";
    if (high - here < 8) return "end";
  }
  return "both";
}

grid.addEventListener("pointerdown", (event) => {
  const track = event.target.closest(".hw-track");
  if (!track || event.button || !event.isPrimary) return;
  const block = event.target.closest(".hw-block");
  const day = Number(track.parentElement.dataset.day);
  const start = minuteAt(event, track);
  drag = { track, day, start, x: event.clientX, y: event.clientY, moved: false, pointer: event.pointerId };
  if (block) {
    const at = Number(block.dataset.at);
    Object.assign(drag, { block, at, kind: edgeOf(event, block), row: { ...week[day][at] } });
  } else {
    const from = Math.floor(start / stepOf()) * stepOf();
    Object.assign(drag, { kind: "draw", row: { ...newRow(day, from, from + stepOf()) } });
    event.preventDefault();
  }
});

function follow(event) {
  const { row, kind, start } = drag;
  const now = minuteAt(event, drag.track);
  const delta = snap(now - start);
  const old = drag.block ? week[drag.day][drag.at] : row;
  if (kind === "draw") {
    const [low, high] = start < now ? [start, now] : [now, start];
    [row.opens, row.closes] = [Math.floor(low / stepOf()) * stepOf(), Math.max(Math.ceil(high / stepOf()) * stepOf(), snap(low) + stepOf())];
  } else if (kind === "begin") row.opens = Math.max(0, Math.min(snap(old.opens + delta), DAY - 5, row.closes - 5));
  else if (kind === "end") row.closes = Math.max(row.opens + 5, old.closes + delta);
  else [row.opens, row.closes] = clamp(old.opens + delta, old.closes + delta);
  row.closes = Math.min(row.closes, row.opens + DAY, 2 * DAY);
}

grid.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  if (!drag.moved) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 5) return;
    drag.moved = true;
    grid.setPointerCapture(drag.pointer);
    if (!drag.block) {
      drag.block = element("div", `${kindOf(drag.row)} hw-ghost`);
      drag.block.append(element("b"));
      drag.block.style.setProperty("--lane", 0);
      drag.block.style.setProperty("--lanes", 1);
      drag.track.append(drag.block);
    }
    drag.block.classList.add("hw-ghost");
  }
  const over = drag.kind === "both" && document.elementFromPoint(event.clientX, event.clientY)?.closest(".hw-day")?.querySelector(".hw-track");
  if (over) over.append(drag.block);
  follow(event);
  place(drag.block, drag.row);
  $("b", drag.block).textContent = span(drag.row);
});

function drop(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { moved: pulled, kind, row, day, at, block } = drag;
  const target = block ? Number(block.closest(".hw-day").dataset.day) : day;
  drag = null;
  if (!pulled) {
    if (kind === "draw") return add(day, Math.floor(row.opens / 60) * 60, Math.floor(row.opens / 60) * 60 + 60);
    return undefined;
  }
  justDragged = true;
  setTimeout(() => { justDragged = false; });
  if (kind === "draw") return add(day, row.opens, row.closes) ?? draw();
  const next = copyOf(week);
  next[day][at] = { ...next[day][at], opens: row.opens, closes: row.closes };
  const where = moved(next, day, at, target);
  if (!where) { draw(); return say(words.full); }
  return change(next, where, reads(row, target));
}

let justDragged = false;
grid.addEventListener("pointerup", drop);
grid.addEventListener("pointercancel", () => { if (drag) { drag = null; draw(); } });
grid.addEventListener("click", (event) => {
  const box = event.target.closest(".hw-day");
  if (!box || justDragged || panel.contains(event.target)) return;
  const day = Number(box.dataset.day);
  const tool = event.target.closest(".hw-tool")?.dataset.tool;
  const block = event.target.closest(".hw-block");
  if (tool === "add") { addAnywhere(day); focusBlock(); }
  else if (tool === "copy") {
    [copying, chosen] = [day, null];
    draw();
    $("input", panel).focus();
  } else if (block) {
    chosen = isChosen(day, Number(block.dataset.at)) ? null : [day, Number(block.dataset.at)];
    copying = null;
    draw();
    focusOn(day, itemsOf(all(".hw-day", grid)[day]).findIndex((item) => item.dataset.at === block.dataset.at));
  }
});

undo.addEventListener("click", takeBack);
for (const choice of all("[data-weeks] button", root)) choice.addEventListener("click", () => { shownWeeks = choice.value; chosen = null; draw(); });
narrow.addEventListener("change", draw);

// Who types into the plain lines sees it drawn.
form.addEventListener("change", (event) => {
  if (root.contains(event.target)) return;
  if (event.target.closest(".hours-day")) {
    past.push(week);
    [chosen, editing] = [null, null];
    week = readWeek();
    writeWeek(week);
    draw();
  }
  soon();
});

// --- what clients see --------------------------------------------------------------------------------------------------------
const seen = document.getElementById("seen");
let asked = null;
let waiting = 0;

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(look, 250);
}

function noteFaults(found) {
  faults = new Map();
  for (const [field, text] of found) {
    const name = /^(w[0-6]-\d+)-/.exec(field)?.[1];
    if (name) faults.set(name, [...(faults.get(name) ?? []), text]);
  }
}

async function look() {
  asked?.abort();
  const mine = (asked = new AbortController());
  const body = new FormData(form);
  body.set("part", "seen");
  seen.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(seen.dataset.address, { method: "POST", body, signal: mine.signal, credentials: "same-origin" });
    if (answer.redirected || ![200, 422].includes(answer.status)) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine.signal.aborted) return;
    const open = all("details[open] summary b", seen).map((day) => day.textContent);
    seen.replaceChildren(...fresh.body.childNodes);
    for (const day of all("details", seen)) day.open = open.includes($("summary b", day).textContent);
    const found = all("[data-fault]", seen).map((fault) => [fault.dataset.fault, fault.textContent]);
    const had = faults.size;
    noteFaults(found);
    if ((had || faults.size) && !drag) draw();
    const told = found.length ? found.map(([, text]) => text) : all(".seen-changes li", seen).map((line) => line.textContent).slice(0, 3);
    if (lastWords && told.length) say(`${lastWords}. ${words.clients}: ${told.join("; ")}`);
    seen.dataset.looks = Number(seen.dataset.looks ?? 0) + 1;
  } catch (fault) {
    if (fault.name !== "AbortError") seen.dataset.failed = "true";
  } finally {
    if (asked === mine) { asked = null; seen.removeAttribute("aria-busy"); }
  }
}

noteFaults(all(".hours-day .error", form).map((fault) => [fault.id, fault.textContent.trim()]));
root.hidden = false;
all("[data-plain]").forEach((one) => { one.hidden = true; });
draw();
look();
