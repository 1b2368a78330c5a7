/**
 * Bits and numbers as they travel in the page: base64, and states as one byte a cell.
 *
 * @typedef {{ bits: Uint8Array, T: number, H: number }} States the bits are (T, H), 0 for −1 and 1 for +1
 */

/** @param {string} text base64 @returns {Uint8Array<ArrayBuffer>} */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** @param {string} text base64 of little-endian float32 */
export function floatsOf(text) {
  return new Float32Array(bytesOf(text).buffer);
}

/**
 * @param {string} text base64 of the bits in rows, eight in a byte, the first in its highest bit
 * @param {number} T
 * @param {number} H
 * @returns {States}
 */
export function statesOf(text, T, H) {
  const packed = bytesOf(text);
  return { bits: Uint8Array.from({ length: T * H }, (_, k) => (packed[k >> 3] >> (7 - (k & 7))) & 1), T, H };
}

/**
 * The state after a character.
 * @param {States} states
 * @param {number} t
 */
export function stateAt(states, t) {
  return states.bits.subarray(t * states.H, (t + 1) * states.H);
}

/**
 * In how many units two states differ.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 */
export function distance(a, b) {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

/**
 * The columns whose state is nearest to the one of column t, leaving out those beside it.
 * @param {States} states
 * @param {number} t
 * @param {number} count
 * @returns {{ t: number, distance: number }[]} the nearest first
 */
export function nearestColumns(states, t, count) {
  const own = stateAt(states, t);
  return Array.from({ length: states.T }, (_, other) => ({ t: other, distance: distance(own, stateAt(states, other)) }))
    .filter((found) => Math.abs(found.t - t) > 3)
    .sort((a, b) => a.distance - b.distance || a.t - b.t)
    .slice(0, count);
}

/**
 * The units that keep one value throughout a stretch of columns.
 * @param {States} states
 * @param {number} from
 * @param {number} to the last column
 * @returns {{ unit: number, on: boolean }[]}
 */
export function holding(states, from, to) {
  const first = stateAt(states, from);
  const units = [];
  for (let unit = 0; unit < states.H; unit++) {
    let t = from + 1;
    while (t <= to && states.bits[t * states.H + unit] === first[unit]) t++;
    if (t > to) units.push({ unit, on: first[unit] === 1 });
  }
  return units;
}

/**
 * How long a unit keeps a value, on average, and how often it is on.
 * @param {States} states
 * @param {number} unit
 */
export function habits(states, unit) {
  let on = 0;
  let flips = 0;
  for (let t = 0; t < states.T; t++) {
    const bit = states.bits[t * states.H + unit];
    on += bit;
    if (t > 0 && bit !== states.bits[(t - 1) * states.H + unit]) flips++;
  }
  return { on: on / states.T, flips };
}
