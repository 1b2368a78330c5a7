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
 *   unitsSeen: number, charactersSeen: number,
 * }} Layout
 * @typedef {{ width: number, height: number, bleed: number, safe: number }} Sheet micrometres
 */

const INCH = 25_400; // micrometres

/**
 * A grid on a case. Null where not even a pixel a cell fits in.
 * @param {number} units
 * @param {number} characters
 * @param {Sheet} sheet
 * @param {number} dpi
 * @param {Orientation} orientation
 * @param {Fit} fit
 * @param {Start} start
 * @returns {Layout | null}
 */
export function layOut(units, characters, { width, height, bleed, safe }, dpi, orientation, fit, start) {
  const nearest = (/** @type {number} */ length) => Math.floor((2 * length * dpi + INCH) / (2 * INCH));
  const sides = [width, height].map(nearest);
  const page = [width, height].map((side) => Math.ceil(((side + 2 * bleed) * dpi) / INCH));
  const starts = page.map((side, axis) => Math.floor((side - sides[axis]) / 2));
  const room = sides.map((side) => side - 2 * nearest(safe));
  const turned = orientation === "portrait";
  const counts = turned ? [units, characters] : [characters, units]; // across, down
  const cell =
    fit === "cover"
      ? Math.ceil(sides[turned ? 0 : 1] / units)
      : Math.min(...counts.map((count, axis) => Math.floor(room[axis] / count)));
  if (cell < 1) return null;
  const axes = counts.map((count, axis) => {
    const [edge, side] = [starts[axis], sides[axis]];
    const ofUnits = (axis === 0) === turned;
    let origin = edge - ((ofUnits ? start.row : start.character) - 1) * cell;
    if (fit === "contain" || (ofUnits && !start.row)) origin = edge + Math.floor((side - count * cell) / 2);
    else if (ofUnits && turned) origin = edge + side - (units + 1 - start.row) * cell; // the first row is the last cell
    let low = Math.ceil((edge - origin) / cell);
    let high = Math.floor((edge + side - origin) / cell);
    let [first, last] = [Math.floor(-origin / cell), Math.floor((page[axis] - 1 - origin) / cell)];
    if (fit === "contain") [first, last, low, high] = [0, count - 1, Math.max(low, 0), Math.min(high, count)];
    const seen = Math.max(0, Math.min(count, high - low));
    return { first, count: last - first + 1, from: origin + first * cell, seen };
  });
  const [across, down] = axes;
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
    unitsSeen: (turned ? across : down).seen,
    charactersSeen: (turned ? down : across).seen,
  };
}

/**
 * The grid alone, every cell of it and nothing else.
 * @param {number} units
 * @param {number} characters
 * @param {number} dpi
 * @param {Orientation} orientation
 * @param {number} cell
 * @returns {Layout}
 */
export function layOutBare(units, characters, dpi, orientation, cell) {
  const [across, down] = orientation === "portrait" ? [units, characters] : [characters, units];
  const [width, height] = [across * cell, down * cell];
  return {
    width,
    height,
    dpi,
    trim: { left: 0, top: 0, width, height },
    orientation,
    cell,
    block: { left: 0, top: 0, firstAcross: 0, across, firstDown: 0, down },
    unitsSeen: units,
    charactersSeen: characters,
  };
}
