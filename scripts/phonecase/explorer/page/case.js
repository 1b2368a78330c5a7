/**
 * A person's own case: the picture as it is printed, its files, and the settings by which a run makes the same.
 *
 * @typedef {import("./reading.js").Reading} Reading
 * @typedef {import("./reading.js").Data} Data
 * @typedef {import("./orders.js").Order} Order
 * @typedef {import("./print.js").Picture} Picture
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Orientation} Orientation
 * @typedef {import("./layout.js").Fit} Fit
 * @typedef {import("./layout.js").Start} Start
 * @typedef {{ left: number, top: number, width: number, height: number, radius: number }} Opening micrometres
 * @typedef {{ key: string, name: string, width: number, height: number, radius: number, camera: Opening[] }} Phone
 * @typedef {{ phone: Phone | null, orientation: Orientation, fit: Fit, start: Start, caption: boolean }} Choice no phone: the
 *   picture alone
 */

import { CAPTION, layOut, layOutBare } from "./layout.js";
import { LINE } from "./letters.js";
import { lines, palette, rgb } from "./print.js";

/** Beyond the edge of a case, and within it: micrometres, the trade's habit, and the workflow's. */
const [BLEED, SAFE] = [3000, 3000];
/** Pixels along a preview's longer side at most: browsers draw no canvas that is much longer. */
const LARGEST = 8192;

/**
 * How the picture lies on what is chosen. Null where it finds no room.
 * @param {Choice} choice
 * @param {number} units
 * @param {number} characters
 * @param {Data["print"]} print
 * @returns {Layout | null}
 */
export function layoutOf({ phone, orientation, fit, start, caption }, units, characters, { cell, dpi }) {
  if (!phone) return layOutBare(units, characters, dpi, orientation, cell, caption);
  const { width, height, radius } = phone;
  const sheet = { width, height, radius, bleed: BLEED, safe: SAFE };
  return layOut(units, characters, sheet, dpi, orientation, fit, start, caption);
}

/** Whether something is cut off, so that where it starts is a choice. @param {Choice} choice */
export function hasStart({ phone, fit }) {
  return phone !== null && fit === "cover";
}

/** How many rows a case doesn't show, not even in part. @param {Layout} layout @param {number} units */
export function hidden({ orientation, trim, cell, caption }, units) {
  const portrait = orientation === "portrait";
  let [from, to] = portrait ? [trim.left, trim.left + trim.width] : [trim.top, trim.top + trim.height];
  if (caption && portrait) to = caption.left - (CAPTION - LINE) * cell;
  else if (caption) from = caption.top + CAPTION * cell;
  return Math.max(0, units - Math.ceil((to - from) / cell));
}

/**
 * The start after the picture was pushed along under the case's outline: the text goes round, rows stay within.
 * @param {Start} start
 * @param {Layout} layout
 * @param {number} units
 * @param {number} characters
 * @param {{ right: number, down: number }} cells
 * @returns {Start}
 */
export function pushed({ character, row }, layout, units, characters, { right, down }) {
  const [along, across] = layout.orientation === "portrait" ? [down, -right] : [right, down];
  const next = (((character - 1 - along) % characters) + characters) % characters;
  const most = hidden(layout, units) + 1;
  const edge = row || (layout.caption ? 1 : Math.ceil(most / 2)); // where they lie if they are centred
  return { character: next + 1, row: across ? Math.max(1, Math.min(most, edge - across)) : row };
}

/**
 * The rows of the picture from the top, as scripts/phonecase/art/rendering.py draws them: in landscape a row is a
 * unit; portrait is the same turned clockwise by a quarter, so that the text runs down it.
 * @param {Reading} reading
 * @param {Order} order
 * @param {Data["styles"][number]} style
 * @param {Layout} layout
 * @param {Data["letters"]} letters
 * @returns {Picture}
 */
export function pictureOf({ text, states: { bits, T, H } }, { units, signs }, { colours, shades }, layout, letters) {
  /** @type {(row: number, t: number) => number} */
  const cell = (row, t) => (signs[row] > 0 ? bits[t * H + units[row]] : 1 - bits[t * H + units[row]]);
  const rows =
    layout.orientation === "landscape"
      ? units.map((_, row) => Uint8Array.from({ length: T }, (_, t) => cell(row, t)))
      : Array.from({ length: T }, (_, t) => Uint8Array.from({ length: H }, (_, x) => cell(H - 1 - x, t)));
  const { first, columns } = layout.caption ?? { first: 0, columns: 0 };
  const caption = Array.from({ length: columns }, (_, place) => letters[text[(first + place) % T]]);
  return { rows, colours, layout, caption: layout.caption && { letters: caption, shades } };
}

