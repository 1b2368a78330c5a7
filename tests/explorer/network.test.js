import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, Network, randomNumbers, untrained } from "../../scripts/phonecase/explorer/page/network.js";

/** @type {import("../../scripts/phonecase/explorer/page/network.js").Sizes} */
const SIZES = {
  units: 16,
  characters: 7,
  layers: [
    [64, 16],
    [16, 64],
    [7, 16],
  ],
};
const TEXT = Array.from({ length: 200 }, (_, t) => (t * t + 3 * t) % 7);
const NUMBERS = Float32Array.from(
  { length: 7 * 48 + 48 * 16 + 16 + 64 * 17 + 16 * 65 + 7 * 17 },
  (_, k) => Math.sin(k) / 2,
);

/** The cell as it is defined, without any of the page's short cuts. @param {number[]} tokens */
function literalStates(tokens) {
  const [H, V] = [16, 7];
  const seen = (/** @type {number} */ v, /** @type {number} */ j) => NUMBERS[v * 3 * H + j];
  const U = (/** @type {number} */ j, /** @type {number} */ i) => NUMBERS[V * 3 * H + j * H + i];
  const sigmoid = (/** @type {number} */ x) => 1 / (1 + Math.exp(-x));
  let h = Array.from({ length: H }, (_, i) => NUMBERS[V * 3 * H + 3 * H * H + i]);
  return tokens.map((token) => {
    const gate = (/** @type {number} */ j) => h.reduce((sum, value, i) => sum + U(j, i) * value, seen(token, j));
    h = h.map((value, i) => (sigmoid(gate(H + i)) * value + sigmoid(gate(2 * H + i)) * gate(i) >= 0 ? 1 : -1));
    return h;
  });
}

test("the states are those of the cell's definition", () => {
  const states = new Network(SIZES, NUMBERS).states(TEXT);
  assert.deepEqual(
    [...states],
    literalStates(TEXT)
      .flat()
      .map((value) => (value > 0 ? 1 : 0)),
  );
});

test("a state leads to the same next states, however it was reached", () => {
  const network = untrained(SIZES, 1, 3);
  const states = network.states(TEXT);
  for (const t of [0, 50, 120]) {
    const after = network.states(TEXT.slice(t + 1), network.memoryOf(states.subarray(t * 16, (t + 1) * 16)));
    assert.deepEqual(after, states.slice((t + 1) * 16));
  }
});

test("probabilities add up to one, and a low temperature gives all to the likeliest", () => {
  const network = untrained(SIZES, 1, 0);
  const state = network.states(TEXT).slice(-16);
  const probabilities = network.predict(state);
  assert.ok(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-6);
  const cold = network.predict(state, 0.001);
  assert.equal(cold.indexOf(Math.max(...cold)), probabilities.indexOf(Math.max(...probabilities)));
  assert.ok(Math.max(...cold) > 0.999);
});

test("the bits paid for a text are those of its probabilities", () => {
  const network = untrained(SIZES, 1, 1);
  const states = network.states(TEXT);
  const bits = network.surprise(TEXT, states);
  assert.ok(Number.isNaN(bits[0]));
  assert.ok(Math.abs(bits[9] + Math.log2(network.predict(states.slice(8 * 16, 9 * 16))[TEXT[9]])) < 1e-5);
});

test("numbers that are no such network are refused", () => {
  assert.throws(() => new Network(SIZES, NUMBERS.slice(0, -1)), /there are/);
});

test("random numbers come again from their seed, and are spread evenly", () => {
  const [one, same, other] = [5, 5, 6].map((seed) => Array.from({ length: 4000 }, randomNumbers(seed)));
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
  assert.ok(Math.abs(one.reduce((a, b) => a + b) / 4000 - 0.5) < 0.02);
  assert.equal(drawn([0.25, 0.5, 0.25], 0.3), 1);
  assert.equal(drawn([0.5, 0.5], 0.9999999), 1);
});
