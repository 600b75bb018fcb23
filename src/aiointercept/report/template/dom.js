// Elements and texts. Whatever comes from the traffic goes through `h` and becomes a text node.
"use strict";

/** Make an element; `null` and `false` children are left out, all but nodes become text. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child != null && child !== false && child !== "") element.append(child instanceof Node ? child : String(child));
  }
}

const byId = (id) => document.getElementById(id);

// Characters that would hide, reorder or break what is written on one line.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Return any value of a HAR as one line of text. */
function oneLine(value) {
  return plain(value).replace(UNSEEN, (found) => {
    const code = found.charCodeAt(0);
    return code < 256 ? "\\x" + code.toString(16).padStart(2, "0") : "\\u" + code.toString(16);
  });
}

/** Return any value of a HAR as text. */
function plain(value) {
  if (value == null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const list = (value) => (Array.isArray(value) ? value.filter((item) => item != null) : []);
const object = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});
const number = (value) => (typeof value === "number" && value >= 0 ? value : NaN);

const counted = (count, one, many) => count.toLocaleString("en") + " " + (count === 1 ? one : many || one + "s");

function duration(ms) {
  if (!(ms >= 0)) return "–";
  if (ms < 1) return (Math.round(ms * 100) / 100).toLocaleString("en") + " ms";
  if (ms < 1000) return (ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)) + " ms";
  if (ms < 60000) return (ms / 1000).toFixed(ms < 10000 ? 2 : 1) + " s";
  return (ms / 60000).toFixed(1) + " min";
}

function bytes(size) {
  if (!(size >= 0)) return "–";
  if (size < 1000) return size + " B";
  if (size < 1e6) return (size / 1e3).toFixed(size < 1e4 ? 1 : 0) + " kB";
  return (size / 1e6).toFixed(1) + " MB";
}

/** Return `text` as nodes in which each of `terms`, in lower case, is marked. */
function marked(text, terms) {
  if (!terms.length || !text) return [text];
  const pattern = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text.split(new RegExp("(" + pattern + ")", "gi")).map((part, at) => (at % 2 ? h("mark", null, part) : part));
}

/** Return a name as nodes between which a line may break: after `_`, `/`, `.` and brackets. */
function breakable(text) {
  return text.split(/(?<=[_/.:[])(?=[^_/.:[\]])/).flatMap((part, at) => (at ? [h("wbr"), part] : [part]));
}

let silence = 0;

/** Tell what happened, to people who look and to those who listen. */
function say(text) {
  byId("said").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { byId("said").textContent = ""; }, 2500);
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "offscreen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say("Copied " + what);
}
