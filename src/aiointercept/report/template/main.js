// What people do: filters, the list of tests, keys, the address, printing.

const EMPTY = { q: "", host: "", status: "", test: "", outcomes: new Set() };
const filters = { ...EMPTY, outcomes: new Set() };
const model = readModel(JSON.parse(byId("har").textContent));
let hideTests = false;

function refresh() {
  const found = applyFilters(model, filters);
  showList(found, readQuery(filters.q).wanted);
  const unused = found.reduce((sum, part) => sum + part.unused.length, 0);
  const filtered = Boolean(filters.q || filters.host || filters.status || filters.test || filters.outcomes.size);
  byId("reset").hidden = !filtered;
  document.querySelector(".filters").classList.toggle("filtered", filtered);
  byId("count").textContent = (filtered ? view.ordered.length.toLocaleString("en") + " of " : "") +
    counted(model.rows.length, "exchange") + (filtered && unused ? ", " + counted(unused, "unused route") : "");
  byId("search").value = filters.q;
  byId("host").value = filters.host;
  byId("status").value = filters.status;
  for (const chip of byId("outcomes").children) chip.setAttribute("aria-pressed", String(filters.outcomes.has(chip.value)));
  for (const test of byId("tests").querySelectorAll("button")) {
    if (test.value === filters.test) test.setAttribute("aria-current", "true");
    else test.removeAttribute("aria-current");
  }
  remember();
}

// --- the address, so that a link or a reload shows the same ---

function remember() {
  const state = new URLSearchParams();
  for (const name of ["q", "host", "status", "test"]) if (filters[name]) state.set(name, filters[name]);
  for (const outcome of filters.outcomes) state.append("outcome", outcome);
  const open = [...view.open].map((row) => row.index);
  if (open.length && open.length <= 20) state.set("open", open.join(","));
  const address = "#" + state;
  if (address !== location.hash && (address.length > 1 || location.hash)) {
    try {
      history.replaceState(null, "", address);
    } catch {
      // A page in a sandbox may not; nothing else depends on it.
    }
  }
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const name of ["q", "host", "status", "test"]) filters[name] = state.get(name) || "";
  filters.outcomes = new Set(state.getAll("outcome"));
  view.open = new Set((state.get("open") || "").split(",").filter(Boolean).map((index) => model.rows[Number(index)]).filter(Boolean));
  refresh();
  const [row] = view.open;
  if (row) goTo(row);
}

// --- what there is to choose from ---

function tally(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
}

const option = (value, text, count) => h("option", { value }, text + (count ? " (" + count.toLocaleString("en") + ")" : ""));

function fillChoices() {
  byId("host").append(option("", "All hosts"), ...tally(model.rows.map((row) => row.host)).filter(([host]) => host).map(([host, count]) => option(host, host, count)));
  const statuses = model.rows.map((row) => row.status);
  const classes = tally(statuses.filter(Boolean).map((status) => Math.floor(status / 100) + "xx"));
  const none = statuses.filter((status) => !status).length;
  byId("status").append(option("", "All statuses"),
    ...classes.map(([name, count]) => option(name, name, count)),
    ...tally(statuses.filter(Boolean)).map(([status, count]) => option(status, status, count)),
    ...(none ? [option(NO_RESPONSE, "no response", none)] : []));
  const unused = model.groups.reduce((sum, group) => sum + group.unused.length, 0);
  const outcomes = tally(model.rows.map((row) => row.outcome)).filter(([outcome]) => outcome);
  const rank = (outcome) => (Object.keys(LABELS).indexOf(outcome) + 99) % 99;
  outcomes.sort(([one], [other]) => rank(one) - rank(other));
  if (unused) outcomes.push([UNUSED, unused]);
  byId("outcomes").append(...outcomes.map(([outcome, count]) =>
    h("button", { type: "button", value: outcome, class: "chip " + outcome, "aria-pressed": "false" }, LABELS[outcome] || outcome, h("b", null, count.toLocaleString("en")))));
  byId("outcomes").hidden = !outcomes.length;
}

function fillTests() {
  const files = new Map();
  for (const group of model.groups) {
    if (!files.has(group.file)) files.set(group.file, []);
    files.get(group.file).push(group);
  }
  const button = (group) => h("button", { type: "button", value: group.name, title: group.name },
    h("span", { class: "name" }, breakable(group.title)),
    h("span", { class: "count" + (group.problems || resultClass(group.result) ? " bad" : ""), title: group.result || counted(group.problems, "problem") }, group.rows.length.toLocaleString("en")));
  byId("tests").append(
    h("ul", null, h("li", null, h("button", { type: "button", value: "" }, h("span", { class: "name" }, model.isOurs ? "All tests" : "All pages"), h("span", { class: "count" }, model.rows.length.toLocaleString("en"))))),
    ...[...files].map(([file, groups]) => h("section", null, file && h("h2", { title: file }, breakable(file)), h("ul", null, groups.map((group) => h("li", null, button(group)))))));
}

