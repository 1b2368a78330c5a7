/**
 * A person's own case: the picture as it is printed, its files, and the settings by which a run makes the same.
 *
 * @typedef {import("./reading.js").Reading} Reading
 * @typedef {import("./orders.js").Order} Order
 * @typedef {import("./print.js").Picture} Picture
 * @typedef {"landscape" | "portrait"} Orientation
 */

import { rgb } from "./print.js";

/**
 * The rows of the picture from the top, as scripts/phonecase/art/rendering.py draws them: in landscape a row is a
 * unit; portrait is the same turned clockwise by a quarter, so that the text runs down it.
 * @param {Reading} reading
 * @param {Order} order
 * @param {[string, string]} colours
 * @param {Orientation} orientation
 * @returns {Picture}
 */
export function pictureOf({ states: { bits, T, H } }, { units, signs }, colours, orientation) {
  /** @type {(row: number, t: number) => number} */
  const cell = (row, t) => (signs[row] > 0 ? bits[t * H + units[row]] : 1 - bits[t * H + units[row]]);
  const rows =
    orientation === "landscape"
      ? units.map((_, row) => Uint8Array.from({ length: T }, (_, t) => cell(row, t)))
      : Array.from({ length: T }, (_, t) => Uint8Array.from({ length: H }, (_, x) => cell(H - 1 - x, t)));
  return { rows, colours };
}

/**
 * What makes the same picture in a run: settings for a file, and the command.
 * @param {{ reading: Reading, model: string, order: { name: string, strategy: string } | null, style: { name: string, colours: [string, string] }, print: { cell: number, dpi: number }, orientation: Orientation }} choice
 * @returns {{ settings: string, command: string } | null} null where no strategy makes the order
 */
export function settingsOf({ reading, model, order, style, print, orientation }) {
  if (!order) return null;
  const passage = reading.own ? "yours" : reading.passage.name;
  const words = reading.own
    ? `{text: ${JSON.stringify(reading.text.join("") + reading.next)}}`
    : reading.passage.reference;
  const strategy = order.name === order.strategy ? "" : ` {strategy: ${order.strategy}}`;
  const settings = [
    "passages:",
    `  ${passage}: ${reading.own ? words : JSON.stringify(words)}`,
    "orders:",
    `  ${order.name}:${strategy}`,
    "styles:",
    `  ${style.name}: {colours: ${JSON.stringify(style.colours)}}`,
    `print: {cell: ${print.cell}, dpi: ${print.dpi}}`,
    "",
  ].join("\n");
  const file = `results/art/${model}/${passage}/${order.name}/${style.name}${orientation === "portrait" ? ".portrait" : ""}.png`;
  return { settings, command: `snakemake ${file} --configfile yours.yaml --cores 4 --resources gpu=1` };
}

/**
 * Draw the picture small, a pixel a cell.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} picture
 */
export function preview(canvas, { rows, colours }) {
  [canvas.width, canvas.height] = [rows[0].length, rows.length];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = context.createImageData(canvas.width, canvas.height);
  const both = colours.map((colour) => [...rgb(colour), 255]);
  rows.forEach((row, y) => {
    row.forEach((bit, x) => {
      pixels.data.set(both[bit], 4 * (y * row.length + x));
    });
  });
  context.putImageData(pixels, 0, 0);
}
