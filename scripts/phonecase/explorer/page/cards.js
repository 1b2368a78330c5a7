/** What is said about a character, about a bit, and the text in their colours. */

import { distance, habits, holding, nearestColumns, stateAt } from "./bits.js";
import { button, counted, made, named, percent } from "./dom.js";
import { visible } from "./grid.js";
import { placeOf } from "./reading.js";

/**
 * @typedef {import("./reading.js").Reading} Reading
 * @typedef {import("./orders.js").Order} Order
 * @typedef {[number, number]} Stretch
 */

const LIKELY = 6; // characters with their probabilities
const NEAREST = 4; // places with a state like the locked one

/**
 * The text, every character a span that knows its column.
 * @param {HTMLElement} into
 * @param {Reading} reading
 */
export function layText(into, reading) {
  into.replaceChildren(
    ...reading.text.map((character, t) => {
      const span = made("span", { "data-t": String(t) }, character === "\n" ? "⏎\n" : character);
      return span;
    }),
    made("span", { class: "next", title: "foretold, but never read" }, reading.next === "\n" ? "⏎" : reading.next),
  );
}

/**
 * @param {HTMLElement} text
 * @param {Reading} reading
 * @param {{ by: "bit" | "surprise", unit: number | null, sign: number, t: number | null, stretch: Stretch | null }} how
 */
export function colourText(text, reading, { by, unit, sign, t: locked, stretch }) {
  const { bits, H } = reading.states;
  text.querySelectorAll("[data-t]").forEach((span, t) => {
    const classes = [];
    if (by === "bit" && unit !== null) classes.push((bits[t * H + unit] === 1) === sign > 0 ? "plus" : "minus");
    if (by === "surprise") classes.push(`s${Math.max(0, Math.min(5, Math.floor(reading.surprise[t] / 1.5))) || 0}`);
    if (t === locked) classes.push("here");
    if (t >= reading.from) classes.push("written");
    if (stretch && t >= stretch[0] && t <= stretch[1]) classes.push("brushed");
    span.className = classes.join(" ");
  });
}

/**
 * The state after a character, the bits paid for it, and where else the network is in a like state.
 * @param {HTMLElement} into
 * @param {Reading} reading
 * @param {number} t
 * @param {(t: number) => void} go
 */
export function showCharacter(into, reading, t, go) {
  const state = stateAt(reading.states, t);
  const on = state.reduce((a, b) => a + b, 0);
  const flipped = t > 0 ? distance(state, stateAt(reading.states, t - 1)) : null;
  const paid = reading.surprise[t];
  const likes = nearestColumns(reading.states, t, NEAREST);
  into.replaceChildren(
    made(
      "p",
      {},
      made("span", { class: "glyph" }, visible(reading.text[t])),
      ` ${[placeOf(reading, t), `character ${t + 1} of ${reading.text.length}`].filter(Boolean).join(", ")}`,
    ),
    made(
      "p",
      {},
      Number.isNaN(paid)
        ? ""
        : `The network paid ${paid.toFixed(1)} bits for it: it had given it a chance of ${percent(2 ** -paid)}. `,
      flipped === null ? "" : `Reading it turned ${flipped} of ${state.length} bits; `,
      `${on} are on.`,
    ),
    made("h4", {}, "Then it expected"),
    made("ol", { class: "bars", id: "likely" }),
    made("h4", {}, "Elsewhere, in almost the same state"),
    likes.length
      ? made(
          "ul",
          { class: "places" },
          ...likes.map(({ t: other, distance: apart }) =>
            made(
              "li",
              {},
              button(contextOf(reading, other), () => go(other), { class: "link" }),
              ` ${counted(apart, "bit")} apart`,
            ),
          ),
        )
      : made("p", { class: "hint" }, "The text is too short for that."),
  );
}

/** A character among its neighbours. @param {Reading} reading @param {number} t */
function contextOf(reading, t) {
  const around = reading.text.slice(Math.max(0, t - 12), t + 1).map(visible);
  return `…${around.join("")}`;
}

