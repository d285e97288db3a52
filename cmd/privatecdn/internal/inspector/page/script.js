"use strict";

const $ = (id) => document.getElementById(id);
const rows = new Map(); // by id
let chosen = 0;

// element makes one element; text is never read as HTML.
function element(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) e.setAttribute(key, value);
  }
  e.append(...children.filter((c) => c !== undefined && c !== ""));
  return e;
}

// Tabs, by click and by arrow key.
const tabs = [...document.querySelectorAll("[role=tab]")];
function show(tab, focus) {
  for (const t of tabs) {
    const on = t === tab;
    t.setAttribute("aria-selected", on);
    t.tabIndex = on ? 0 : -1;
    $(t.getAttribute("aria-controls")).hidden = !on;
  }
  if (focus) tab.focus();
  if (tab.id === "tab-distribution") distribution();
}
tabs.forEach((tab, i) => {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (step) show(tabs[(i + step + tabs.length) % tabs.length], true);
  });
});

// span is a length of time, in seconds, in the largest unit that says enough.
function span(s) {
  for (const [unit, length] of [["days", 86400], ["h", 3600], ["min", 60]]) if (s >= 2 * length) return Math.floor(s / length) + " " + unit;
  return s + " s";
}
// left is what a signature has still to live, as it passes.
function left(r) {
  return r.until ? element("span", { "data-until": r.until }, leftOf(r.until)) : "";
}
function leftOf(until) {
  const s = Math.round((new Date(until) - Date.now()) / 1000);
  return s > 0 ? span(s) + " left" : "expired";
}
setInterval(() => document.querySelectorAll("[data-until]").forEach((e) => { e.textContent = leftOf(e.dataset.until); }), 1000);

// The list of requests.
function matches(r) {
  const show = $("f-show").value, access = $("f-access").value;
  const text = [r.url, r.status, r.behavior, r.reason, r.key].join(" ");
  return text.includes($("f-text").value) && (!access || r.access === access) &&
    (!show || (show === "refused" ? r.reason : show === "served" ? !r.reason : r.cache === show));
}
function item(r) {
  const button = element("button", { type: "button", "data-id": r.id, tabindex: -1 },
    element("span", { class: r.reason ? "no" : "ok" }, String(r.status)),
    element("span", { class: "method soft" }, r.method),
    element("span", { class: "url" }, new URL(r.url).pathname, r.reason ? element("span", { class: "no" }, " " + r.reason) : ""),
    element("span", { class: "more soft" },
      [r.access + " " + r.behavior, r.cache + (r.age ? ", " + span(r.age) + " old" : ""), r.key].filter(Boolean).join(" · "),
      r.until ? " · " : "", left(r)));
  button.addEventListener("click", () => open(r.id));
  return element("li", {}, button);
}
function refresh() {
  const shown = [...rows.values()].filter(matches).reverse();
  $("list").replaceChildren(...shown.map(item));
  enter();
}
function enter() { // one stop for the Tab key
  $("none").hidden = rows.size > 0;
  const first = $("list").querySelector(`[data-id="${chosen}"]`) || $("list").querySelector("button");
  if (first) first.tabIndex = 0;
}
function add(r) {
  rows.set(r.id, r);
  if (rows.size > 500) rows.delete(rows.keys().next().value);
  if (!matches(r)) return;
  $("list").prepend(item(r));
  if ($("list").children.length > 500) $("list").lastChild.remove();
  if ($("list").children.length === 1) enter();
  $("none").hidden = true;
}
$("filters").addEventListener("input", refresh);
$("filters").addEventListener("submit", (e) => e.preventDefault());
$("clear").addEventListener("click", () => { rows.clear(); close(); refresh(); });

