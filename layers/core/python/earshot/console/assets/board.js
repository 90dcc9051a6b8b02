// A card that is dragged to another column sends the form of its own menu; the menu does the same without dragging.
const KINDS = { contacted: ["contacted", "resumed"], waiting: ["waiting"] };
let dragged = null;

function prepare() {
  document.querySelectorAll(".board .card").forEach((card) => { card.draggable = Boolean(card.querySelector("form")); });
}

function buttonFor(column) {
  const kinds = dragged && column && column !== dragged.closest("[data-column]") ? KINDS[column.dataset.column] : null;
  return (kinds || []).map((kind) => dragged.querySelector(`button[name=kind][value=${kind}]`)).find(Boolean);
}

function columnOf(event) {
  return event.target.closest ? event.target.closest(".board [data-column]") : null;
}

function leave() {
  document.querySelectorAll(".board .over").forEach((column) => column.classList.remove("over"));
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest ? event.target.closest(".board .card") : null;
});
document.addEventListener("dragend", () => { dragged = null; leave(); });
document.addEventListener("dragover", (event) => {
  const column = columnOf(event);
  leave();
  if (!buttonFor(column)) return;
  event.preventDefault();
  column.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const button = buttonFor(columnOf(event));
  if (!button) return;
  event.preventDefault();
  button.form.requestSubmit(button);
});
document.addEventListener("earshot:shown", prepare);
prepare();
