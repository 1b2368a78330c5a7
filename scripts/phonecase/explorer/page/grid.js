/**
 * The picture on a canvas: a column a character, a row a unit, the text along it.
 *
 * A cell is a whole number of the screen's pixels, so that all are equal. Each unit's row is drawn from small
 * images that have a pixel a bit, at the height where the unit stands now: so rows can move, and a chapter's
 * 640,000 cells cost a frame no more than a verse's. A book takes several images beside each other.
 *
 * @typedef {import("./bits.js").States} States
 * @typedef {import("./orders.js").Order} Order
 * @typedef {{ t: number, unit: number }} Cell
 * @typedef {[number, number]} Stretch columns, the last one included
 * @typedef {{
 *   states: States, order: Order, colours: [string, string], text: string[], labels: [number, string][],
 *   locked: Cell | null, stretch: Stretch | null, marks: number[], other: Uint8Array | null, from: number,
 * }} Shown other: 1 where a bit is another than it was, (T, H); from: the first column that the network wrote
 */

const MOVE = 700; // milliseconds that rows take to their new places
const LABELS = 18; // CSS pixels above the grid
const STRIP = 34; // and below
const READABLE = 8; // of a column, from which on its character stands under it
const LEAST = 2.25; // a cell in CSS pixels where a text doesn't fit
const TILE = 8192; // columns of an image: no browser refuses a canvas so wide