$("list").addEventListener("keydown", (e) => {
  const buttons = [...$("list").querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const next = buttons[at + ({ ArrowDown: 1, ArrowUp: -1 }[e.key] || NaN)];
  if (!next) return;
  e.preventDefault();
  buttons[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") close();
  if (e.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
    e.preventDefault();
    show(tabs[0]);
    $("f-text").focus();
  }
});

// One request.
async function get(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
function table(head, lines) {
  return element("table", {}, element("tbody", {},
    head.length ? element("tr", {}, ...head.map((h) => element("th", { scope: "col" }, h))) : "", ...lines));
}
function part(title, ...content) { return [element("h3", {}, title), ...content]; }
function fields(title, list) {
  if (!list.length) return part(title, element("p", { class: "soft" }, "none"));
  return part(title, table([], list.map((f) => element("tr", {}, element("th", { scope: "row" }, f.name), element("td", {}, f.value)))));
}
async function open(id) {
  const d = await get("/requests/" + id).catch((e) => ({ failed: e.message }));
  const close_ = element("button", { type: "button" }, "Close");
  close_.addEventListener("click", close);
  const parts = d.failed ? [element("p", {}, d.failed)] : [
    element("h2", {}, `${d.status} ${d.method} ${d.url}`),
    element("p", { class: d.reason ? "no" : "ok" }, d.reason ? d.reason + (d.why ? ": " + d.why : "") : "served"),
    d.hint ? element("p", {}, "What to do: " + d.hint) : "",
    ...part("Decision", table([], Object.entries({
      behavior: d.behavior, access: d.access, key: d.key, cache: d.cache + (d.age ? `, ${span(d.age)} old` : ""),
      "time left": left(d), took: d.milliseconds + " ms",
    }).filter(([, v]) => v).map(([k, v]) => element("tr", {}, element("th", { scope: "row" }, k), element("td", {}, v))))),
    ...(d.conditions ? part("Conditions", table(["condition", "asked", "found", "result"], d.conditions.map((c) => element("tr", {},
      element("th", { scope: "row" }, c.name), element("td", {}, c.asked), element("td", {}, c.found),
      element("td", { class: c.holds ? "ok" : "no" }, c.holds ? "holds" : "fails"))))) : []),
    ...(d.policy ? part("Policy", element("pre", {}, JSON.stringify(d.policy, null, 2))) : []),
    ...fields("Cache key", d.cacheKey),
    ...fields("Headers from the viewer", d.viewer),
    ...fields("Headers to the origin", d.origin),
    ...fields("Headers to the viewer", d.response),
  ];
  $("detail").replaceChildren(close_, ...parts.filter((p) => p !== ""));
  $("detail").hidden = false;
  $("detail").focus();
  chosen = id;
  for (const b of $("list").querySelectorAll("button")) {
    if (Number(b.dataset.id) === id) b.setAttribute("aria-current", "true");
    else b.removeAttribute("aria-current");
  }
}
function close() {
  if ($("detail").hidden) return;
  $("detail").hidden = true;
  const b = $("list").querySelector(`[data-id="${chosen}"]`);
  if (b) b.focus();
}

// The distribution.
function age(k) {
  return k.created ? "made " + span(Math.max(0, Math.round((Date.now() - new Date(k.created)) / 1000))) + " ago" : "";
}
async function distribution() {
  const d = await get("/distribution");
  const list = (id, items) => $(id).replaceChildren(...(items.length ? items : [element("li", { class: "soft" }, "nothing")]));
  list("behaviors", d.behaviors.map((b) => element("li", {}, element("code", {}, b.pattern), ` ${b.access}. `, element("span", { class: "soft" }, b.opens))));
  list("keys", (d.keys || []).map((k) => element("li", {}, element("code", {}, k.id),
    " " + [k.algorithm, k.state, age(k)].filter(Boolean).join(", ") + " ",
    element("span", { class: "soft" }, `signed ${k.signed} of the requests shown`))));
  list("hosts", [...d.hosts.map((h) => element("li", {}, element("code", {}, h))), element("li", {}, "bucket ", element("code", {}, d.bucket))]);
  list("left-out", (d.leftOut || []).map((l) => element("li", {}, l)));
}

// Forms.
$("path-form").addEventListener("submit", async (e) => {
  e.preventDefault();
  const query = new URLSearchParams(new FormData(e.target));
  const b = await get("/path?" + query).catch((e) => ({ failed: e.message }));
  $("path-answer").textContent = b.failed || `Behavior ${b.pattern}, ${b.access}. ${b.opens}`;
});

async function diagnose(file) {
  if (!file) return;
  $("har-status").textContent = "Reading " + file.name + " …";
  const response = await fetch("/har", { method: "POST", body: file });
  if (!response.ok) { $("har-status").textContent = await response.text(); return; }
  const findings = await response.json() || [];
  $("har-status").textContent = findings.length ? `${findings.length} to look at` : "Nothing failed in this recording.";
  $("findings").replaceChildren(...findings.map((f) => element("li", {},
    element("span", { class: "no" }, f.kind), " ", element("code", {}, f.url), element("br"), f.explanation, f.hint ? element("br") : "", f.hint || "")));
}
$("har-file").addEventListener("change", (e) => diagnose(e.target.files[0]));
for (const type of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(type, (e) => {
    e.preventDefault();
    $("drop").classList.toggle("over", type === "dragover");
    if (type === "drop") diagnose(e.dataTransfer.files[0]);
  });
}

// Live.
const events = new EventSource("/events");
events.onopen = () => { $("live").textContent = "live"; };
events.onerror = () => { $("live").textContent = "disconnected; reconnecting…"; };
events.onmessage = (e) => add(JSON.parse(e.data));
