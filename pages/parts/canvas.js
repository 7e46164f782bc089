// Shows HTML that the server made and turns plain clicks on a[data-go] into triggers; every link keeps a real address,
// so keyboard, middle click and screen readers work as on any page.
const modified = (event) => event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;

const light = (root, source) => {
  const ids = new Set((source?.dataset.lights ?? "").split(" ").filter(Boolean));
  root.querySelectorAll("[data-lit]").forEach((node) => node.classList.toggle("lit", ids.has(node.dataset.lit)));
  root.querySelectorAll("[data-dims]").forEach((node) => node.classList.toggle("dimmed", ids.size > 0));
};

// On its very first run after a start, Streamlit takes a link to any of our pages for a file under pages/ and says that it
// is missing, then draws the right page all the same; where a page is really missing, our own words say so.
const closeStrayNotice = () => {
  document.querySelectorAll('section[role="dialog"]').forEach((dialog) => {
    if (dialog.querySelector("h2")?.textContent === "Page not found") dialog.querySelector('button[aria-label="Close"]')?.click();
  });
};

// A sample person, once chosen, stays chosen in this browser's other windows and after a reload.
const remember = (root) => {
  const kept = root.querySelector("[data-remember]")?.dataset.remember;
  if (kept && /^[a-z_]+=[a-z0-9_]+$/.test(kept)) document.cookie = `${kept}; path=/; SameSite=Strict`;
};

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (!window.fourfoldWatch) {
    window.fourfoldWatch = new MutationObserver(closeStrayNotice);
    window.fourfoldWatch.observe(document.body, { childList: true, subtree: true });
  }
  closeStrayNotice();
  let root = parentElement.querySelector(".canvas");
  if (!root) {
    root = document.createElement("div");
    root.className = "canvas";
    parentElement.appendChild(root);
  }
  if (root.shown !== data.html) {
    const focused = root.getRootNode().activeElement?.getAttribute("data-key");
    root.innerHTML = data.html;
    root.shown = data.html;
    remember(root);
    if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
  root.onclick = (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link || modified(event)) return;
    event.preventDefault();
    setTriggerValue("go", link.getAttribute("href"));
  };
  root.onpointerover = (event) => light(root, event.target.closest("[data-lights]"));
  root.onfocusin = (event) => light(root, event.target.closest("[data-lights]"));
  root.onpointerleave = () => light(root, null);
}