export class Grid {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{ hover: (cell: Cell | null) => void, pick: (cell: Cell) => void, brush: (stretch: Stretch) => void, seen: () => void }} told
   */
  constructor(canvas, told) {
    this.canvas = canvas;
    this.told = told;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    /** @type {Shown | null} */
    this.shown = null;
    this.cell = 1; // device pixels
    this.seenRatio = this.ratio;
    this.x = 0; // device pixels scrolled
    this.y = 0;
    this.fitted = true;
    /** @type {Cell | null} */
    this.cursor = null;
    /** Where each unit stood before, and stands now: rows. */
    this.before = new Float32Array(0);
    this.now = new Float32Array(0);
    this.began = -MOVE;
    this.asked = 0;
    /** @type {Map<number, { x: number, y: number }>} */
    this.pointers = new Map();
    this.pinched = 1; // the cell that two fingers ask for, not rounded
    /** The letters below the grid where they have a line of their own: of the one at centre its middle, and their width.
     * @type {{ advance: number, centre: number, x: number } | null} */
    this.strip = null;
    /** @type {{ x: number, y: number, moved: boolean, kind: "pan" | "brush", t: number } | null} */
    this.drag = null;
    new ResizeObserver(() => this.fit()).observe(canvas);
    this.watchRatio();
    this.listen();
  }

  get ratio() {
    return globalThis.devicePixelRatio || 1;
  }

  /** Draw again where the screen's pixels become others: the page is zoomed, or on another screen. */
  watchRatio() {
    const others = () => {
      this.draw();
      this.watchRatio();
    };
    matchMedia(`(resolution: ${this.ratio}dppx)`).addEventListener("change", others, { once: true });
  }

  /** Fit again if the screen's pixels are others than they were. */
  keepRatio() {
    const scale = this.ratio / this.seenRatio;
    if (scale === 1) return;
    this.seenRatio = this.ratio;
    [this.cell, this.x, this.y] = [this.cell * scale, this.x * scale, this.y * scale];
    this.fit();
  }

  /** The style sheet's colours are others now. */
  recolour() {
    const { shown } = this;
    this.shown = null;
    if (shown) this.show(shown);
  }

  /** @param {Shown} shown */
  show(shown) {
    const last = this.shown;
    const { states, order, colours } = shown;
    this.shown = shown;
    if (last?.states !== states || last.colours.join() !== colours.join() || last.other !== shown.other) {
      const dim = shown.other !== null;
      this.plus = images(states, (bit) => faded(colours[bit], dim));
      this.minus = images(states, (bit) => faded(colours[1 - bit], dim));
      this.different = shown.other && images({ ...states, bits: shown.other }, (bit) => (bit ? ink("--alert") : null));
    }
    const rows = new Float32Array(states.H);
    order.units.forEach((unit, row) => {
      rows[unit] = row;
    });
    if (last?.states.H === states.H && !calm()) {
      if (rows.some((row, unit) => row !== this.now[unit])) {
        this.before = this.now.map((_, unit) => this.rowOf(unit));
        this.began = performance.now();
      }
    } else this.before = rows;
    this.now = rows;
    if (last?.states.T !== states.T || last.states.H !== states.H) {
      const fits = this.fitted;
      this.fit();
      if (!fits) this.scroll(0, 0);
    }
    this.draw();
  }

  /** Where a unit is drawn now, in rows: on its way, if rows move. @param {number} unit */
  rowOf(unit) {
    const passed = Math.min(1, (performance.now() - this.began) / MOVE);
    const eased = passed * passed * (3 - 2 * passed);
    return this.before[unit] + (this.now[unit] - this.before[unit]) * eased;
  }

  /** As large as the width takes, or as a finger needs. */
  fit() {
    if (!this.shown) return;
    const { T, H } = this.shown.states;
    const width = Math.round(this.canvas.clientWidth * this.ratio);
    if (!width) return;
    const most = Math.floor((0.62 * innerHeight * this.ratio) / H);
    const fit = Math.max(Math.min(Math.floor(width / T), most), Math.round(LEAST * this.ratio));
    const height = fit * H + Math.round((LABELS + STRIP) * this.ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.height = `${height / this.ratio}px`;
    }
    this.least = fit;
    this.zoomTo(this.fitted ? fit : this.cell);
  }

  /**
   * @param {number} cell device pixels
   * @param {{ x: number, y: number }} [about] the point of the canvas that stays, in device pixels
   */
  zoomTo(cell, about = { x: this.canvas.width / 2, y: this.canvas.height / 2 }) {
    if (!this.shown) return;
    const bounded = Math.max(this.least ?? 1, Math.min(Math.round(cell), Math.round(40 * this.ratio)));
    const top = LABELS * this.ratio;
    const [column, row] = [(this.x + about.x - this.left) / this.cell, (this.y + about.y - top) / this.cell];
    this.cell = bounded;
    this.fitted = bounded === this.least;
    this.x = column * bounded - about.x + this.left;
    this.y = row * bounded - about.y + top;
    this.scroll(0, 0);
  }

  /** @param {number} steps */
  zoom(steps, about = { x: this.canvas.width / 2, y: this.canvas.height / 2 }) {
    const factor = 1.25 ** steps;
    const next = this.cell * factor;
    this.zoomTo(steps > 0 ? Math.max(this.cell + 1, next) : Math.min(this.cell - 1, next), about);
  }

  /** Device pixels left of the first column: a text that is narrower than the canvas stands in its middle. */
  get left() {
    const width = (this.shown?.states.T ?? 0) * this.cell;
    return Math.max(0, Math.floor((this.canvas.width - width) / 2));
  }

  get gridHeight() {
    return this.canvas.height - Math.round((LABELS + STRIP) * this.ratio);
  }

  /** @param {number} dx device pixels @param {number} dy */
  scroll(dx, dy) {
    if (!this.shown) return;
    const { T, H } = this.shown.states;
    this.x = Math.round(Math.max(0, Math.min(this.x + dx, T * this.cell - this.canvas.width)));
    this.y = Math.round(Math.max(0, Math.min(this.y + dy, H * this.cell - this.gridHeight)));
    this.canvas.style.touchAction = H * this.cell > this.gridHeight ? "none" : "pan-y";
    this.draw();
  }

  /** Bring a column into view, and perhaps a unit. @param {number} t @param {number} [unit] */
  reveal(t, unit) {
    const margin = Math.min(this.canvas.width / 4, 60 * this.ratio);
    const x = t * this.cell - this.x;
    if (x < margin) this.scroll(x - margin, 0);
    if (x > this.canvas.width - margin) this.scroll(x - this.canvas.width + margin, 0);
    if (unit !== undefined) {
      const y = this.now[unit] * this.cell - this.y;
      if (y < 0) this.scroll(0, y);
      if (y + this.cell > this.gridHeight) this.scroll(0, y + this.cell - this.gridHeight);
    }
  }

  /** @param {Cell | null} cell */
  point(cell) {
    this.cursor = cell;
    this.draw();
  }

  /** The middle of a unit's row on the page's canvas, in CSS pixels from its top. @param {number} unit */
  heightOf(unit) {
    return LABELS + ((this.now[unit] + 0.5) * this.cell - this.y) / this.ratio;
  }

  /** The row at a height. @param {number} y CSS pixels from the canvas's top */
  rowAt(y) {
    const H = this.shown?.states.H ?? 1;
    return Math.max(0, Math.min(H - 1, Math.floor(((y - LABELS) * this.ratio + this.y) / this.cell)));
  }

  draw() {
    if (this.asked || !this.shown) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.paint();
      if (performance.now() - this.began < MOVE) this.draw();
    });
  }

  paint() {
    if (!this.shown || !this.plus || !this.minus) return;
    this.keepRatio();
    const { states, order, colours, locked, stretch, marks } = this.shown;
    const { context, cell, ratio } = this;
    const top = Math.round(LABELS * ratio);
    const height = this.gridHeight;
    const [first, last] = [
      Math.floor(this.x / cell),
      Math.min(states.T, Math.ceil((this.x + this.canvas.width) / cell)),
    ];
    const at = (/** @type {number} */ t) => this.left + t * cell - this.x;
    context.fillStyle = ink("--paper");
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.save();
    context.beginPath();
    context.rect(0, top, this.canvas.width, height);
    context.clip();
    context.imageSmoothingEnabled = false;
    context.fillStyle = faded(colours[0], this.different !== null);
    context.fillRect(at(0), top, states.T * cell, height);
    const tiles = this.plus.map((_, tile) => tile).filter((tile) => tile * TILE < last && (tile + 1) * TILE > first);
    order.units.forEach((unit, row) => {
      const y = Math.round(top + this.rowOf(unit) * cell - this.y);
      if (y + cell <= top || y >= top + height) return;
      const source = /** @type {HTMLCanvasElement[]} */ (order.signs[row] > 0 ? this.plus : this.minus);
      for (const tile of tiles) {
        const [from, to] = [Math.max(first, tile * TILE), Math.min(last, (tile + 1) * TILE)];
        const width = (to - from) * cell;
        const size = /** @type {const} */ ([from - tile * TILE, unit, to - from, 1, at(from), y, width, cell]);
        context.drawImage(source[tile], ...size);
        if (this.different) context.drawImage(this.different[tile], ...size);
      }
    });
    if (stretch) {
      context.fillStyle = ink("--brush");
      context.fillRect(at(stretch[0]), top, (stretch[1] + 1 - stretch[0]) * cell, height);
    }
    context.fillStyle = ink("--mark");
    for (const t of marks) context.fillRect(at(t) + cell / 2 - ratio, top, 2 * ratio, height);
    if (this.cursor) this.cross(this.cursor, ink("--cursor"), ratio, at, top);
    if (locked) this.cross(locked, ink("--lock"), Math.max(1, Math.round(1.5 * ratio)), at, top);
    context.restore();
    this.paintText(first, last, at);
    this.told.seen();
  }

  /**
   * A column's and a row's frame.
   * @param {Cell} where
   * @param {string} colour
   * @param {number} width
   * @param {(t: number) => number} at
   * @param {number} top
   */
  cross({ t, unit }, colour, width, at, top) {
    const { context, cell } = this;
    const H = this.shown?.states.H ?? 0;
    const y = top + this.rowOf(unit) * cell - this.y;
    const T = this.shown?.states.T ?? 0;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(at(t) - width / 2, top - this.y - width, cell + width, H * cell + 2 * width);
    context.strokeRect(at(0) - width, y - width / 2, T * cell + 2 * width, cell + width);
  }

  /**
   * The places above the grid and the characters below it.
   * @param {number} first
   * @param {number} last
   * @param {(t: number) => number} at
   */
  paintText(first, last, at) {
    if (!this.shown) return;
    const { context, cell, ratio } = this;
    const { text, labels, locked, stretch, from } = this.shown;
    const bottom = Math.round(LABELS * ratio) + this.gridHeight;
    context.textBaseline = "alphabetic";
    context.textAlign = "left";
    context.font = `${11.5 * ratio}px system-ui, sans-serif`;
    context.fillStyle = ink("--faint");
    let free = 0;
    for (const [t, label] of labels) {
      const x = Math.max(at(t), 0);
      const next = labels.find(([other]) => other > t)?.[0] ?? text.length;
      const width = context.measureText(label).width;
      if (at(next) > width && x >= free && x < this.canvas.width) {
        context.fillText(label, x, (LABELS - 6) * ratio);
        free = x + width + 10 * ratio;
      }
    }
    if (stretch) {
      context.fillStyle = ink("--lock");
      context.fillRect(at(stretch[0]), bottom, (stretch[1] + 1 - stretch[0]) * cell, 3 * ratio);
    }
    const focus = this.cursor?.t ?? locked?.t ?? null;
    const wide = this.hasRoomForLetters;
    const size = wide ? Math.min(cell * 1.35, 17 * ratio) : 15 * ratio;
    context.font = `${size}px ${MONO}`;
    context.textAlign = "center";
    const y = bottom + 23 * ratio;
    if (wide) {
      for (let t = first; t < last; t++) {
        context.fillStyle = t === focus ? ink("--lock") : t >= from ? ink("--alert") : ink("--ink");
        context.fillText(visible(text[t]), at(t) + cell / 2, y);
      }
    } else {
      // Too narrow for its characters: those around the column in question, in a line of their own.
      const advance = context.measureText("m").width;
      const centre = focus ?? Math.round((first + last) / 2);
      const half = Math.floor(this.canvas.width / advance / 2);
      const wanted = focus === null ? this.canvas.width / 2 : at(centre) + cell / 2;
      const room = Math.min(half, text.length) * advance;
      const x = Math.max(
        Math.min(centre * advance + advance, room),
        Math.min(wanted, this.canvas.width - Math.min((text.length - centre) * advance, room)),
      );
      this.strip = { advance, centre, x };
      for (let t = Math.max(0, centre - 2 * half); t < Math.min(text.length, centre + 2 * half); t++) {
        const place = x + (t - centre) * advance;
        if (place < 0 || place > this.canvas.width) continue;
        if (t === focus) {
          context.fillStyle = ink("--lock");
          context.fillRect(place - advance / 2 - ratio, bottom + 7 * ratio, advance + 2 * ratio, 23 * ratio);
          context.fillStyle = ink("--paper");
        } else context.fillStyle = t >= from ? ink("--alert") : ink("--faint");
        context.fillText(visible(text[t]), place, y);
      }
      if (focus !== null) {
        context.strokeStyle = ink("--lock");
        context.lineWidth = ratio;
        context.beginPath();
        context.moveTo(at(focus) + cell / 2, bottom);
        context.lineTo(x, bottom + 7 * ratio);
        context.stroke();
      }
    }
  }

  /** Whether each column has its letter under it. */
  get hasRoomForLetters() {
    return this.cell >= READABLE * this.ratio;
  }

  /**
   * The cell under a pointer, or the nearest. Below the grid a finger means the letter that it is on; a mouse is
   * under the column whose letter it brings there.
   * @param {PointerEvent} event
   */
  cellAt({ clientX, clientY, pointerType }) {
    const box = this.canvas.getBoundingClientRect();
    const { states, order } = /** @type {Shown} */ (this.shown);
    const inside = clientY - box.top < LABELS + this.gridHeight / this.ratio;
    const x = (clientX - box.left) * this.ratio;
    const letter = this.strip && !this.hasRoomForLetters && !inside && pointerType === "touch" ? this.strip : null;
    const column = letter
      ? letter.centre + Math.round((x - letter.x) / letter.advance)
      : Math.floor((x - this.left + this.x) / this.cell);
    const t = Math.max(0, Math.min(states.T - 1, column));
    return { t, unit: order.units[this.rowAt(clientY - box.top)], inside };
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.shown || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      this.pinched = this.cell;
      const { t, inside } = this.cellAt(event);
      this.drag = {
        x: event.clientX,
        y: event.clientY,
        moved: this.pointers.size > 1,
        kind: inside ? "pan" : "brush",
        t,
      };
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.shown) return;
      const last = this.pointers.get(event.pointerId);
      if (this.pointers.size === 2 && last) {
        const [a, b] = [...this.pointers.values()];
        const apart = Math.hypot(a.x - b.x, a.y - b.y);
        this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        const [c, d] = [...this.pointers.values()];
        this.pinch(Math.hypot(c.x - d.x, c.y - d.y) / apart, { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 });
        return;
      }
      if (this.drag && last) {
        this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        if (Math.hypot(event.clientX - this.drag.x, event.clientY - this.drag.y) > 5) this.drag.moved = true;
        if (this.drag.moved && this.drag.kind === "pan") {
          this.scroll((last.x - event.clientX) * this.ratio, (last.y - event.clientY) * this.ratio);
        } else if (this.drag.moved) {
          const { t } = this.cellAt(event);
          this.told.brush([Math.min(t, this.drag.t), Math.max(t, this.drag.t)]);
        }
        return;
      }
      if (event.pointerType !== "touch") {
        const { t, unit } = this.cellAt(event);
        this.point({ t, unit });
        this.told.hover({ t, unit });
      }
    });
    const end = (/** @type {PointerEvent} */ event) => {
      this.pointers.delete(event.pointerId);
      if (this.drag && !this.drag.moved && event.type === "pointerup") {
        const { t, unit } = this.cellAt(event);
        this.told.pick({ t, unit });
      }
      if (this.pointers.size === 0) this.drag = null;
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("pointerleave", () => {
      if (this.drag) return;
      this.point(null);
      this.told.hover(null);
    });
    canvas.addEventListener(
      "wheel",
      (event) => {
        if (!this.shown) return;
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          const box = canvas.getBoundingClientRect();
          const about = { x: (event.clientX - box.left) * this.ratio, y: (event.clientY - box.top) * this.ratio };
          this.zoom(event.deltaY < 0 ? 1 : -1, about);
        } else {
          const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
          const before = this.x;
          this.scroll(sideways * this.ratio, 0);
          if (this.x !== before) event.preventDefault();
        }
      },
      { passive: false },
    );
  }

  /** @param {number} factor @param {{ x: number, y: number }} centre CSS pixels of the window */
  pinch(factor, centre) {
    const box = this.canvas.getBoundingClientRect();
    this.pinched *= factor;
    if (Math.round(this.pinched) !== this.cell) {
      this.zoomTo(this.pinched, { x: (centre.x - box.left) * this.ratio, y: (centre.y - box.top) * this.ratio });
    }
    this.pinched = Math.max(this.least ?? 1, Math.min(this.pinched, 40 * this.ratio));
  }
}

