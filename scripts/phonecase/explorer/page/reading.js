/**
 * What the network reads in the page: a passage of the run, or a person's own words.
 *
 * @typedef {import("./bits.js").States} States
 * @typedef {import("./orders.js").Order} Order
 * @typedef {{ name: string, strategy: string, similarity: number, units: number[], signs: string | null }} GivenOrder
 * @typedef {{
 *   name: string, reference: string, own: boolean, text: string, last: string, states: string, surprise: string,
 *   places: [number, string][], orders: GivenOrder[], left_out: number,
 * }} Passage own: words of a person's; states and surprise as base64; places: from which column on the text is which verse
 * @typedef {{ name: string, colours: [string, string], shades: string[] }} Style shades: of pixels that letters cover in
 *   part, from the first of the colours to the second
 * @typedef {{
 *   model: string, summary: string[], units: number, characters: string[], alike: Record<string, string[]>,
 *   network: { sizes: import("./network.js").Sizes, numbers: string, embedding_scale: number } | null, why_not: string,
 *   passages: Passage[], styles: Style[], print: { cell: number, dpi: number },
 *   letters: Record<string, import("./letters.js").Outline>,
 *   units_known: Record<string, string>, phones: import("./case.js").Phone[],
 * }} Data what scripts/phonecase/explorer/data.py writes
 * @typedef {{
 *   own: boolean, passage: Passage, title: string, text: string[], tokens: Uint16Array, next: string, states: States,
 *   surprise: Float32Array, places: [number, string][], from: number,
 * }} Reading next: the character after the last one that was fed; from: the first that the network itself wrote
 */

import { floatsOf, statesOf } from "./bits.js";

/** The longest text that the page takes: a chapter. */
export const LONGEST = 5000;

/**
 * A passage as the run left it.
 * @param {Passage} passage
 * @param {import("./words.js").Alphabet} alphabet
 * @param {number} units
 * @returns {Reading}
 */
export function readingOf(passage, alphabet, units) {
  const text = [...passage.text];
  return {
    own: false,
    passage,
    title: passage.reference,
    text,
    tokens: alphabet.encode(passage.text),
    next: passage.last,
    states: statesOf(passage.states, text.length, units),
    surprise: floatsOf(passage.surprise),
    places: passage.places,
    from: text.length,
  };
}

/**
 * Own words before the network has read on in them: what they share with what it read before stays as it was.
 * @param {Reading} last
 * @param {string} known a text of known characters
 * @param {import("./words.js").Alphabet} alphabet
 * @param {States} states
 * @returns {Reading}
 */
export function ownReading(last, known, alphabet, states) {
  const text = [...known].slice(0, -1);
  return {
    own: true,
    passage: last.passage,
    title: "your own words",
    text,
    tokens: alphabet.encode(text.join("")),
    next: [...known].at(-1) ?? "",
    states,
    surprise: new Float32Array(text.length).fill(Number.NaN),
    places: lineStarts(text),
    from: text.length,
  };
}

/** The same, where the network itself wrote on from a column. @param {Reading} reading @param {number} from @returns {Reading} */
export function writtenFrom(reading, from) {
  return { ...reading, title: "what the network wrote", from };
}

/**
 * The whole text, the last character too, which no column shows as nothing is to be foretold after it.
 * @param {Reading} reading
 */
export function wholeText(reading) {
  return reading.text.join("") + reading.next;
}

/** Where a column stands. @param {Reading} reading @param {number} t */
export function placeOf(reading, t) {
  return reading.places.findLast(([from]) => from <= t)?.[1] ?? "";
}

/** @param {string[]} text @returns {[number, string][]} */
function lineStarts(text) {
  const starts = text.flatMap((character, t) => (character === "\n" && t + 1 < text.length ? [t + 1] : []));
  return starts.length ? [0, ...starts].map((t, line) => [t, `line ${line + 1}`]) : [];
}
