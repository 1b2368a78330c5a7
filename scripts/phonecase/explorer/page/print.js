/**
 * The picture as a file for print: PNG of two colours, a bit a pixel, which says its size; and SVG. With a caption
 * it has the letters' shades too, and four bits.
 *
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./letters.js").Outline} Outline
 * @typedef {{ letters: Outline[], shades: string[] }} Lettering of a caption, the shades from the ground to its colour
 * @typedef {{ rows: Uint8Array[], colours: [string, string], layout: Layout, caption?: Lettering | null }} Picture rows
 *   of cells from the top, 0 or 1, turned as the layout says; what no cell covers has the first colour
 */

import { coverage, drawn, LINE } from "./letters.js";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const METRE = 0.0254; // an inch

/**
 * The page's lines of pixels, from the top, each with how often it comes.
 * @param {Picture} picture
 * @returns {Generator<[Uint8Array, number]>} (width,) of numbers of the palette
 */
export function* lines(picture) {
  const strip = lettering(picture);
  let y = 0;
  for (const [line, times] of cells(picture)) {
    if (!strip || y + times <= strip.top || y >= strip.top + strip.height) yield [line, times];
    else
      for (let k = y; k < y + times; k++) {
        const row = strip.pixels.subarray((k - strip.top) * strip.width, (k - strip.top + 1) * strip.width);
        const inside = k >= strip.top && k < strip.top + strip.height;
        const lettered = line.slice();
        if (inside) lettered.set(row, strip.left);
        yield [lettered, 1];
      }
    y += times;
  }
}

/** The colours of the pixels' numbers. @param {Picture} picture */
export function palette({ colours, caption }) {
  return caption ? [...colours, ...caption.shades] : colours;
}

/** The pixels of the caption's line. @param {Picture} picture */
function lettering({ layout: { caption: at, cell, orientation }, caption }) {
  if (!at || !caption) return null;
  const { letters, shades } = caption;
  const levels = shades.length + 1;
  const numbers = Uint8Array.from({ length: levels + 1 }, (_, level) => (level % levels ? level + 1 : level / levels));
  const turned = orientation === "portrait";
  const [long, wide] = [letters.length * cell, LINE * cell];
  const [width, height] = turned ? [wide, long] : [long, wide];
  const pixels = new Uint8Array(width * height);
  /** @type {Map<Outline, Uint8Array>} */
  const known = new Map();
  for (const [place, outline] of letters.entries()) {
    const covered = known.get(outline) ?? coverage(outline, cell, levels);
    known.set(outline, covered);
    for (let y = 0; y < wide; y++)
      for (let x = 0; x < cell; x++) {
        const along = place * cell + x;
        pixels[turned ? along * width + wide - 1 - y : y * width + along] = numbers[covered[y * cell + x]];
      }
  }
  return { left: at.left, top: at.top, width, height, pixels };
}

/**
 * The same without a caption.
 * @param {Picture} picture
 * @returns {Generator<[Uint8Array, number]>} (width,) of 0 and 1
 */
function* cells({ rows, layout: { width, height, cell, block } }) {
  const empty = new Uint8Array(width);
  if (block.top > 0) yield [empty, block.top];
  for (let down = 0; down < block.down; down++) {
    const row = rows[modulo(block.firstDown + down, rows.length)];
    const line = new Uint8Array(width);
    for (let across = 0; across < block.across; across++) {
      if (!row[modulo(block.firstAcross + across, row.length)]) continue;
      const left = block.left + across * cell;
      line.fill(1, Math.max(0, left), Math.min(width, left + cell));
    }
    const top = block.top + down * cell;
    yield [line, Math.min(height, top + cell) - Math.max(0, top)];
  }
  const bottom = block.top + block.down * cell;
  if (bottom < height) yield [empty, height - bottom];
}

/**
 * @param {Picture} picture
 * @param {Record<string, string>} [texts] fields for where it comes from
 * @returns {Promise<Blob>}
 */
export async function png(picture, texts = {}) {
  const { width, height, dpi } = picture.layout;
  const bits = picture.caption ? 4 : 1;
  const stride = 1 + Math.ceil((width * bits) / 8); // each line begins with its filter, 0: none
  const packed = new Uint8Array(stride * height);
  let y = 0;
  for (const [line, times] of lines(picture)) {
    const first = packed.subarray(y * stride, (y + 1) * stride);
    for (let x = 0; x < width; x++) first[1 + ((x * bits) >> 3)] |= line[x] << (8 - bits - ((x * bits) & 7));
    for (let k = 1; k < times; k++) packed.set(first, (y + k) * stride);
    y += times;
  }
  const metre = Math.round(dpi / METRE);
  const parts = [
    chunk("IHDR", [...word(width), ...word(height), bits, 3, 0, 0, 0]), // 3: a palette
    chunk("sRGB", [0]),
    chunk("PLTE", palette(picture).flatMap(rgb)),
    chunk("pHYs", [...word(metre), ...word(metre), 1]),
    ...Object.entries(texts).map(([key, text]) =>
      chunk("iTXt", [...new TextEncoder().encode(`${key}\0\0\0\0\0${text}`)]),
    ),
    chunk("IDAT", await deflated(packed)),
    chunk("IEND", []),
  ];
  return new Blob([Uint8Array.from(SIGNATURE), ...parts], { type: "image/png" });
}

/**
 * @param {Picture} picture
 * @param {string} title
 */
export function svg({ rows, colours, layout, caption }, title) {
  const { width, height, dpi, cell, block, orientation } = layout;
  let path = "";
  for (let down = 0; down < block.down; down++) {
    const row = rows[modulo(block.firstDown + down, rows.length)];
    const on = (/** @type {number} */ across) => row[modulo(block.firstAcross + across, row.length)];
    for (let across = 0; across < block.across; across++) {
      if (!on(across)) continue;
      const from = across;
      while (across + 1 < block.across && on(across + 1)) across++;
      const length = (across + 1 - from) * cell;
      path += `M${block.left + from * cell} ${block.top + down * cell}h${length}v${cell}h-${length}z`;
    }
  }
  let letters = "";
  if (caption && layout.caption) {
    const { left, top } = layout.caption;
    const path = caption.letters.map((outline, place) => drawn(outline, place, orientation === "portrait")).join("");
    letters = `<path fill="${colours[1]}" shape-rendering="geometricPrecision" transform="translate(${left} ${top}) scale(${cell})" d="${path}"/>\n`;
  }
  const size = (/** @type {number} */ pixels) => `${+((pixels * 25.4) / dpi).toFixed(4)}mm`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size(width)}" height="${size(height)}" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges">
<title>${escaped(title)}</title>
<path fill="${colours[0]}" d="M0 0h${width}v${height}h-${width}z"/>
<path fill="${colours[1]}" d="${path}"/>
${letters}</svg>
`;
}

/** A colour's red, green and blue. @param {string} colour as #RRGGBB */
export function rgb(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** @param {number} number @param {number} count */
function modulo(number, count) {
  return ((number % count) + count) % count;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * @param {string} kind
 * @param {ArrayLike<number>} data
 */
function chunk(kind, data) {
  const bytes = new Uint8Array(data.length + 12);
  bytes.set(word(data.length));
  bytes.set(new TextEncoder().encode(kind), 4);
  bytes.set(data, 8);
  bytes.set(word(checksum(bytes.subarray(4, -4))), data.length + 8);
  return bytes;
}

/** @param {number} number */
function word(number) {
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
}

/** The CRC-32 of PNG (ISO 3309). @param {Uint8Array} bytes */
function checksum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
