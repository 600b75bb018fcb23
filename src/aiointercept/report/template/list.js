// The list: rows in batches, and a batch is made only when it comes near the window.

const BATCH = 60;
const ROW_HEIGHT = 31; // as in the style
const HEAD_HEIGHT = 45;

const view = {
  batches: [], // {element, pieces, filled}
  batchOf: new Map(), // row -> batch
  ordered: [], // the rows that are left by the filters
  open: new Set(), // the rows that are opened
  collapsed: new Set(), // groups
  terms: [],
  watcher: null,
};

/** Show what the filters leave. */
function showList(found, terms) {
  view.terms = terms;
  view.ordered = found.flatMap((part) => part.rows);
  view.batches = inBatches(found);
  view.batchOf = new Map();
  if (view.watcher) view.watcher.disconnect();
  view.watcher = new IntersectionObserver(whenNear, { root: byId("list"), rootMargin: "800px 0px" });
  const content = document.createDocumentFragment();
  for (const batch of view.batches) {
    let height = 0;
    for (const piece of batch.pieces) {
      height += HEAD_HEIGHT + ROW_HEIGHT * (piece.rows.length + piece.unused.length);
      for (const row of piece.rows) view.batchOf.set(row, batch);
    }
    batch.element = h("div", { class: "batch" });
    batch.element.style.minHeight = height + "px";
    batch.element.batch = batch;
    content.append(batch.element);
    view.watcher.observe(batch.element);
  }
  if (!view.batches.length) content.append(h("p", { class: "empty" }, byId("list").dataset.empty));
  byId("list").replaceChildren(content);
  byId("list").scrollTop = 0;
  if (view.batches.length) fill(view.batches[0]);
}

/** Cut groups into pieces and gather pieces into batches of much the same size. */
function inBatches(found) {
  const batches = [];
  let batch = null;
  const add = (piece) => {
    const size = piece.rows.length + piece.unused.length + 1;
    if (!batch || batch.size + size > BATCH * 1.5) {
      batch = { pieces: [], size: 0, filled: false };
      batches.push(batch);
    }
    batch.pieces.push(piece);
    batch.size += size;
  };
  for (const { group, rows, unused } of found) {
    for (let at = 0; at === 0 || at < rows.length; at += BATCH) {
      const isLast = at + BATCH >= rows.length;
      add({ group, shown: rows.length, rows: rows.slice(at, at + BATCH), unused: isLast ? unused : [], first: at === 0 });
    }
  }
  return batches;
}

function whenNear(entries) {
  for (const entry of entries) if (entry.isIntersecting) fill(entry.target.batch);
}

function fill(batch) {
  if (batch.filled) return;
  batch.filled = true;
  view.watcher.unobserve(batch.element);
  batch.element.append(...batch.pieces.map(pieceElement));
  batch.element.style.minHeight = "";
}

const fillAll = () => view.batches.forEach(fill);

function pieceElement(piece) {
  const { group } = piece;
  const collapsed = view.collapsed.has(group);
  const title = "g" + group.index + (piece.first ? "" : "-" + piece.rows[0].index);
  const head = h("h2", { class: "head" },
    h("button", { type: "button", class: "fold", id: title, "aria-expanded": String(!collapsed), title: group.name },
      h("span", { class: "name" }, group.file && h("span", { class: "file" }, marked(group.file, view.terms), " › "), marked(group.title, view.terms)),
      !piece.first && h("span", { class: "note" }, "continued"),
      group.result && group.result !== "passed" && h("span", { class: "result " + resultClass(group.result) }, group.result),
      h("span", { class: "note" }, groupNote(piece))));
  const section = h("section", { class: "piece" + (collapsed ? " collapsed" : ""), "aria-labelledby": title, "data-group": group.index }, head,
    h("ol", { class: "rows" }, piece.rows.map(rowElement), piece.unused.map(unusedElement)));
  return section;
}

const resultClass = (result) => (/fail|error/.test(result) ? "bad" : "");

function groupNote({ group, shown }) {
  const count = shown < group.rows.length ? shown + " of " + counted(group.rows.length, "exchange") : counted(group.rows.length, "exchange");
  const notes = [count];
  if (group.problems) notes.push(counted(group.problems, "problem"));
  if (group.unused.length) notes.push(counted(group.unused.length, "unused route"));
  // Hours between two exchanges of a test are those of a clock that the test has moved.
  if (group.end > group.start && group.end - group.start < 36e5) notes.push(duration(group.end - group.start));
  return notes.join(" · ");
}