export const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** How a character is shown that would not be seen. @param {string} character */
export function visible(character) {
  return { "\n": "⏎", " ": "·" }[character] ?? character;
}

/** Whether the person wants things not to move. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** @type {Map<string, string>} */
const inks = new Map();

/** A colour of the style sheet. @param {string} name */
export function ink(name) {
  const known = inks.get(name) ?? getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  inks.set(name, known);
  return known;
}

/** The style sheet has other colours now: it is dark, or light. */
export function forgetInks() {
  inks.clear();
}

/** A colour, or what is left of it beside something more important. @param {string} colour @param {boolean} dim */
function faded(colour, dim) {
  return dim ? `color-mix(in srgb, ${colour} 35%, ${ink("--paper")})` : colour;
}

/**
 * A pixel a bit, in the units' own order: images of so many columns.
 * @param {States} states
 * @param {(bit: 0 | 1) => string | null} colour
 */
function images({ bits, T, H }, colour) {
  const both = [pixelOf(colour(0)), pixelOf(colour(1))];
  return Array.from({ length: Math.ceil(T / TILE) }, (_, tile) => {
    const first = tile * TILE;
    const width = Math.min(TILE, T - first);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, H];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const pixels = context.createImageData(width, H);
    const words = new Uint32Array(pixels.data.buffer);
    for (let t = 0; t < width; t++)
      for (let unit = 0; unit < H; unit++) words[unit * width + t] = both[bits[(first + t) * H + unit]];
    context.putImageData(pixels, 0, 0);
    return canvas;
  });
}

/** Any CSS colour as a pixel's word; null is transparent. @param {string | null} colour */
function pixelOf(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (colour) {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
  }
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0];
}
