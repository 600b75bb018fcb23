// One exchange, opened: why nothing matched, what answered, request and response side by side.

function detailsOf(row) {
  try {
    return h("div", { class: "details", id: "d" + row.index },
      missesSection(row), factsSection(row),
      h("div", { class: "sides" }, requestSide(row), responseSide(row)),
      messagesSection(row.messages));
  } catch (error) {
    return h("div", { class: "details", id: "d" + row.index }, h("p", { class: "none" }, "This entry cannot be shown: " + error));
  }
}

function missesSection(row) {
  const misses = list(row.ours.near_misses);
  if (row.outcome !== "unmatched") return null;
  if (!misses.length) return h("section", { class: "part misses" }, h("h3", null, "No route matches"), h("p", null, "No route was registered."));
  return h("section", { class: "part misses" },
    h("h3", null, "No route matches. The nearest:"),
    misses.map((miss) => missTable(object(miss))));
}

function missTable(miss) {
  const differences = list(miss.differences);
  const caption = h("caption", null, h("code", null, oneLine(miss.route)), declared(miss.declared_at));
  if (!differences.length) {
    return h("table", { class: "misses" }, caption, h("tbody", null, h("tr", null, h("td", null, "Matches, but was already used as often as it may be"))));
  }
  return h("table", { class: "misses" }, caption,
    h("thead", null, h("tr", null, ["Part", "Expected", "Actual"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", null, differences.map((difference) => {
      const [expected, actual] = compared(plain(difference.expected), plain(difference.actual));
      return h("tr", null, h("th", { scope: "row" }, oneLine(difference.part)),
        h("td", { class: "expected" }, expected), h("td", { class: "actual" }, actual));
    })));
}

const declared = (place) => (place ? h("small", { class: "declared" }, "registered at ", h("code", null, oneLine(place))) : null);

/** Return two texts as nodes, with what differs between their common beginning and end marked. */
function compared(one, other) {
  const most = Math.min(one.length, other.length);
  let begin = 0;
  while (begin < most && one[begin] === other[begin]) begin += 1;
  let end = 0;
  while (end < most - begin && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  // Where little is common, marking the rest says less than the texts themselves.
  const alike = begin + end >= 3 && begin + end >= most / 3;
  return [one, other].map((text) => {
    if (text === "<absent>") return h("em", null, "absent");
    if (!alike) return oneLine(text);
    return [oneLine(text.slice(0, begin)), h("mark", null, oneLine(text.slice(begin, text.length - end))), oneLine(text.slice(text.length - end))];
  });
}

function factsSection(row) {
  const { ours, entry } = row;
  const facts = [
    ["URL", h("code", { class: "url" }, row.url)],
    ["Answered by", ours.route && [h("code", null, oneLine(ours.route)), declared(ours.declared_at)]],
    ["Outcome", [LABELS[row.outcome] || row.outcome, row.failure && h("code", null, " " + row.failure)]],
    ["Attempts", row.attempts > 1 && "sent " + counted(row.attempts, "time") + " by the client"],
    ["Mock", row.group.mocks > 1 && ours.mock],
    ["Started", Number.isNaN(row.start) ? "" : new Date(row.start).toISOString().replace("T", " ").replace("Z", " UTC")],
    ["Took", Number.isNaN(row.time) ? "" : [duration(row.time), timings(entry)]],
    ["Server", oneLine(entry.serverIPAddress)],
  ];
  const copyCurl = h("button", { type: "button", class: "curl", title: "Copy as a curl command (c)" }, "Copy as curl");
  copyCurl.addEventListener("click", () => copy(curl(row), "the curl command"));
  return h("section", { class: "part facts" },
    h("dl", null, facts.filter(([, value]) => value && String(value) !== ",").map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))), copyCurl);
}

function timings(entry) {
  const known = Object.entries(object(entry.timings)).filter(([, value]) => number(value) > 0);
  return known.length > 1 ? h("small", null, " " + known.map(([name, value]) => oneLine(name) + " " + duration(value)).join(", ")) : null;
}

function requestSide(row) {
  const request = object(row.entry.request);
  const query = row.query ? urlPairs(row.query) : list(request.queryString);
  return h("section", { class: "side" }, h("h3", null, "Request"),
    query.length ? h("section", { class: "part" }, h("h4", null, "Query", h("small", null, query.length)), pairsTable(query, "Query")) : null,
    headersSection(request), bodySection(object(request.postData), "No body"));
}

function responseSide(row) {
  const response = object(row.entry.response);
  if (!row.status) {
    const why = row.outcome === "unmatched" ? "The connection was closed, as no route matches." : row.failure ? "None: " + row.failure : "None";
    return h("section", { class: "side" }, h("h3", null, "Response"), h("p", { class: "none" }, why),
      list(response.headers).length ? headersSection(response) : null);
  }
  const line = [response.httpVersion, row.status, response.statusText].filter(Boolean).map(oneLine).join(" ");
  return h("section", { class: "side" }, h("h3", null, "Response ", h("code", null, line)),
    headersSection(response), bodySection(object(response.content), absentBody(response)));
}

function absentBody(response) {
  if (response.bodySize === 0) return "No body";
  return response.bodySize === -1 ? "The body was not seen" : "No body, or none was seen";
}

function headersSection(message) {
  const headers = list(message.headers);
  return h("section", { class: "part" }, h("h4", null, "Headers", h("small", null, headers.length)),
    headers.length ? pairsTable(headers, "Headers") : h("p", { class: "none" }, "None"));
}

/** Return a request as a command for a POSIX shell. */
function curl(row) {
  const request = object(row.entry.request);
  const body = readBody(object(request.postData));
  const words = ["curl"];
  if (row.method !== "GET") words.push("-X " + quoted(row.method));
  words.push(quoted(plain(request.url)));
  for (const header of list(request.headers)) {
    if (!/^(:.*|host|content-length|connection|accept-encoding)$/i.test(plain(header.name))) {
      words.push("-H " + quoted(plain(header.name) + ": " + plain(header.value)));
    }
  }
  if (body && body.text) words.push("--data-raw " + quoted(body.text));
  return words.join(" \\\n  ");
}

const quoted = (text) => "'" + text.replace(/'/g, "'\\''") + "'";
