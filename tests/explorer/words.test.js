import assert from "node:assert/strict";
import { test } from "node:test";
import { Alphabet } from "../../scripts/phonecase/explorer/page/words.js";

const CHARACTERS = [..."\n ',-.:ABENabcdehinot"].sort();
const alphabet = new Alphabet(CHARACTERS, { "’": ["'"], "—": ["--", "-"], æ: ["ae"], "&": ["and"] });

/** @type {[string, string][]} */
const READ = [
  ["abed", "abed"],
  ["é", "e"], // an accent
  ["e\u0301", "e"], // written as two
  ["D", "d"], // the other case
  ["—", "--"],
  ["æ", "ae"],
  ["ǽ", "ae"], // both
  ["a&b", "aandb"],
  ["\u00a0", " "],
  ["\t", " "],
  ["‒", "-"],
  ["x☺", ""], // nothing is near
];

for (const [written, known] of READ) {
  test(`${JSON.stringify(written)} is read as ${JSON.stringify(known)}`, () => {
    const { text, replaced } = alphabet.known(written);
    assert.equal(text, known);
    assert.ok(alphabet.knows(text));
    assert.equal(replaced.size > 0, written !== known && written.normalize("NFC") !== known);
  });
}

test("what was replaced is told by what", () => {
  assert.deepEqual(
    [...alphabet.known("a’b—c’").replaced],
    [
      ["’", "'"],
      ["—", "--"],
    ],
  );
});

test("characters have the numbers of their places", () => {
  assert.deepEqual([...alphabet.encode("\n ")], [0, 1]);
});