/**
 * @param {HTMLElement} list
 * @param {Float32Array} probabilities
 * @param {string[]} characters
 * @param {string} came the character that came
 * @param {Float32Array} [before] what the probabilities were without a change
 */
export function showLikely(list, probabilities, characters, came, before) {
  const numbers = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const shown = numbers.slice(0, LIKELY);
  const arrived = characters.indexOf(came);
  if (arrived >= 0 && !shown.includes(arrived)) shown.push(arrived);
  list.replaceChildren(
    ...shown.map((number) => {
      const bar = made("span", { class: "bar" });
      bar.style.width = `${100 * probabilities[number]}%`;
      const what = made("span", { class: "glyph" }, visible(characters[number]));
      const value = made("span", { class: "value" }, percent(probabilities[number]));
      const item = made(
        "li",
        number === arrived ? { class: "came" } : {},
        what,
        made("span", { class: "track" }, bar),
        value,
      );
      if (before) {
        const old = made("span", { class: "was" });
        old.style.left = `${100 * before[number]}%`;
        old.title = `before: ${percent(before[number])}`;
        item.children[1].append(old);
      }
      if (number === arrived) item.append(made("span", { class: "note" }, "came"));
      return item;
    }),
  );
}

/**
 * @param {HTMLElement} into
 * @param {Reading} reading
 * @param {Order} order
 * @param {number} unit
 * @param {string | undefined} known what the analysis says about it
 */
export function showBit(into, reading, order, unit, known) {
  const { on, flips } = habits(reading.states, unit);
  const row = order.units.indexOf(unit);
  const held = reading.states.T / (flips + 1);
  into.replaceChildren(
    made(
      "p",
      {},
      made("b", {}, `Unit ${unit}`),
      `, row ${row + 1} of ${order.units.length}${order.signs[row] < 0 ? ", shown negated" : ""}.`,
    ),
    made(
      "p",
      {},
      `It is on at ${percent(on)} of the characters and turns ${counted(flips, "time")}: it keeps a value for ${held.toFixed(1)} characters on average.`,
    ),
    ...(known ? [made("p", { class: "known" }, known)] : []),
  );
}

/**
 * @param {HTMLElement} into
 * @param {Reading} reading
 * @param {Stretch} stretch
 * @param {(unit: number) => void} pick
 */
export function showStretch(into, reading, [from, to], pick) {
  const held = holding(reading.states, from, to);
  const words = reading.text
    .slice(from, to + 1)
    .map(visible)
    .join("");
  into.replaceChildren(
    made("p", {}, "Throughout ", made("q", {}, words.length > 48 ? `${words.slice(0, 46)}…` : words)),
    made("p", {}, `${counted(held.length, "bit")} of ${reading.states.H} keep one value${held.length ? ":" : "."}`),
    made(
      "p",
      { class: "units" },
      ...held.slice(0, 60).map(({ unit, on }) =>
        button(`${on ? "+" : "−"}${unit}`, () => pick(unit), {
          class: "chip",
          "aria-label": `unit ${unit}, ${on ? "on" : "off"}`,
        }),
      ),
      held.length > 60 ? ` and ${held.length - 60} more` : "",
    ),
  );
}

/**
 * A column for those who read it with other means.
 * @param {HTMLElement} into
 * @param {Reading} reading
 * @param {Order} order
 * @param {number} t
 */
export function showTable(into, reading, order, t) {
  const state = stateAt(reading.states, t);
  const last = t > 0 ? stateAt(reading.states, t - 1) : null;
  into.replaceChildren(
    made("caption", {}, `The state after ${named(reading.text[t])}, character ${t + 1}`),
    made(
      "thead",
      {},
      made("tr", {}, ...["row", "unit", "bit", "turned"].map((title) => made("th", { scope: "col" }, title))),
    ),
    made(
      "tbody",
      {},
      ...order.units.map((unit, row) =>
        made(
          "tr",
          {},
          made("th", { scope: "row" }, String(row + 1)),
          made("td", {}, String(unit)),
          made("td", {}, state[unit] ? "+1" : "−1"),
          made("td", {}, last && last[unit] !== state[unit] ? "yes" : "no"),
        ),
      ),
    ),
  );
}
