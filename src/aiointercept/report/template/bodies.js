// Bodies and WebSocket messages as people read them: JSON pretty, images shown, bytes as hex.

const MOST_SHOWN = 100000;
const MOST_BYTES = 1024;
const SHORT = 100; // a message that needs no lines
// As images these run no script and load nothing, SVG included.
const IMAGES = /^image\/(png|jpeg|gif|webp|avif|bmp|apng|svg\+xml|x-icon|vnd\.microsoft\.icon)$/;
const TEXTUAL = /^text\/|[/+](json|xml|javascript|ecmascript|x-www-form-urlencoded|graphql|x-ndjson|yaml|x-yaml|csv)$/;
const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;

/** Read the `postData` or `content` of a HAR; `null` if it holds nothing. */
function readBody(message) {
  const mime = plain(message.mimeType).split(";")[0].trim().toLowerCase();
  const text = plain(message.text);
  const file = plain(message._file);
  const params = list(message.params);
  if (!text && !file && !params.length) return null;
  const isBase64 = (message.encoding || message._encoding) === "base64";
  const body = { mime, text, file, params, base64: isBase64 ? text.replace(/\s/g, "") : null, bytes: null };
  if (isBase64) {
    body.bytes = fromBase64(body.base64);
    body.text = body.bytes && (TEXTUAL.test(mime) || !mime) ? asUtf8(body.bytes) : null;
  }
  return body;
}

function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function asUtf8(data) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return null;
  }
}

