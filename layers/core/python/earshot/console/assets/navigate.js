// Filters and pages of a list replace the content in place; without this script they load a page.
// A document of our own server, parsed by the browser, is the one way that Trusted Types leave open.
const main = document.getElementById("content");

export function load(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.onload = () => (request.response && request.responseURL.includes("/app") ? resolve(request) : reject());
    request.onerror = reject;
    request.send();
  });
}

async function show(url, isNew) {
  main.setAttribute("aria-busy", "true");
  try {
    const request = await load(url);
    const found = request.response.getElementById("content");
    if (!found || request.response.body.classList.contains("plain")) return location.assign(url);
    const kept = document.activeElement && document.activeElement.name;
    main.replaceChildren(...[...found.childNodes].map((each) => document.adoptNode(each)));
    document.title = request.response.title;
    const ways = request.response.querySelector("header nav");
    if (ways) document.querySelector("header nav").replaceWith(document.adoptNode(ways));
    if (isNew) history.pushState(null, "", request.responseURL);
    const again = kept && main.querySelector(`[name="${CSS.escape(kept)}"]`);
    if (again) again.focus();
    document.dispatchEvent(new Event("earshot:shown"));
  } catch {
    location.assign(url);
  } finally {
    main.removeAttribute("aria-busy");
  }
}

function addressOf(form) {
  const url = new URL(form.getAttribute("action"), location.href);
  for (const [name, value] of new FormData(form)) if (value) url.searchParams.set(name, value);
  return url;
}

if (main) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "get" || event.defaultPrevented) return;
    event.preventDefault();
    show(addressOf(form), true);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.classList.contains("filters") && event.target.tagName === "SELECT") show(addressOf(form), true);
  });
  addEventListener("popstate", () => show(location.href, false));
}
