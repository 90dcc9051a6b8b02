// Keys: "/" goes to the search or the filters, j and k to the next and the previous row, o opens it, "?" shows the keys.
const WRITING = "input, textarea, select, [contenteditable]";
let here = -1;

function rows() {
  return [...document.querySelectorAll("[data-item]")];
}

function go(step) {
  const all = rows();
  if (!all.length) return;
  all.forEach((row) => row.classList.remove("here"));
  here = Math.max(0, Math.min(all.length - 1, here + step));
  all[here].classList.add("here");
  all[here].setAttribute("tabindex", "-1");
  all[here].focus();
  all[here].scrollIntoView({ block: "nearest" });
}

document.addEventListener("earshot:shown", () => { here = -1; });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(WRITING)) return;
  if (event.key === "/") {
    const field = document.querySelector("input[type=search], .filters select");
    if (field) { event.preventDefault(); field.focus(); }
  } else if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "o") rows()[here]?.querySelector("[data-open]")?.click();
  else if (event.key === "?") {
    const help = document.getElementById("keys");
    if (help) help.hidden = !help.hidden;
  }
});
