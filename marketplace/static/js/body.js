// The drawing beside the list of body regions. The list's boxes hold what is marked; the drawing shows it and ticks them. The list alone
// does as well: without this file each region of the drawing is a link to its row.
const form = document.querySelector(".body-form");
const words = form.dataset.of;
const wide = matchMedia("(min-width: 900px)");
const field = (code, name) => form.elements[`${code}_${name}`];

function show(code) {
  const box = field(code, "on");
  const level = field(code, "intensity").value.trim();
  const name = box.labels[0].textContent.trim();
  const feels = field(code, "quality").selectedOptions[0].textContent.trim();
  const said = box.checked && level ? words.replace("{name}", name).replace("{level}", level) : name;
  for (const part of form.querySelectorAll(`[data-region="${code}"]`)) {
    part.dataset.level = box.checked ? level || "?" : "";
    part.querySelector("text").textContent = box.checked ? level || "?" : "";
    if (part.localName !== "a") continue;
    part.setAttribute("aria-checked", String(box.checked));
    part.setAttribute("aria-label", box.checked && feels ? `${said}, ${feels.toLowerCase()}` : said);
  }
}

function toggle(part, pointed) {
  const box = field(part.dataset.region, "on");
  box.checked = !box.checked;
  show(part.dataset.region);
  if (pointed && box.checked && wide.matches) box.closest("li").scrollIntoView({ block: "nearest" });
}

for (const part of form.querySelectorAll("[data-region]")) {
  if (part.localName === "a") {
    part.removeAttribute("href");
    part.setAttribute("role", "checkbox");
    part.setAttribute("tabindex", "0");
    part.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) toggle(part, false);
    });
  }
  part.addEventListener("click", (event) => { event.preventDefault(); toggle(part, true); });
}

const showAll = () => form.querySelectorAll("a[data-region]").forEach((part) => show(part.dataset.region));
const changed = (event) => { const row = event.target.closest(".marks > li"); if (row) show(row.id); };
form.addEventListener("input", changed);
form.addEventListener("change", changed);
// A page that comes back from the browser's memory has its boxes filled after this file ran.
addEventListener("pageshow", showAll);
showAll();
