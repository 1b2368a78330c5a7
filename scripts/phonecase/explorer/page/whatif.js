/**
 * Other pasts: one bit of a state turned, the memory erased, another text read before. What follows is read anew, and
 * held against what was.
 *
 * @typedef {import("./asking.js").Asking} Asking
 * @typedef {import("./reading.js").Reading} Reading
 * @typedef {{
 *   t: number, other: Uint8Array, counts: number[], until: number | null, state: Uint8Array,
 * }} Outcome other: 1 where a bit is another, (T, H); counts: of them after each character from t on; until: how many
 *   characters after t none is left, or null if some are to the end; state: the other one after t
 */

import { stateAt } from "./bits.js";

/**
 * A bit turned in the state after character t.
 * @param {Asking} asking
 * @param {Reading} reading
 * @param {number} t
 * @param {number} unit
 */
export async function flipped(asking, reading, t, unit) {
  const from = stateAt(reading.states, t).slice();
  from[unit] = 1 - from[unit];
  const { states } = await asking.ask("read", { which: "trained", tokens: reading.tokens.slice(t + 1), from });
  return outcome(reading, t, Uint8Array.from([...from, ...states]));
}

/**
 * Nothing read before character t.
 * @param {Asking} asking
 * @param {Reading} reading
 * @param {number} t
 */
export async function erased(asking, reading, t) {
  const { states } = await asking.ask("read", { which: "trained", tokens: reading.tokens.slice(t) });
  return outcome(reading, t, states);
}

/**
 * Another text read before character t.
 * @param {Asking} asking
 * @param {Reading} reading
 * @param {number} t
 * @param {Uint16Array} before
 */
export async function afterAnother(asking, reading, t, before) {
  const tokens = Uint16Array.from([...before, ...reading.tokens.slice(t)]);
  const { states } = await asking.ask("read", { which: "trained", tokens });
  return outcome(reading, t, states.slice(before.length * reading.states.H));
}

/**
 * @param {Reading} reading
 * @param {number} t
 * @param {Uint8Array} states those after character t and on
 * @returns {Outcome}
 */
export function outcome(reading, t, states) {
  const { bits, H } = reading.states;
  const other = new Uint8Array(bits.length);
  const counts = new Array(states.length / H).fill(0);
  states.forEach((bit, k) => {
    if (bit !== bits[t * H + k]) {
      other[t * H + k] = 1;
      counts[Math.floor(k / H)]++;
    }
  });
  const last = counts.findLastIndex((count) => count > 0);
  return { t, other, counts, until: last + 1 < counts.length ? last + 1 : null, state: states.slice(0, H) };
}

/** How an outcome is told. @param {Outcome} outcome @param {number} H */
export function told({ counts, until }, H) {
  if (counts.every((count) => count === 0)) return "Nothing changes: the memory was the same anyway.";
  const most = Math.max(...counts);
  const widest = `at most ${most} of the ${H} bits differ`;
  if (until !== null) {
    return `The two pasts become one after ${until} character${until === 1 ? "" : "s"}; ${widest} meanwhile.`;
  }
  const left = counts.at(-1) === 1 ? "1 bit still differs" : `${counts.at(-1)} bits still differ`;
  return `At the end of the text, ${counts.length - 1} characters on, ${left}; ${widest} on the way.`;
}