/**
 * What makes the same picture in a run: settings for a file, and the command.
 * @param {{ reading: Reading, model: string, order: { name: string, strategy: string } | null, style: Data["styles"][number], print: Data["print"], choice: Choice }} made
 * @returns {{ settings: string, command: string } | null} null where no strategy makes the order
 */
export function settingsOf({ reading, model, order, style, print: { cell, dpi }, choice }) {
  if (!order) return null;
  const passage = reading.own ? "yours" : reading.passage.name;
  const own = reading.own || reading.passage.own;
  const words = JSON.stringify(own ? reading.text.join("") + reading.next : reading.passage.reference);
  const { phone, orientation, fit, start, caption } = choice;
  const borders = `bleed: ${BLEED / 1000}, safe: ${SAFE / 1000}`;
  const first = start.character > 1 ? `, start: ${start.character}` : "";
  const row = start.row ? `, start_row: ${start.row}` : "";
  const starts = hasStart(choice) ? first + row : "";
  const onCase = phone ? `, phone: ${phone.key}, orientation: ${orientation}, fit: ${fit}${starts}, ${borders}` : "";
  const turn = phone ? "" : `, orientation: ${orientation}`;
  const withCaption = caption ? `${turn}, caption: true` : "";
  const settings = [
    "passages:",
    `  ${passage}: ${own ? `{text: ${words}}` : words}`,
    "orders:",
    `  ${order.name}:${order.name === order.strategy ? "" : ` {strategy: ${order.strategy}}`}`,
    "styles:",
    `  ${style.name}: {colours: ${JSON.stringify(style.colours)}}`,
    `print: {cell: ${cell}, dpi: ${dpi}${onCase}${withCaption}}`,
    "",
  ].join("\n");
  const forPrint = phone || caption; // other pictures are cells and nothing else
  const turned = !forPrint && orientation === "portrait" ? ".portrait" : "";
  const file = `results/${forPrint ? "print" : "art"}/${model}/${passage}/${order.name}/${style.name}${turned}.png`;
  return { settings, command: `snakemake ${file} --configfile yours.yaml --cores 4 --resources gpu=1` };
}

/**
 * Draw the picture as the case will be: what is cut off isn't there, and neither is the camera.
 *
 * A picture that is too long for a canvas is drawn by one pixel in so many.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} picture
 * @param {Phone | null} phone
 */
export function preview(canvas, picture, phone) {
  const { width, height, trim, dpi } = picture.layout;
  const step = Math.ceil(Math.max(trim.width, trim.height) / LARGEST);
  const shown = (/** @type {number} */ side) => Math.ceil(side / step);
  [canvas.width, canvas.height] = [shown(trim.width), shown(trim.height)];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = context.createImageData(shown(width), shown(height));
  const words = new Uint32Array(pixels.data.buffer);
  const both = palette(picture).map((colour) => new Uint32Array(Uint8Array.from([...rgb(colour), 255]).buffer)[0]);
  let y = 0;
  for (const [line, times] of lines(picture)) {
    const coloured = Uint32Array.from({ length: pixels.width }, (_, x) => both[line[x * step]]);
    for (let k = shown(y); k < shown(y + times); k++) words.set(coloured, k * pixels.width);
    y += times;
  }
  context.putImageData(pixels, -Math.floor(trim.left / step), -Math.floor(trim.top / step));
  const px = (/** @type {number} */ micrometres) => (micrometres * dpi) / 25_400 / step;
  context.globalCompositeOperation = "destination-in";
  context.beginPath();
  context.roundRect(0, 0, canvas.width, canvas.height, phone ? px(phone.radius) : 0);
  context.fill();
  context.globalCompositeOperation = "source-over";
  context.fillStyle = "#101319";
  context.strokeStyle = "#8a8f9c";
  context.lineWidth = px(600);
  for (const { left, top, width: across, height: down, radius } of phone?.camera ?? []) {
    context.beginPath();
    context.roundRect(px(left), px(top), px(across), px(down), px(radius));
    context.fill();
    context.stroke();
  }
}
