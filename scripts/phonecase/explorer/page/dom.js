/** Small things about the page's elements. Texts are set as texts, so that nothing in them is markup. */

/**
 * @template {HTMLElement} E
 * @param {string} id
 * @param {{ new (): E }} kind
 * @returns {E}
 */
export function part(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} ${id}`);
  return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * @param {string} label
 * @param {() => void} work
 * @param {Record<string, string>} [attributes]
 */
export function button(label, work, attributes = {}) {
  const element = made("button", { type: "button", ...attributes }, label);
  element.addEventListener("click", work);
  return element;
}

/** Have a person save a file. @param {Blob} content @param {string} name */
export function save(content, name) {
  const link = made("a", { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {number} share */
export function percent(share) {
  const digits = share >= 0.0995 ? 0 : share >= 0.00095 ? 1 : 2;
  return `${(100 * share).toFixed(digits)}%`;
}

/** @param {number} count @param {string} thing */
export function counted(count, thing) {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/** A character's name where it stands in a sentence: its number if it would not be seen. @param {string} character */
export function named(character) {
  const name = { "\n": "the line break", " ": "the space" }[character];
  if (name) return name;
  if (!/[\p{C}\p{Z}\p{M}]/u.test(character)) return `“${character}”`;
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Make the buttons in an element anew; the one that had the focus has it again, or the one in its place.
 * @param {HTMLElement} within
 * @param {() => void} make
 */
export function keepingFocus(within, make) {
  const buttons = () => [...within.querySelectorAll("button")];
  const place = buttons().indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  make();
  if (place >= 0) (buttons()[place] ?? buttons().at(-1))?.focus({ preventScroll: true });
}

/**
 * How many of two pasts' bits differ, character by character: a small chart.
 * @param {number[]} counts
 * @param {number} most
 * @param {string} label
 */
export function chart(counts, most, label) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  const points = counts.map((count, t) => `L${t} ${most - count}h1`).join("");
  for (const [name, value] of Object.entries({
    viewBox: `0 0 ${Math.max(counts.length, 1)} ${most}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": label,
    class: "chart",
  })) {
    svg.setAttribute(name, value);
  }
  path.setAttribute("d", `M0 ${most}${points}V${most}z`);
  svg.append(path);
  return svg;
}
