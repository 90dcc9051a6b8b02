// While the page is visible, ask every 15 seconds whether there is anything new; a button then shows it.
// Nothing moves under the reader.
const EVERY = 15000;
const main = document.getElementById("content");
let tag = null;

async function ask() {
  if (document.hidden || !main.dataset.pulse) return;
  const known = tag ? { "if-none-match": tag } : {};
  const reply = await fetch(main.dataset.pulse, { headers: known, cache: "no-store" }).catch(() => null);
  if (!reply || reply.status === 304 || !reply.ok) return;
  const [found, words] = [reply.headers.get("etag"), await reply.json()];
  if (tag && found !== tag) offer(words);
  tag = found;
}

function offer({ text, button }) {
  if (main.querySelector(".fresh")) return;
  const line = document.createElement("p");
  line.className = "fresh note";
  line.setAttribute("role", "status");
  const way = document.createElement("a");
  way.href = location.href;
  way.textContent = button;
  line.append(`${text} `, way);
  main.prepend(line);
}

if (main && main.dataset.pulse) {
  ask();
  setInterval(ask, EVERY);
}
