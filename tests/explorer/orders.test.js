import assert from "node:assert/strict";
import { test } from "node:test";
import { distance, habits, holding, nearestColumns, statesOf } from "../../scripts/phonecase/explorer/page/bits.js";
import { randomNumbers } from "../../scripts/phonecase/explorer/page/network.js";
import {
  identity,
  mean,
  moved,
  signed,
  similarities,
  similarity,
  sortedBy,
  twoOpt,
} from "../../scripts/phonecase/explorer/page/orders.js";

const [T, H] = [70, 12];
const random = randomNumbers(1);
const STATES = { bits: Uint8Array.from({ length: T * H }, () => (random() < 0.5 ? 1 : 0)), T, H };

/** @param {number} a @param {number} b */
function dot(a, b) {
  let sum = 0;
  for (let t = 0; t < T; t++) sum += STATES.bits[t * H + a] === STATES.bits[t * H + b] ? 1 : -1;
  return sum;
}

test("similarities are dot products of rows of −1 and +1", () => {
  const products = similarities(STATES);
  for (let a = 0; a < H; a++) for (let b = 0; b < H; b++) assert.equal(products[a * H + b], dot(a, b));
});

test("an order's score is that of its neighbours, with their signs", () => {
  const signs = [1, -1, ...new Array(H - 2).fill(1)];
  const units = identity(H).units;
  const expected = units.slice(1).reduce((sum, b, row) => sum + signs[row] * signs[row + 1] * dot(units[row], b), 0);
  assert.equal(similarity(STATES, { units, signs }), expected);
});

test("two_opt has every unit once, can't be improved by a reversal, and its means ascend", () => {
  const order = twoOpt(STATES);
  assert.deepEqual(
    [...order.units].sort((a, b) => a - b),
    identity(H).units,
  );
  const score = similarity(STATES, order);
  for (let i = 0; i < H; i++) {
    for (let j = i + 1; j < H; j++) {
      const units = [...order.units.slice(0, i), ...order.units.slice(i, j + 1).reverse(), ...order.units.slice(j + 1)];
      assert.ok(similarity(STATES, { ...order, units }) <= score);
    }
  }
  assert.ok(score >= similarity(STATES, mean(STATES)));
});

test("negated rows are never less like their neighbours, and there is more on than off", () => {
  const order = identity(H);
  const better = signed(STATES, order);
  assert.ok(similarity(STATES, better) >= similarity(STATES, order));
  const on = better.units.reduce((sum, unit, row) => {
    const { on: share } = habits(STATES, unit);
    return sum + (better.signs[row] > 0 ? share : 1 - share);
  }, 0);
  assert.ok(on >= H / 2);
});

test("rows sorted by a key keep their order where it is equal; a row moved leaves the others in theirs", () => {
  const order = { units: [3, 1, 2, 0], signs: [1, -1, 1, 1] };
  assert.deepEqual(
    sortedBy(order, (unit) => (unit === 2 ? 1 : 0)),
    { units: [2, 3, 1, 0], signs: [1, 1, -1, 1] },
  );
  assert.deepEqual(moved(order, 1, 3), { units: [3, 2, 0, 1], signs: [1, 1, 1, -1] });
  assert.deepEqual(moved(moved(order, 3, 0), 0, 3), order);
});

test("packed bits come as the cells that they were", () => {
  assert.deepEqual([...statesOf("oA==", 1, 3).bits], [1, 0, 1]); // 0b1010_0000
});

test("units that hold throughout a stretch, and columns with a near state", () => {
  const bits = Uint8Array.from([1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1]); // (6, 3)
  const states = { bits, T: 6, H: 3 };
  assert.deepEqual(holding(states, 0, 1), [
    { unit: 0, on: true },
    { unit: 2, on: true },
  ]);
  assert.deepEqual(nearestColumns(states, 0, 1), [{ t: 4, distance: 0 }]);
  assert.equal(distance([0, 1, 1], [1, 1, 0]), 2);
  assert.deepEqual(habits(states, 0), { on: 4 / 6, flips: 2 });
});
