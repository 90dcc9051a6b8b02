// A chart as a PNG: its own SVG address, drawn by the browser.
function prepare() {
  document.querySelectorAll("[data-png]").forEach((button) => { button.hidden = false; });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-png]");
  if (!button) return;
  const picture = new Image();
  picture.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    const scale = 2;
    canvas.width = picture.naturalWidth * scale;
    canvas.height = picture.naturalHeight * scale;
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      const way = document.createElement("a");
      way.href = URL.createObjectURL(blob);
      way.download = `${button.dataset.png.split("/").slice(-2).join("-").split(".")[0]}.png`;
      way.click();
      setTimeout(() => URL.revokeObjectURL(way.href), 1000);
    });
  });
  picture.src = button.dataset.png;
});
document.addEventListener("earshot:shown", prepare);
prepare();
