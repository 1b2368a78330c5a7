/**
 * Where the cells lie on the page: the steps of scripts/phonecase/art/layout.py, in whole numbers, so the same.
 *
 * @typedef {"cover" | "contain"} Fit cover fills the case and crops or repeats characters, contain shows every cell
 * @typedef {"landscape" | "portrait"} Orientation
 * @typedef {{ character: number, row: number }} Start what lies at the edge, counted from 1; row 0: they are centred
 * @typedef {{ left: number, top: number, width: number, height: number }} Box pixels
 * @typedef {{ left: number, top: number, firstAcross: number, across: number, firstDown: number, down: number }} Block
 * @typedef {{
 *   width: number, height: number, dpi: number, trim: Box, orientation: Orientation, cell: number, block: Block,
 *   unitsSeen: number, charactersSeen: number, caption: Caption | null,
 * }} Layout
 * @typedef {{ left: number, top: number, first: number, columns: number }} Caption a line of letters, a cell each
 * @typedef {{ width: number, height: number, bleed: number, safe: number, radius: number }} Sheet micrometres
 */

import { LINE } from "./letters.js";

const INCH = 25_400; // micrometres
/** Cells that a caption takes. */
export const CAPTION = 3;
const MARGIN = 1; // cells beyond the caption of the grid alone

/**
 * A grid on a case. Null where not even a pixel a cell fits in.
 * @param {number} units
 * @param {number} characters
 * @param {Sheet} sheet
 * @param {number} dpi
 * @param {Orientation} orientation
 * @param {Fit} fit
 * @param {Start} start
 * @param {boolean} [caption]
 * @returns {Layout | null}
 */
export function layOut(
  units,
  characters,
  { width, height, bleed, safe, radius },
  dpi,
  orientation,
  fit,
  start,
  caption = false,
) {
  const nearest = (/** @type {number} */ length) => Math.floor((2 * length * dpi + INCH) / (2 * INCH));
  const sides = [width, height].map(nearest);
  const page = [width, height].map((side) => Math.ceil(((side + 2 * bleed) * dpi) / INCH));
  const starts = page.map((side, axis) => Math.floor((side - sides[axis]) / 2));
  const turned = orientation === "portrait";
  const [alongAxis, unitAxis] = turned ? [1, 0] : [0, 1];
  const extra = caption ? CAPTION : 0;
  const [first, row] = fit === "contain" ? [1, 1] : [start.character, start.row || 1];
  const insets = [nearest(safe), nearest(safe)];
  if (caption) insets[alongAxis] = Math.max(nearest(safe), nearest(radius)); // round corners have no room for letters
  const room = sides.map((side, axis) => side - 2 * insets[axis]);
  const counts = turned ? [units, characters] : [characters, units]; // across, down
  const cell =
    fit === "cover"
      ? Math.ceil((sides[unitAxis] - (caption ? insets[unitAxis] : 0)) / (units + extra))
      : Math.min(...counts.map((count, axis) => Math.floor(room[axis] / (axis === unitAxis ? count + extra : count))));
  if (cell < 1) return null;
  const axes = counts.map((count, axis) => {
    const [edge, side] = [starts[axis], sides[axis]];
    const ofUnits = axis === unitAxis;
    const whole = ofUnits ? count + extra : count;
    const [near, length] = caption ? [edge + insets[axis], room[axis]] : [edge, side];
    let origin = near + (ofUnits ? extra + 1 - row : 1 - first) * cell;
    if (fit === "contain" || (ofUnits && !caption && !start.row))
      origin = edge + Math.floor((side - whole * cell) / 2) + (ofUnits && !turned ? extra * cell : 0);
    else if (ofUnits && turned) origin = near + length - (whole + 1 - row) * cell; // the first row is the last cell
    let low = Math.ceil((edge - origin) / cell);
    let high = Math.floor((edge + side - origin) / cell);
    let [begin, last] = [Math.floor(-origin / cell), Math.floor((page[axis] - 1 - origin) / cell)];
    if (fit === "contain") [begin, last, low, high] = [0, count - 1, Math.max(low, 0), Math.min(high, count)];
    else if (ofUnits && caption && turned) [last, high] = [count - row, Math.min(high, count + 1 - row)];
    else if (ofUnits && caption) [begin, low] = [row - 1, Math.max(low, row - 1)];
    const seen = Math.max(0, Math.min(count, high - low));
    return { first: begin, count: last - begin + 1, from: origin + begin * cell, seen, origin };
  });
  const [across, down] = axes;
  const at = axes[alongAxis].origin + (first - 1) * cell;
  const fitting = Math.floor((starts[alongAxis] + insets[alongAxis] + room[alongAxis] - at) / cell);
  const columns = fit === "contain" ? characters : fitting;
  if (caption && (columns < 1 || room[unitAxis] < (CAPTION + 1) * cell)) return null;
  const beside = axes[unitAxis].origin + (turned ? units + CAPTION - LINE + 1 - row : row - 1 - CAPTION) * cell;
  const [left, top] = turned ? [beside, at] : [at, beside];
  return {
    width: page[0],
    height: page[1],
    dpi,
    trim: { left: starts[0], top: starts[1], width: sides[0], height: sides[1] },
    orientation,
    cell,
    block: {
      left: across.from,
      top: down.from,
      firstAcross: across.first,
      across: across.count,
      firstDown: down.first,
      down: down.count,
    },
    unitsSeen: axes[unitAxis].seen,
    charactersSeen: axes[alongAxis].seen,
    caption: caption ? { left, top, first: first - 1, columns } : null,
  };
}

/**
 * The grid alone, every cell of it and nothing else but a caption.
 * @param {number} units
 * @param {number} characters
 * @param {number} dpi
 * @param {Orientation} orientation
 * @param {number} cell
 * @param {boolean} [caption]
 * @returns {Layout}
 */
export function layOutBare(units, characters, dpi, orientation, cell, caption = false) {
  const turned = orientation === "portrait";
  const [across, down] = turned ? [units, characters] : [characters, units];
  const extra = caption ? CAPTION + MARGIN : 0;
  const [beside, above] = turned ? [extra, 0] : [0, extra];
  const [width, height] = [(across + beside) * cell, (down + above) * cell];
  const [left, top] = turned ? [units + CAPTION - LINE, 0] : [0, MARGIN];
  return {
    width,
    height,
    dpi,
    trim: { left: 0, top: 0, width, height },
    orientation,
    cell,
    block: { left: 0, top: above * cell, firstAcross: 0, across, firstDown: 0, down },
    unitsSeen: units,
    charactersSeen: characters,
    caption: caption ? { left: left * cell, top: top * cell, first: 0, columns: characters } : null,
  };
}