function rowElement(row) {
  const open = view.open.has(row);
  const button = h("button", { type: "button", class: "row", id: "e" + row.index, "aria-expanded": String(open), "aria-controls": "d" + row.index },
    h("span", { class: "status " + statusClass(row), title: plain(object(row.entry.response).statusText) || LABELS[row.outcome] }, statusText(row)),
    h("span", { class: "method" }, row.method), urlCell(row),
    h("span", { class: "type" }, row.type || "–"),
    h("span", { class: "size" }, bytes(row.size)),
    h("span", { class: "time" }, duration(row.time)),
    waterfall(row));
  return h("li", { class: row.problem ? "problem" : null }, button, open && detailsOf(row));
}

function statusText(row) {
  if (row.outcome === "unmatched" && !row.status) return "no route";
  return row.status || (row.outcome === "fault" ? "fault" : "–");
}

function statusClass(row) {
  if (row.outcome === "unmatched") return "s5";
  if (row.outcome === "fault") return "fault";
  return row.status ? "s" + Math.floor(row.status / 100) : "";
}

function urlCell(row) {
  const tags = [
    row.failure && ["fault", row.failure],
    row.outcome === "passthrough" && ["", "passthrough"],
    row.messages.length && ["", counted(row.messages.length, "message")],
    row.attempts > 1 && ["", "sent " + row.attempts + " times"],
    row.group.mocks > 1 && row.ours.mock != null && ["", "mock " + oneLine(row.ours.mock)],
  ];
  return h("span", { class: "where", title: row.url },
    h("span", { class: "url" }, h("span", { class: "origin" }, row.scheme, marked(row.authority, view.terms)), marked(row.path, view.terms), h("span", { class: "query" }, marked(row.query, view.terms))),
    tags.filter(Boolean).map(([kind, text]) => h("span", { class: "tag " + kind }, text)));
}

/** Draw when an exchange began within its test, and how long it waited and received. */
function waterfall(row) {
  const { start, span } = row.group;
  if (Number.isNaN(row.start)) return h("span", { class: "track" });
  const bar = h("span", { class: "bar " + statusClass(row) });
  const time = row.time || 0;
  bar.style.left = Math.min(100 * (row.start - start) / span, 99.5) + "%";
  bar.style.width = 100 * time / span + "%";
  bar.style.setProperty("--waited", (row.receive > 0 && time ? 100 * (1 - Math.min(row.receive / time, 1)) : 0) + "%");
  return h("span", { class: "track", title: "began after " + duration(row.start - start) + ", took " + duration(row.time) }, bar);
}

function unusedElement(route) {
  return h("li", { class: "unused" }, h("span", { class: "status" }, "unused"),
    h("code", null, marked(oneLine(route.route), view.terms)), declared(route.declared_at));
}

/** Open or close one exchange. */
function toggle(row, open = !view.open.has(row)) {
  if (open) view.open.add(row);
  else view.open.delete(row);
  const batch = view.batchOf.get(row);
  if (!batch || !batch.filled) return;
  const button = byId("e" + row.index);
  const shown = byId("d" + row.index);
  button.setAttribute("aria-expanded", String(open));
  if (open && !shown) button.after(detailsOf(row));
  if (!open && shown) shown.remove();
}

/** Fold or unfold all pieces of a group. */
function fold(group, collapsed = !view.collapsed.has(group)) {
  if (collapsed) view.collapsed.add(group);
  else view.collapsed.delete(group);
  for (const piece of byId("list").querySelectorAll('[data-group="' + group.index + '"]')) {
    piece.classList.toggle("collapsed", collapsed);
    piece.querySelector(".fold").setAttribute("aria-expanded", String(!collapsed));
  }
}

/** Bring one exchange into sight and focus it; an opened one with as much below it as fits. */
function goTo(row) {
  const batch = view.batchOf.get(row);
  if (!batch) return;
  fill(batch);
  if (view.collapsed.has(row.group)) fold(row.group, false);
  const button = byId("e" + row.index);
  button.focus({ preventScroll: true });
  button.scrollIntoView({ block: view.open.has(row) ? "start" : "nearest" });
}
