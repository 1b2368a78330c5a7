import assert from "node:assert/strict";
import { test } from "node:test";
import { hidden, pushed } from "../../scripts/phonecase/explorer/page/case.js";
import { layOut, layOutBare } from "../../scripts/phonecase/explorer/page/layout.js";
import { lines, svg } from "../../scripts/phonecase/explorer/page/print.js";

const SHEET = { width: 71_600, height: 147_600, bleed: 3000, safe: 3000, radius: 12_400 };
const START = { character: 1, row: 0 };

test("a case is filled to the edge of its bleed, its characters from the top", () => {
  const layout = layOut(128, 274, SHEET, 300, "portrait", "cover", START);
  assert.ok(layout);
  assert.deepEqual([layout.width, layout.height, layout.cell], [917, 1815, 7]);
  assert.deepEqual([layout.trim.width, layout.trim.height], [846, 1743]);
  assert.ok(layout.block.left <= 0 && layout.block.left + layout.block.across * 7 >= 917);
  assert.equal(layout.block.top + -layout.block.firstDown * 7, layout.trim.top);
});

test("a picture pushed along under the case goes round in its text, and shows no row twice", () => {
  for (const orientation of /** @type {const} */ (["portrait", "landscape"])) {
    const layout = layOut(128, 274, SHEET, 300, orientation, "cover", START);
    assert.ok(layout);
    const along = (/** @type {number} */ cells) =>
      orientation === "portrait" ? { right: 0, down: cells } : { right: cells, down: 0 };
    assert.deepEqual(pushed(START, layout, 128, 274, along(-11)), { character: 12, row: 0 });
    assert.deepEqual(pushed(START, layout, 128, 274, along(3)), { character: 272, row: 0 });
    const rows = [-1, 1].map((way) => {
      const across = orientation === "portrait" ? { right: 50 * way, down: 0 } : { right: 0, down: -50 * way };
      return pushed(START, layout, 128, 274, across).row;
    });
    assert.deepEqual(rows, [1, hidden(layout, 128) + 1]);
    const last = layOut(128, 274, SHEET, 300, orientation, "cover", { character: 1, row: rows[1] });
    assert.equal(last?.unitsSeen, layout.unitsSeen);
  }
});

test("contain shows every cell within the safe inset, or says that there is no room", () => {
  const layout = layOut(128, 274, SHEET, 300, "portrait", "contain", START);
  assert.deepEqual([layout?.unitsSeen, layout?.charactersSeen], [128, 274]);
  assert.equal(layOut(128, 5000, SHEET, 300, "portrait", "contain", START), null);
});

test("lines of pixels are the cells, and what no cell covers is ground", () => {
  const sheet = { width: 1000, height: 800, bleed: 0, safe: 0, radius: 0 };
  const layout = layOut(2, 3, sheet, 254, "landscape", "contain", START);
  assert.ok(layout); // 10 × 8 pixels, cells of 3
  const rows = [Uint8Array.of(1, 0, 1), Uint8Array.of(0, 1, 0)];
  const picture = [...lines({ rows, colours: ["#000000", "#FFFFFF"], layout })].flatMap(([line, times]) =>
    new Array(times).fill(line.join("")),
  );
  assert.deepEqual(picture, [
    "0000000000",
    ...new Array(3).fill("1110001110"),
    ...new Array(3).fill("0001110000"),
    "0000000000",
  ]);
});

test("an SVG says its size in millimetres, and nothing in its title is markup", () => {
  const rows = [Uint8Array.of(0, 1, 1)];
  const drawing = svg(
    { rows, colours: ["#FEF7E9", "#0040A1"], layout: layOutBare(1, 3, 254, "landscape", 10) },
    "<a & b>",
  );
  assert.match(drawing, /width="3mm" height="1mm" viewBox="0 0 30 10"/);
  assert.match(drawing, /<title>&lt;a &amp; b&gt;<\/title>/);
  assert.match(drawing, /d="M10 0h20v10h-20z"/);
});

test("a caption is as far from the edge as scripts/phonecase/art/layout.py says", () => {
  // of an iPhone 16, as `pages` gives it: its left and top, its letters, the cell, the units and the characters seen
  for (const [orientation, fit, ...expected] of /** @type {const} */ ([
    ["portrait", "cover", 832, 182, 207, 7, 112, 248],
    ["landscape", "cover", 181, 71, 39, 14, 119, 60],
    ["portrait", "contain", 775, 222, 274, 5, 128, 274],
  ])) {
    const layout = layOut(128, 274, SHEET, 300, orientation, fit, START, true);
    assert.ok(layout?.caption);
    const { left, top, first, columns } = layout.caption;
    assert.equal(first, 0);
    assert.deepEqual([left, top, columns, layout.cell, layout.unitsSeen, layout.charactersSeen], expected);
  }
});
