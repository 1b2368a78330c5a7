/**
 * Orders of the rows, as scripts/phonecase/ordering has them: the same units in the same rows.
 *
 * @typedef {import("./bits.js").States} States
 * @typedef {{ units: number[], signs: number[] }} Order row r shows unit units[r], negated where signs[r] is −1
 */

/**
 * The dot products of all pairs of rows.
 * @param {States} states
 * @returns {Int32Array} (H, H)
 */
export function similarities({ bits, T, H }) {
  const words = Math.ceil(T / 32);
  const rows = new Uint32Array(H * words);
  for (let t = 0; t < T; t++) {
    for (let unit = 0; unit < H; unit++) if (bits[t * H + unit]) rows[unit * words + (t >> 5)] |= 1 << (t & 31);
  }
  const products = new Int32Array(H * H);
  for (let a = 0; a < H; a++) {
    for (let b = 0; b <= a; b++) {
      let different = 0;
      for (let w = 0; w < words; w++) different += ones(rows[a * words + w] ^ rows[b * words + w]);
      products[a * H + b] = products[b * H + a] = T - 2 * different;
    }
  }
  return products;
}

/**
 * The post's score: the dot products of neighbouring rows, added up.
 * @param {States} states
 * @param {Order} order
 */
export function similarity(states, { units, signs }) {
  const s = similarities(states);
  let score = 0;
  for (let row = 1; row < units.length; row++) {
    score += signs[row - 1] * signs[row] * s[units[row - 1] * states.H + units[row]];
  }
  return score;
}

/** As trained. @param {number} H @returns {Order} */
export function identity(H) {
  return plain(Array.from({ length: H }, (_, unit) => unit));
}

/** Ascending mean activation. @param {States} states @returns {Order} */
export function mean(states) {
  const sums = sumsOf(states);
  return plain(byRows(states).sort((a, b) => sums[a] - sums[b])); // a stable sort
}

/**
 * From `mean`, sweeps of 2-opt, every improvement taken at once, until none is left; then turned so that the means
 * ascend.
 * @param {States} states
 * @returns {Order}
 */
export function twoOpt(states) {
  const { H } = states;
  const s = similarities(states);
  const order = mean(states).units;
  for (let improved = true; improved; ) {
    improved = false;
    for (let i = 0; i < H - 1; i++) {
      for (let j = i + 1; j < H; j++) {
        let gain = 0;
        if (i > 0) gain += s[order[i - 1] * H + order[j]] - s[order[i - 1] * H + order[i]];
        if (j < H - 1) gain += s[order[i] * H + order[j + 1]] - s[order[j] * H + order[j + 1]];
        if (gain > 0) {
          for (let a = i, b = j; a < b; a++, b--) [order[a], order[b]] = [order[b], order[a]];
          improved = true;
        }
      }
    }
  }
  const sums = sumsOf(states);
  const place = new Map(byRows(states).map((unit, number) => [unit, number]));
  const tilt = order.reduce((total, unit, row) => total + (2 * row - (H - 1)) * sums[unit], 0);
  const numbers = [order[0], order[H - 1]].map((unit) => place.get(unit) ?? 0);
  return plain(tilt < 0 || (tilt === 0 && numbers[0] > numbers[1]) ? order.reverse() : order);
}

/**
 * By a number for each unit, the largest on top, equal ones as they are.
 * @param {Order} order
 * @param {(unit: number) => number} key
 * @returns {Order}
 */
export function sortedBy(order, key) {
  const rows = order.units.map((_, row) => row).sort((a, b) => key(order.units[b]) - key(order.units[a]) || a - b);
  return { units: rows.map((row) => order.units[row]), signs: rows.map((row) => order.signs[row]) };
}

/**
 * The order with a row moved to another place.
 * @param {Order} order
 * @param {number} from
 * @param {number} to
 * @returns {Order}
 */
export function moved(order, from, to) {
  const units = [...order.units];
  const signs = [...order.signs];
  units.splice(to, 0, ...units.splice(from, 1));
  signs.splice(to, 0, ...signs.splice(from, 1));
  return { units, signs };
}

/** @param {number[]} units @returns {Order} */
function plain(units) {
  return { units, signs: units.map(() => 1) };
}

/** The units' sums over the text. @param {States} states */
function sumsOf({ bits, T, H }) {
  const sums = new Int32Array(H);
  for (let k = 0; k < T * H; k++) sums[k % H] += bits[k] ? 1 : -1;
  return sums;
}

/** The units sorted by their rows, character by character, and equal ones by number. @param {States} states */
function byRows({ bits, T, H }) {
  /** @type {(a: number, b: number) => number} */
  const compare = (a, b) => {
    for (let t = 0; t < T; t++) {
      const difference = bits[t * H + a] - bits[t * H + b];
      if (difference) return difference;
    }
    return a - b;
  };
  return Array.from({ length: H }, (_, unit) => unit).sort(compare);
}

/** How many bits of a word are 1. @param {number} word */
function ones(word) {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * The order with the signs that suit it best: each row like the one before it, and more +1 than −1 in all.
 * @param {States} states
 * @param {Order} order
 * @returns {Order}
 */
export function signed(states, { units }) {
  const s = similarities(states);
  const sums = sumsOf(states);
  const signs = [1];
  for (let row = 1; row < units.length; row++) {
    signs.push(s[units[row - 1] * states.H + units[row]] < 0 ? -signs[row - 1] : signs[row - 1]);
  }
  const cells = units.reduce((total, unit, row) => total + signs[row] * sums[unit], 0);
  return { units, signs: cells < 0 ? signs.map((sign) => -sign) : signs };
}
