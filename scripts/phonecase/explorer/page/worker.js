/**
 * The networks at work beside the page, so that it never stutters: a question in, an answer out.
 *
 * @typedef {import("./network.js").Sizes} Sizes
 * @typedef {"trained" | "untrained"} Which
 * @typedef {{ states: Uint8Array, doubtful: number[] }} Reading doubtful: units of bits that float32's rounding could turn
 * @typedef {{ tokens: number[], states: Uint8Array, seed: number }} Writing
 *
 * What may be asked, and what is answered:
 * @typedef {{
 *   load: (question: { sizes: Sizes, numbers: Float32Array }) => null,
 *   draw: (question: { sizes: Sizes, scale: number, seed: number }) => null,
 *   read: (question: { which: Which, tokens: ArrayLike<number>, from?: ArrayLike<number> }) => Reading,
 *   surprise: (question: { which: Which, tokens: ArrayLike<number>, states: Uint8Array }) => Float32Array,
 *   predict: (question: { which: Which, state: ArrayLike<number> }) => Float32Array,
 *   initial: (question: { which: Which }) => Float64Array,
 *   write: (question: { from: ArrayLike<number>, count: number, temperature: number, seed: number }) => Writing,
 * }} Questions
 */

import { drawn, Network, randomNumbers, untrained } from "./network.js";

/** @type {Record<string, Network>} */
const networks = {};

/** @type {Questions} */
const answers = {
  load({ sizes, numbers }) {
    networks.trained = new Network(sizes, numbers);
    return null;
  },
  draw({ sizes, scale, seed }) {
    networks.untrained = untrained(sizes, scale, seed);
    return null;
  },
  read({ which, tokens, from }) {
    const network = networks[which];
    network.doubtful = [];
    const states = network.states(tokens, from ? network.memoryOf(from) : network.start());
    return { states, doubtful: network.doubtful };
  },
  surprise: ({ which, tokens, states }) => networks[which].surprise(tokens, states),
  predict: ({ which, state }) => networks[which].predict(state),
  initial: ({ which }) => networks[which].initial,
  write({ from, count, temperature, seed }) {
    const network = networks.trained;
    const H = network.units;
    const memory = network.memoryOf(from);
    const states = new Uint8Array(count * H);
    const tokens = [];
    let state = Uint8Array.from(from);
    for (let t = 0; t < count; t++) {
      const token = drawn(network.predict(state, temperature), randomNumbers(seed + t)());
      network.read(memory, token);
      state = Uint8Array.from(memory.state, (value) => (value > 0 ? 1 : 0));
      states.set(state, t * H);
      tokens.push(token);
    }
    return { tokens, states, seed: seed + count };
  },
};

self.onmessage = ({ data: { number, kind, question } }) => {
  try {
    self.postMessage({ number, answer: answers[/** @type {keyof Questions} */ (kind)](question) });
  } catch (error) {
    self.postMessage({ number, error: String(error) });
  }
};