/** Return the section that shows a body, or a sentence that says why there is none. */
function bodySection(message, absent) {
  const body = readBody(message);
  if (!body) return h("section", { class: "part" }, h("h4", null, "Body"), h("p", { class: "none" }, absent));
  const note = [body.mime, bytes(body.bytes ? body.bytes.length : number(message.size)), body.file && "in the file " + body.file, plain(message.comment)];
  const views = viewsOf(body);
  const place = h("div", { class: "view" });
  const tools = h("span", { class: "tools" });
  const show = (view, button) => {
    for (const other of tools.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", String(other === button));
    place.replaceChildren(view.make());
  };
  if (views.length > 1) {
    for (const view of views) {
      const button = h("button", { type: "button", "aria-pressed": "false" }, view.name);
      button.addEventListener("click", () => show(view, button));
      tools.append(button);
    }
  }
  if (body.text) {
    const button = h("button", { type: "button" }, "Copy");
    button.addEventListener("click", () => copy(body.text, "the body"));
    tools.append(button);
  }
  if (views.length) show(views[0], tools.querySelector("button"));
  return h("section", { class: "part" },
    h("h4", null, "Body", h("small", null, note.filter((text) => text && text !== "–").map(oneLine).join(" · ")), tools), place);
}

function viewsOf(body) {
  const views = [];
  const source = imageSource(body);
  if (source) views.push({ name: "Image", make: () => imageView(source) });
  if (body.params.length) views.push({ name: "Fields", make: () => pairsTable(body.params, "Fields of the form") });
  if (body.text) {
    const tokens = jsonTokens(body);
    if (tokens) views.push({ name: "Pretty", make: () => jsonView(tokens) });
    const isForm = body.mime === "application/x-www-form-urlencoded";
    if (isForm && !body.params.length) views.push({ name: "Fields", make: () => pairsTable(urlPairs(body.text), "Fields of the form") });
    views.push({ name: views.length ? "Raw" : "Text", make: () => textView(body.text) });
  } else if (body.bytes) {
    views.push({ name: "Bytes", make: () => textView(hexDump(body.bytes)) });
  } else if (body.base64) {
    views.push({ name: "Text", make: () => textView(body.base64) });
  }
  return views;
}

function imageSource(body) {
  if (!IMAGES.test(body.mime)) return null;
  if (body.bytes) return "data:" + body.mime + ";base64," + body.base64;
  return body.mime === "image/svg+xml" && body.text ? "data:image/svg+xml," + encodeURIComponent(body.text) : null;
}

function imageView(source) {
  const size = h("figcaption");
  const image = h("img", { src: source, alt: "The body, as an image" });
  image.addEventListener("load", () => { size.textContent = image.naturalWidth + " × " + image.naturalHeight; });
  image.addEventListener("error", () => image.replaceWith(h("p", { class: "none" }, "Not an image that this browser can show")));
  return h("figure", null, image, size);
}

/** Return the tokens of a JSON text, numbers as they were sent; `null` if it is not JSON. */
function jsonTokens(body) {
  const text = body.text.trim();
  if (!/^[[{]/.test(text) && !/[/+]json$/.test(body.mime)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return text.match(JSON_TOKEN);
}

/** Indent JSON token by token, so that no number loses a digit and no key its twin. */
function jsonView(tokens) {
  const place = h("code");
  let depth = 0;
  let line = "";
  let written = 0;
  const flush = (kind, token) => {
    if (line) place.append(line);
    if (kind) place.append(h("span", { class: kind }, token));
    else if (token) place.append(token);
    line = "";
  };
  tokens.forEach((token, at) => {
    const next = tokens[at + 1];
    const before = tokens[at - 1];
    if ("]}".includes(token) && !"[{".includes(before)) line += "\n" + "  ".repeat(--depth);
    const indent = "[{".includes(token) && !"]}".includes(next || "]");
    written += token.length;
    if ("[]{}:,".includes(token)) line += token;
    else if (written > MOST_SHOWN) line += readable(token);
    else flush(token[0] !== '"' ? "literal" : next === ":" ? "key" : "string", readable(token));
    if (indent) depth += 1;
    if (indent || token === ",") line += "\n" + "  ".repeat(depth);
    else if (token === ":") line += " ";
  });
  flush();
  return textView(null, place);
}

const readable = (token) => (token.includes("\\u") ? JSON.stringify(JSON.parse(token)) : token);

/** Show a text, of a long one the beginning with a button for the rest. */
function textView(text, code) {
  const block = h("pre", { tabindex: "0", role: "region", "aria-label": "Body" }, code || text.slice(0, MOST_SHOWN));
  if (code || text.length <= MOST_SHOWN) return block;
  const more = h("button", { type: "button", class: "more" }, "Show all " + text.length.toLocaleString("en") + " characters");
  more.addEventListener("click", () => {
    block.textContent = text;
    more.remove();
  });
  return h("div", null, block, more);
}

function hexDump(data) {
  const lines = [];
  for (let at = 0; at < Math.min(data.length, MOST_BYTES); at += 16) {
    const part = [...data.slice(at, at + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = part.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(at.toString(16).padStart(6, "0") + "  " + hex.padEnd(47) + "  " + ascii);
  }
  if (data.length > MOST_BYTES) lines.push("… " + (data.length - MOST_BYTES).toLocaleString("en") + " more bytes");
  return lines.join("\n");
}

function urlPairs(text) {
  return [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }));
}

function pairsTable(pairs, label) {
  return h("table", { class: "pairs", "aria-label": label }, h("tbody", null, pairs.map((pair) =>
    h("tr", null, h("th", { scope: "row" }, oneLine(pair.name)),
      h("td", null, oneLine(pair.value ?? pair.fileName), pair.contentType && h("small", null, " " + oneLine(pair.contentType)))))));
}

function messagesSection(messages) {
  if (!messages.length) return null;
  const times = messages.map((message) => Number(message.time));
  const began = times.some((time) => time !== times[0]) ? times[0] : NaN;
  return h("section", { class: "part wide" },
    h("h4", null, "WebSocket messages", h("small", null, counted(messages.length, "message"))),
    h("table", { class: "messages" },
      h("thead", null, h("tr", null, ["Sent by", "After", "Message"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, messages.map((message) => messageRow(object(message), began)))));
}

function messageRow(message, began) {
  const byClient = message.type === "send";
  const after = (Number(message.time) - began) * 1000;
  const isBinary = message.opcode === 2;
  const data = isBinary ? fromBase64(plain(message.data)) : null;
  const text = data ? hexDump(data) : plain(message.data);
  const tokens = isBinary || text.length < SHORT ? null : jsonTokens({ text, mime: "" });
  return h("tr", { class: byClient ? "sent" : "received" },
    h("th", { scope: "row" }, byClient ? "↑ client" : "↓ server"),
    h("td", null, duration(after)),
    h("td", null, tokens ? jsonView(tokens) : textView(text), isBinary && h("small", null, "binary")));
}
