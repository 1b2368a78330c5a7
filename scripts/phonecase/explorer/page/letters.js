/**
 * A caption's letters, as scripts/phonecase/art/lettering.py has them: outlines, in cells, and the pixels they cover.
 *
 * @typedef {number[][][]} Outline closed paths; of each a point to start from, and points and Bézier curves to go on to
 */

/** Cells that a letter is high. */
export const LINE = 2;
const SAMPLES = 8; // a pixel's coverage is known to 1 / SAMPLES²
const STEPS = 8; // of a curve, as lines

/** The size of the letters in points. @param {number} cell @param {number} dpi */
export function points(cell, dpi) {
  return (2048 / 1233) * (cell / dpi) * 72; // a letter is 1233 units of its font wide, of 2048 that are its size
}

/**
 * How much of each pixel of a letter's box it covers, 0 to levels.
 * @param {Outline} outline
 * @param {number} cell
 * @param {number} levels
 * @returns {Uint8Array} (LINE * cell, cell)
 */
export function coverage(outline, cell, levels) {
  const side = cell * SAMPLES;
  const turns = new Int8Array(LINE * side * (side + 1));
  for (const [x0, y0, x1, y1] of edges(outline)) {
    const [low, high] = y0 > y1 ? [y1, y0] : [y0, y1];
    for (let row = Math.ceil(low * side - 0.5); row < Math.ceil(high * side - 0.5); row++) {
      const x = x0 + (((row + 0.5) / side - y0) * (x1 - x0)) / (y1 - y0);
      const column = Math.min(side, Math.max(0, Math.ceil(x * side - 0.5)));
      turns[row * (side + 1) + column] += y0 > y1 ? -1 : 1;
    }
  }
  const samples = new Uint8Array(LINE * cell * cell);
  for (let row = 0; row < LINE * side; row++) {
    let winding = 0;
    for (let column = 0; column < side; column++) {
      winding += turns[row * (side + 1) + column];
      if (winding) samples[Math.floor(row / SAMPLES) * cell + Math.floor(column / SAMPLES)]++;
    }
  }
  return samples.map((count) => Math.floor((2 * count * levels + SAMPLES ** 2) / (2 * SAMPLES ** 2)));
}

/**
 * A letter as SVG writes it, at its place in a line.
 * @param {Outline} outline
 * @param {number} place
 * @param {boolean} turned
 */
export function drawn(outline, place, turned) {
  const written = (/** @type {number} */ value) => String(+value.toFixed(4));
  let words = "";
  for (const path of outline) {
    let [x, y] = [Number.NaN, Number.NaN];
    for (const step of path) {
      const dots = step.map((_, at) => {
        if (at % 2) return turned ? step[at - 1] + place : step[at];
        return turned ? LINE - step[at + 1] : step[at] + place;
      });
      const [toX, toY] = dots.slice(-2);
      if (Number.isNaN(x)) words += `M${written(toX)} ${written(toY)}`;
      else if (dots.length === 6) words += `C${dots.map(written).join(" ")}`;
      else if (toY === y) words += `H${written(toX)}`;
      else if (toX === x) words += `V${written(toY)}`;
      else words += `L${written(toX)} ${written(toY)}`;
      [x, y] = [toX, toY];
    }
    words += "Z";
  }
  return words;
}

/**
 * An outline's lines, and in the place of its curves STEPS lines each; level ones are left out.
 * @param {Outline} outline
 */
function* edges(outline) {
  for (const path of outline) {
    let [x, y] = path[0];
    for (const step of [...path.slice(1), path[0]])
      for (const [toX, toY] of step.length === 6 ? along(x, y, step) : [step]) {
        if (y !== toY) yield [x, y, toX, toY];
        [x, y] = [toX, toY];
      }
  }
}

/**
 * Points on a Bézier curve after its start.
 * @param {number} ax
 * @param {number} ay
 * @param {number[]} curve
 */
function along(ax, ay, [bx, by, cx, cy, dx, dy]) {
  return Array.from({ length: STEPS }, (_, k) => {
    const t = (k + 1) / STEPS;
    const s = 1 - t;
    const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
    return [a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy];
  });
}
