import assert from "node:assert/strict";
import { test } from "node:test";
import { outcome, told } from "../../scripts/phonecase/explorer/page/whatif.js";

const H = 2;
/** @type {any} a reading of four characters */
const READING = { states: { bits: Uint8Array.from([0, 0, 0, 1, 1, 1, 1, 0]), T: 4, H } };

test("two pasts are held against each other, bit by bit", () => {
  const found = outcome(READING, 1, Uint8Array.from([1, 1, 1, 1, 1, 0]));
  assert.deepEqual([...found.other], [0, 0, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(found.counts, [1, 0, 0]);
  assert.equal(found.until, 1);
  assert.match(told(found, H), /become one after 1 character;/);
});

test("pasts that stay apart to the end are said to", () => {
  const found = outcome(READING, 2, Uint8Array.from([0, 1, 0, 1]));
  assert.equal(found.until, null);
  assert.match(told(found, H), /At the end of the text, 1 characters? on, 2 bits still differ/);
});

test("nothing changed is nothing", () => {
  assert.match(told(outcome(READING, 2, Uint8Array.from([1, 1, 1, 0])), H), /Nothing changes/);
});
