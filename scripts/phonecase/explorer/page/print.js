/**
 * The picture as a file for print: PNG of two colours, a bit a pixel, which says its size; and SVG.
 *
 * @typedef {{ rows: Uint8Array[], colours: [string, string] }} Picture rows of cells, 0 or 1, from the top
 */

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const INCH = 0.0254; // metres

/**
 * @param {Picture} picture
 * @param {number} cell pixels along each side of a cell
 * @param {number} dpi
 * @param {Record<string, string>} [texts] fields for where it comes from
 * @returns {Promise<Blob>}
 */
export async function png({ rows, colours }, cell, dpi, texts = {}) {
  const width = rows[0].length * cell;
  const height = rows.length * cell;
  const stride = 1 + Math.ceil(width / 8); // each line begins with its filter, 0: none
  const lines = new Uint8Array(stride * height);
  rows.forEach((row, r) => {
    const line = lines.subarray(r * cell * stride, (r * cell + 1) * stride);
    for (let x = 0; x < width; x++) if (row[Math.floor(x / cell)]) line[1 + (x >> 3)] |= 128 >> (x & 7);
    for (let k = 1; k < cell; k++) lines.set(line, (r * cell + k) * stride);
  });
  const metre = Math.round(dpi / INCH);
  const parts = [
    chunk("IHDR", [...word(width), ...word(height), 1, 3, 0, 0, 0]), // 1 bit, a palette
    chunk("sRGB", [0]),
    chunk("PLTE", colours.flatMap(rgb)),
    chunk("pHYs", [...word(metre), ...word(metre), 1]),
    ...Object.entries(texts).map(([key, text]) =>
      chunk("iTXt", [...new TextEncoder().encode(`${key}\0\0\0\0\0${text}`)]),
    ),
    chunk("IDAT", await deflated(lines)),
    chunk("IEND", []),
  ];
  return new Blob([Uint8Array.from(SIGNATURE), ...parts], { type: "image/png" });
}

/**
 * @param {Picture} picture
 * @param {number} millimetres of a cell
 * @param {string} title
 */
export function svg({ rows, colours }, millimetres, title) {
  const [width, height] = [rows[0].length, rows.length];
  const path = rows.map(runs).join("");
  const size = (/** @type {number} */ cells) => `${+(cells * millimetres).toFixed(4)}mm`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size(width)}" height="${size(height)}" viewBox="0 0 ${width} ${height}" shape-rendering="crispEdges">
<title>${escaped(title)}</title>
<path fill="${colours[0]}" d="M0 0h${width}v${height}h-${width}z"/>
<path fill="${colours[1]}" d="${path}"/>
</svg>
`;
}

/**
 * The stretches of a row whose cells are 1, as rectangles.
 * @param {Uint8Array} row
 * @param {number} y
 */
function runs(row, y) {
  let path = "";
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const from = x;
    while (x + 1 < row.length && row[x + 1]) x++;
    const length = x + 1 - from;
    path += `M${from} ${y}h${length}v1h-${length}z`;
  }
  return path;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A colour's red, green and blue. @param {string} colour as #RRGGBB */
export function rgb(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
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