function showTests(shown) {
  hideTests = !shown;
  document.body.classList.toggle("no-tests", hideTests);
  byId("toggle-tests").setAttribute("aria-expanded", String(shown));
}

function summarise() {
  const log = object(model.har.log);
  const creator = object(log.creator);
  const told = instant(object(log._aiointercept).started);
  const starts = told >= 0 ? [told] : model.rows.map((row) => row.start).filter((start) => start >= 0);
  const began = starts.length ? new Date(starts.reduce((one, other) => Math.min(one, other))) : null;
  byId("summary").textContent = [
    counted(model.rows.length, "exchange") + (model.hasTests ? " in " + counted(model.groups.length, "test") : ""),
    began && began.toISOString().slice(0, 19).replace("T", " ") + " UTC",
    creator.name && oneLine(creator.name) + " " + oneLine(creator.version),
  ].filter(Boolean).join(" · ");
  byId("list").dataset.empty = model.rows.length ? "Nothing matches these filters." : "No exchange was recorded.";
}

// --- keys ---

const rowOf = (element) => {
  const button = element && element.closest("li") && element.closest("li").querySelector(":scope > .row");
  return button ? model.rows[Number(button.id.slice(1))] : null;
};
const current = () => rowOf(document.activeElement);

/** Focus the next (or previous) row that `isWanted`, from the one that has the focus. */
function step(by, isWanted) {
  const at = view.ordered.indexOf(current());
  const from = at < 0 && by < 0 ? view.ordered.length : at;
  for (let next = from + by; next >= 0 && next < view.ordered.length; next += by) {
    if (isWanted(view.ordered[next])) return goTo(view.ordered[next]);
  }
  return say(by > 0 ? "That was the last" : "That was the first");
}

function stepTest(by) {
  const row = current();
  const group = row && row.group;
  const firsts = view.ordered.filter((one, at) => !at || view.ordered[at - 1].group !== one.group);
  const at = firsts.findIndex((one) => one.group === group);
  const next = firsts[at < 0 ? (by > 0 ? 0 : firsts.length - 1) : at + by];
  if (next) goTo(next);
}

const KEYS = {
  "/": () => byId("search").select(),
  j: () => step(1, () => true),
  k: () => step(-1, () => true),
  n: () => step(1, (row) => row.problem),
  p: () => step(-1, (row) => row.problem),
  "]": () => stepTest(1),
  "[": () => stepTest(-1),
  c: () => current() && copy(curl(current()), "the curl command"),
  t: () => showTests(hideTests),
  x: () => reset(),
  "?": () => byId("help").showModal(),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    const row = current();
    if (typing) event.target.blur();
    else if (row && view.open.has(row)) { toggle(row, false); goTo(row); remember(); }
    return;
  }
  const action = KEYS[event.key];
  if (typing || !action || !byId("shortcuts").checked) return;
  event.preventDefault();
  action();
}

function reset() {
  Object.assign(filters, EMPTY, { outcomes: new Set() });
  refresh();
}

// --- wiring ---

function listen() {
  let waiting = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { filters.q = byId("search").value; refresh(); }, 120);
  });
  for (const name of ["host", "status"]) {
    byId(name).addEventListener("change", () => { filters[name] = byId(name).value; refresh(); });
  }
  byId("outcomes").addEventListener("click", (event) => {
    const chip = event.target.closest("button");
    if (!chip) return;
    if (!filters.outcomes.delete(chip.value)) filters.outcomes.add(chip.value);
    refresh();
  });
  byId("tests").addEventListener("click", (event) => {
    const test = event.target.closest("button");
    if (!test) return;
    filters.test = filters.test === test.value ? "" : test.value;
    refresh();
  });
  byId("list").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches(".row")) { toggle(rowOf(button)); remember(); }
    if (button.matches(".fold")) fold(model.groups[Number(button.closest("section").dataset.group)]);
  });
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  byId("reset").addEventListener("click", reset);
  byId("toggle-tests").addEventListener("click", () => showTests(hideTests));
  byId("open-help").addEventListener("click", () => byId("help").showModal());
  byId("save-har").addEventListener("click", saveHar);
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", recall);
  window.addEventListener("beforeprint", fillAll);
}

function saveHar() {
  const address = URL.createObjectURL(new Blob([JSON.stringify(model.har, null, 1)], { type: "application/json" }));
  h("a", { href: address, download: "traffic.har" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

summarise();
fillChoices();
fillTests();
showTests(model.groups.length > 1 && window.innerWidth > 900);
listen();
recall();
