"use strict";

/** An element with properties, attributes (`aria-label`, `data-x`, `role`) and children; text is never markup. */
function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (key.includes("-") || key === "role" || key === "for" || key === "scope" || key === "colspan") {
      element.setAttribute(key, value);
    } else {
      element[key] = value;
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

const find = (id) => document.getElementById(id);

/** The value of a block of the page; undefined where it is not there. */
function block(id) {
  const element = find(id);
  return element ? JSON.parse(element.textContent) : undefined;
}

/** The address of a path: relative to the page, or absolute where it begins with a slash. */
function address(path) {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? "file://" + encoded : encoded;
}

const pad = (number, width = 2) => String(number).padStart(width, "0");

/** `00:12.5`, `1:02:03.5`: rounded to `decimals`; negative times carry their sign. */
function clock(seconds, decimals = 1) {
  const unit = 10 ** decimals;
  const total = Math.round(Math.abs(seconds) * unit);
  const whole = Math.floor(total / unit);
  const fraction = decimals ? "." + pad(total % unit, decimals) : "";
  const hours = Math.floor(whole / 3600);
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}${fraction}`;
  return (seconds < 0 && total > 0 ? "−" : "") + (hours ? `${hours}:${rest}` : rest);
}

/** A length as people say it: `12.4 s`, `3 min 20 s`, `2 h 05 min`. */
function span(seconds) {
  if (seconds < 60) return `${number(seconds, seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${number(Math.floor(whole / 3600))} h ${pad(Math.floor(whole / 60) % 60)} min`;
}

function number(value, decimals = 0) {
  return value.toLocaleString("en", { maximumFractionDigits: decimals }).replace("-", "−");
}

const decibels = (value, unit) =>
  value === undefined ? "–" : `${value.toFixed(1).replace("-", "−")} ${unit}`;

function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let step = 0;
  while (count >= 999.5 && step < units.length - 1) {
    count /= 1000;
    step += 1;
  }
  return `${number(count, step && count < 10 ? 1 : 0)} ${units[step]}`;
}

const plural = (count, one, many = one + "s") => `${number(count)} ${count === 1 ? one : many}`;

const words = (name) => name.replaceAll("_", " ");

/** The last index whose value is at most `value` in rising numbers; -1 where there is none. */
function lastAtMost(numbers, value) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A picture that makes room for itself and leaves quietly where it cannot be shown. */
function picture(path, properties = {}) {
  const image = make("img", { alt: "", decoding: "async", loading: "lazy", draggable: false, ...properties });
  image.addEventListener("error", () => image.replaceWith(make("span", { className: "no-picture" })));
  image.src = address(path);
  return image;
}

const statusMark = (status) => make("span", { className: `status ${status}` }, words(status));

/** Fills a pager: `count` members, `size` a page, `page` counted from 0; `go` is called with the page wanted. */
function fillPager(nav, count, size, page, go) {
  const pages = Math.max(1, Math.ceil(count / size));
  nav.hidden = pages === 1;
  if (pages === 1) return nav.replaceChildren();
  const range = (index) => `${number(index * size + 1)}–${number(Math.min(count, (index + 1) * size))}`;
  const choice = make("select", { "aria-label": "Page" });
  for (let index = 0; index < pages; index += 1) {
    choice.append(make("option", { value: String(index), selected: index === page }, `${range(index)} of ${number(count)}`));
  }
  choice.addEventListener("change", () => go(Number(choice.value), "select"));
  const step = (text, target, name) => {
    const button = make("button", { type: "button", disabled: target < 0 || target >= pages, "data-step": name }, text);
    button.addEventListener("click", () => go(target, name));
    return button;
  };
  nav.replaceChildren(step("Previous", page - 1, "previous"), choice, step("Next", page + 1, "next"));
}

/** Gives the focus back to the control of a pager that was used, as paging makes them anew. */
function refocusPager(nav, control) {
  const wanted = control === "select" ? nav.querySelector("select") : nav.querySelector(`[data-step="${control}"]`);
  (wanted && !wanted.disabled ? wanted : nav.querySelector("select"))?.focus();
}
