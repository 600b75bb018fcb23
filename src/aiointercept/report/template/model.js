// What a HAR says, as rows in groups: one row an exchange, one group a test (or a page, or all).

const NO_RESPONSE = "none";
const UNUSED = "unused";
const LABELS = {
  matched: "matched",
  unmatched: "no route",
  fault: "fault",
  passthrough: "passthrough",
  [UNUSED]: "unused route",
};
const URL_PARTS = /^([a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)([^?#]*)(\?[^#]*)?/i;

function readModel(har) {
  const log = object(har.log);
  const ours = object(log._aiointercept);
  const pages = new Map(list(log.pages).map((page) => [page.id, oneLine(page.title || page.id)]));
  const isOurs = Boolean(log._aiointercept) || list(log.entries).some((entry) => object(entry)._aiointercept);
  const hasTests = list(log.entries).some((entry) => object(object(entry)._aiointercept).test);
  const outside = hasTests ? "Outside of tests" : "All requests";
  const groups = new Map();
  const groupOf = (name) => {
    if (!groups.has(name)) groups.set(name, newGroup(name));
    return groups.get(name);
  };
  for (const test of list(ours.tests)) {
    const told = object(test);
    const group = groupOf(oneLine(typeof test === "string" ? test : told.test) || outside);
    group.result = oneLine(told.outcome);
  }
  const nameOf = (entry) => {
    if (!isOurs) return pages.get(entry.pageref) || "All requests";
    return oneLine(object(entry._aiointercept).test) || outside;
  };
  const rows = list(log.entries).map((entry, index) => readRow(object(entry), index));
  for (const row of rows) {
    row.group = groupOf(nameOf(row.entry));
    row.group.rows.push(row);
  }
  for (const route of list(ours.unused_routes)) {
    groupOf(oneLine(route.test) || outside).unused.push(route);
  }
  const found = [...groups.values()].filter((group) => group.rows.length || group.unused.length);
  found.forEach(finishGroup);
  return { har, isOurs, hasTests, rows, groups: found };
}

function newGroup(name) {
  const cut = name.indexOf("::");
  return {
    name,
    file: cut < 0 ? "" : name.slice(0, cut),
    title: cut < 0 ? name : name.slice(cut + 2),
    result: "",
    rows: [],
    unused: [],
  };
}

function finishGroup(group, index) {
  group.index = index;
  group.start = Infinity;
  group.end = -Infinity;
  group.mocks = new Set(group.rows.map((row) => row.ours.mock)).size;
  group.problems = 0;
  for (const row of group.rows) {
    if (row.start < group.start) group.start = row.start;
    const end = row.start + (row.time || 0);
    if (end > group.end) group.end = end;
    if (row.problem) group.problems += 1;
  }
  group.span = Math.max(group.end - group.start, 0.001);
}

function readRow(entry, index) {
  const ours = object(entry._aiointercept);
  const request = object(entry.request);
  const response = object(entry.response);
  const content = object(response.content);
  const url = oneLine(request.url);
  const [, scheme = "", authority = "", path = "", query = ""] = URL_PARTS.exec(url) || [];
  const failure = oneLine(ours.fault || response._error || entry._error || response._failureText);
  const status = number(response.status) || 0;
  const messages = list(entry._webSocketMessages);
  const outcome = oneLine(ours.outcome) || (failure && !status ? "fault" : "");
  return {
    entry, ours, index, url, scheme, authority, path, query, failure, status, outcome, messages,
    host: authority.slice(authority.lastIndexOf("@") + 1).toLowerCase(),
    method: oneLine(request.method),
    problem: outcome === "unmatched" || outcome === "fault",
    attempts: number(ours.attempts) || 1,
    type: messages.length ? "websocket" : shortType(plain(content.mimeType)),
    size: status ? first(number(content.size), number(response.bodySize)) : NaN,
    start: instant(entry.startedDateTime),
    time: number(entry.time),
    receive: number(object(entry.timings).receive),
    text: null,
  };
}

const first = (one, other) => (Number.isNaN(one) ? other : one);

function shortType(mime) {
  const name = mime.split(";")[0].trim().toLowerCase();
  const sub = name.split("/")[1] || name;
  if (sub === "x-www-form-urlencoded") return "form";
  if (sub === "svg+xml") return "svg";
  if (sub === "x-unknown") return "";
  if (sub === "plain") return "text";
  return oneLine(sub.replace(/^(x-|vnd\.)/, "").replace(/^.*\+(json|xml)$/, "$1"));
}

/** Return milliseconds since the epoch, fractions of them included, which `Date` drops. */
function instant(text) {
  const whole = Date.parse(plain(text));
  const digits = /\.\d{3}(\d+)/.exec(plain(text));
  return whole + (digits ? Number("0." + digits[1]) : 0);
}

const MOST_SEARCHED = 262144;

/** Return all text of an exchange, in lower case, for searching. */
function searchText(row) {
  if (row.text === null) {
    const { request, response } = row.entry;
    const ours = row.ours;
    const content = object(object(response).content);
    const posted = object(object(request).postData);
    const headers = [...list(object(request).headers), ...list(object(response).headers)];
    row.text = [
      row.method + " " + row.url, decoded(row.url), row.status || "", plain(object(response).statusText),
      row.failure, row.group.name, row.group.result, plain(ours.route), plain(ours.declared_at),
      ...headers.map((header) => plain(header.name) + ": " + plain(header.value)),
      posted.encoding === "base64" ? "" : plain(posted.text).slice(0, MOST_SEARCHED),
      content.encoding === "base64" ? "" : plain(content.text).slice(0, MOST_SEARCHED),
      ...row.messages.map((message) => plain(message.data).slice(0, MOST_SEARCHED)),
      ...list(ours.near_misses).map((miss) => plain(miss.route) + " " + plain(miss.declared_at)),
    ].join("\n").toLowerCase();
  }
  return row.text;
}

function decoded(url) {
  try {
    return decodeURIComponent(url);
  } catch {
    return "";
  }
}

/** Return a search as terms in lower case: what must be found, and what must not. */
function readQuery(text) {
  const wanted = [];
  const unwanted = [];
  for (const [, minus, phrase, word] of text.toLowerCase().matchAll(/(-?)(?:"([^"]+)"?|(\S+))/g)) {
    const term = phrase || word;
    if (term && term !== "-") (minus ? unwanted : wanted).push(term);
  }
  return { wanted, unwanted };
}

const holds = (text, query) =>
  query.wanted.every((term) => text.includes(term)) && !query.unwanted.some((term) => text.includes(term));

const statusMatches = (row, wanted) =>
  wanted === NO_RESPONSE ? !row.status : wanted.endsWith("xx") ? Math.floor(row.status / 100) === Number(wanted[0]) : row.status === Number(wanted);

/** Return the groups with what of them the filters leave: `[{group, rows, unused}]`. */
function applyFilters(model, filters) {
  const query = readQuery(filters.q);
  const searching = query.wanted.length + query.unwanted.length > 0;
  const outcomes = filters.outcomes;
  const left = [];
  for (const group of model.groups) {
    if (filters.test && group.name !== filters.test) continue;
    const rows = group.rows.filter((row) =>
      (!outcomes.size || outcomes.has(row.outcome)) &&
      (!filters.host || row.host === filters.host) &&
      (!filters.status || statusMatches(row, filters.status)) &&
      (!searching || holds(searchText(row), query)));
    const unused = (outcomes.size && !outcomes.has(UNUSED)) || filters.status ? [] : group.unused.filter((route) => {
      const text = (plain(route.route) + "\n" + plain(route.declared_at) + "\n" + group.name).toLowerCase();
      return (!filters.host || text.includes(filters.host)) && (!searching || holds(text, query));
    });
    if (rows.length || unused.length) left.push({ group, rows, unused });
  }
  return left;
}
