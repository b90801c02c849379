// The map beside the area's boxes: a press on a part ticks the neighborhoods in it, and ticked ones are filled in. The boxes alone do as well.
const boxes = new Map([...document.querySelectorAll("input[name=neighborhoods]")].map((box) => [box.value, box]));
const parts = [...document.querySelectorAll(".area-map [data-neighborhoods]")];
const within = (part) => part.dataset.neighborhoods.split(" ").map((code) => boxes.get(code)).filter(Boolean);

function draw() {
  for (const part of parts) part.classList.toggle("hatch", within(part).every((box) => box.checked));
}

for (const part of parts) {
  part.addEventListener("click", () => {
    const inside = within(part);
    const all = inside.every((box) => box.checked);
    inside.forEach((box) => { box.checked = !all; });
    draw();
  });
}
document.addEventListener("change", draw);
document.querySelectorAll(".area-map [data-scripted]").forEach((words) => { words.hidden = false; });
draw();
