/** The page: what is shown, what a person does to it, and the address by which it is shown again. */

import { Asking } from "./asking.js";
import { distance, floatsOf, stateAt } from "./bits.js";
import { colourText, layText, showBit, showCharacter, showLikely, showStretch, showTable } from "./cards.js";
import { hasStart, hidden, layoutOf, pictureOf, preview, pushed, settingsOf } from "./case.js";
import { chart, counted, keepingFocus, made, named, part, percent, save } from "./dom.js";
import { forgetInks, Grid, visible } from "./grid.js";
import { points } from "./letters.js";
import { identity, mean, moved, signed, similarity, sortedBy, twoOpt } from "./orders.js";
import { png, svg } from "./print.js";
import { LONGEST, ownReading, placeOf, readingOf, wholeText, writtenFrom } from "./reading.js";
import { afterAnother, erased, flipped, told } from "./whatif.js";
import { Alphabet } from "./words.js";

/**
 * @typedef {import("./orders.js").Order} Order
 * @typedef {import("./reading.js").Reading} Reading
 * @typedef {import("./whatif.js").Outcome} Outcome
 */

const SETTLED = 150; // milliseconds after the last change
const QUIET = 500; // milliseconds of rest before a screen reader is told where one is
const WRITTEN = 300; // characters that the network writes on
const AT_A_TIME = 6; // of them between two looks at the picture
const PAID = 100; // characters whose surprise is worked out between two looks
const NAMED = 12; // characters at most that are said to be replaced
const GIVEN = "given:"; // orders that the run made
const MADE = { two_opt: "two_opt, for these words", mean: "mean, for these words", identity: "as trained" };
const BY_PICTURE = { column: "by the chosen character", stretch: "by the marked words", hand: "by hand" };
const PHONE = "iphone_16"; // until a person chooses their own
const FAVOURITES = ["optimal", "two_opt", "insertion"];

/** @type {import("./reading.js").Data} */
const data = JSON.parse(part("data", HTMLScriptElement).textContent ?? "");
const alphabet = new Alphabet(data.characters, data.alike);
const asking = data.network ? new Asking(part("worker", HTMLScriptElement).textContent ?? "") : null;
const passages = data.passages.map((passage) => readingOf(passage, alphabet, data.units));

const canvas = part("grid", HTMLCanvasElement);
const [words, text, said] = [part("words", HTMLTextAreaElement), part("text", HTMLElement), part("said", HTMLElement)];
const [passageSelect, orderSelect] = [part("passage", HTMLSelectElement), part("order", HTMLSelectElement)];
const [negate, handle] = [part("negate", HTMLInputElement), part("handle", HTMLButtonElement)];
const [startInput, rowInput] = [part("start", HTMLInputElement), part("start-row", HTMLInputElement)];
const previewCanvas = part("preview", HTMLCanvasElement);

const FROM_THE_FIRST = { character: 1, row: 0 };

/** What is shown. */
const view = {
  /** @type {Reading} */
  reading: passages[0],
  order: "",
  /** @type {Order} */
  rows: identity(data.units),
  negated: false, // whether the chosen order has negated rows by itself
  /** @type {Order | null} */
  hand: null,
  style: 0,
  t: 0,
  unit: 0,
  /** @type {[number, number] | null} */
  stretch: null,
  /** @type {Outcome | null} */
  outcome: null,
  /** @type {"bit" | "surprise"} */
  by: "bit",
  /** @type {import("./case.js").Choice} */
  choice: { phone: null, orientation: "portrait", fit: "cover", start: FROM_THE_FIRST, caption: false },
};

let written = 0; // goes up when the network is to stop writing, or a text is another now
let writing = false;

const grid = new Grid(canvas, {
  hover: (cell) => readOut(cell),
  pick: (cell) => pick(cell.t, cell.unit),
  brush: (stretch) => mark(stretch),
  seen: () => placeHandle(),
});

// What is read ------------------------------------------------------------------------------------------------------

/** @param {Reading} reading */
function read(reading) {
  const same = reading.passage === view.reading.passage && view.order !== "";
  view.reading = reading;
  view.outcome = null;
  view.stretch = null;
  grid.cursor = null; // what it pointed at may be gone
  clearTimeout(telling);
  if (!same || (!reading.own && !orderIsKnown(view.order))) view.order = firstOrder(reading);
  if (view.t >= reading.text.length) view.t = Math.floor(reading.text.length / 3);
  const { start } = view.choice;
  if (start.character > reading.text.length) view.choice.start = { ...start, character: 1 };
  layText(text, reading);
  part("left-out", HTMLElement).textContent = leftOut(reading);
  passageSelect.value = reading.own ? "own" : reading.passage.name;
  listOrders();
  order();
  if (reading.own && !untrainedIsShown()) showSurprise(reading);
  if (untrainedIsShown()) compareUntrained();
}

/**
 * What a person wrote, or is still writing.
 * @returns {Promise<boolean>} whether nothing newer is to be read by now
 */
async function readWords() {
  written += 1;
  const turn = written;
  if (!asking) return true;
  const base = passages.find((passage) => wholeText(passage) === words.value);
  if (base) {
    showReplaced(new Map());
    read(base);
    return true;
  }
  const characters = [...words.value];
  const { text: known, replaced } = alphabet.known(characters.slice(0, LONGEST).join(""));
  showReplaced(replaced, characters.length);
  if ([...known].length < 2) {
    const shown = `Two characters that it knows are the least; what you see is ${view.reading.title} still.`;
    const said = part("replaced", HTMLElement);
    said.textContent = `${said.textContent} ${shown}`.trim();
    return true;
  }
  const tokens = alphabet.encode([...known].slice(0, -1).join(""));
  const { states } = await asking.ask("read", { which: "trained", tokens });
  if (turn !== written) return false;
  read(ownReading(view.reading, known, alphabet, { bits: states, T: tokens.length, H: data.units }));
  return true;
}

/** What the page doesn't show of a passage that is longer than it takes. @param {Reading} reading */
function leftOut({ own, passage, text: shown }) {
  if (own || !passage.left_out) return "";
  return `The page shows the first ${counted(shown.length, "character")} of ${(shown.length + passage.left_out).toLocaleString("en")}.`;
}

/** @param {Map<string, string>} replaced @param {number} [length] how many characters a person wrote */
function showReplaced(replaced, length = 0) {
  const changes = [...replaced].map(([character, stands]) =>
    stands ? `${named(character)} as ${named(stands)}` : `nothing for ${named(character)}`,
  );
  const sentences = [];
  if (changes.length) {
    const some = changes.length === 1 ? "one of these characters" : "some of these characters";
    const more =
      changes.length > NAMED ? `, and ${(changes.length - NAMED).toLocaleString("en")} others as it can` : "";
    sentences.push(`The network never saw ${some}. It reads ${changes.slice(0, NAMED).join(", ")}${more}.`);
  }
  if (length > LONGEST) {
    sentences.push(`It reads the first ${counted(LONGEST, "character")} of ${length.toLocaleString("en")}.`);
  }
  part("replaced", HTMLElement).textContent = sentences.join(" ");
}

/** The prices of own words, a part at a time, as they are worked out. @param {Reading} reading */
async function showSurprise(reading) {
  const H = data.units;
  for (let from = 0; from < reading.text.length && asking; from += PAID) {
    const to = Math.min(reading.text.length, from + PAID);
    const first = Math.max(0, from - 1);
    const states = reading.states.bits.slice(first * H, to * H);
    const bits = await asking.ask("surprise", { which: "trained", tokens: reading.tokens.slice(first, to), states });
    if (reading !== view.reading) return;
    reading.surprise.set(bits.slice(from - first), from);
  }
  readOut(grid.cursor);
  showCards();
}

// The order of the rows ---------------------------------------------------------------------------------------------

/** @param {Reading} reading */
function firstOrder(reading) {
  const known = reading.passage.orders.map(({ name }) => name);
  return GIVEN + (FAVOURITES.find((name) => known.includes(name)) ?? known[0]);
}

/** @param {string} name */
function orderIsKnown(name) {
  return name in MADE || name in BY_PICTURE || view.reading.passage.orders.some((given) => GIVEN + given.name === name);
}

function listOrders() {
  const { reading } = view;
  const best = reading.passage.reference;
  orderSelect.replaceChildren(
    made(
      "optgroup",
      { label: reading.own ? `as they are best for ${best}` : `from the run, with their scores` },
      ...reading.passage.orders.map(({ name, similarity: score }) =>
        made(
          "option",
          { value: GIVEN + name },
          reading.own ? `${name} (${best})` : `${name}: ${score.toLocaleString("en")}`,
        ),
      ),
    ),
    made(
      "optgroup",
      { label: "worked out here" },
      ...Object.entries(MADE).map(([value, label]) => made("option", { value }, label)),
    ),
    made(
      "optgroup",
      { label: "yours" },
      ...Object.entries(BY_PICTURE).map(([value, label]) => made("option", { value }, label)),
    ),
  );
}

/** @returns {Order} */
function orderNow() {
  const { reading, order: name } = view;
  if (name.startsWith(GIVEN)) {
    const given = reading.passage.orders.find((one) => GIVEN + one.name === name);
    if (given) return { units: given.units, signs: given.units.map((_, row) => (given.signs?.[row] === "-" ? -1 : 1)) };
  }
  if (name === "two_opt") return twoOpt(reading.states);
  if (name === "mean") return mean(reading.states);
  if (name === "hand") return view.hand ?? view.rows;
  return identity(reading.states.H);
}

/**
 * Sort the rows by what they show at some characters, those that are on most on top. From then on they are in an
 * order by hand: it doesn't change with the characters that it was made by.
 * @param {[number, number]} stretch
 */
function sortBy([from, to]) {
  const { bits, H } = view.reading.states;
  const { units, signs } = view.rows;
  const on = new Array(H).fill(0);
  units.forEach((unit, row) => {
    for (let t = from; t <= to; t++) on[unit] += signs[row] > 0 ? bits[t * H + unit] : 1 - bits[t * H + unit];
  });
  view.hand = sortedBy(view.rows, (unit) => on[unit]);
  view.order = "hand";
  order();
}

/** Put the rows into the chosen order. @param {boolean} [negated] asked for, or as the order has it */
function order(negated) {
  const chosen = orderNow();
  view.negated = chosen.signs.some((sign) => sign < 0);
  if (negated === undefined) negate.checked = view.negated;
  if (negated === true && !view.negated) view.rows = signed(view.reading.states, chosen);
  else if (negated === false) view.rows = { units: chosen.units, signs: chosen.signs.map(() => 1) };
  else view.rows = chosen;
  orderSelect.value = view.order;
  show();
}

/** @param {number} row @param {number} to */
function moveRow(row, to) {
  if (to < 0 || to >= data.units || row === to) return;
  view.hand = moved(view.rows, row, to);
  view.order = "hand";
  view.rows = view.hand;
  orderSelect.value = view.order;
  show();
  grid.reveal(view.t, view.unit);
  say(`unit ${view.unit} is in row ${to + 1}`);
}

// What is chosen ----------------------------------------------------------------------------------------------------

/** @param {number} t @param {number} [unit] */
function choose(t, unit = view.unit) {
  [view.t, view.unit] = [t, unit];
  show();
  grid.reveal(t);
  tell(t, unit);
}

/** Choose it by a click or a touch, which lets go of what is marked. @param {number} t @param {number} [unit] */
function pick(t, unit) {
  view.stretch = null;
  choose(t, unit);
}

/** @param {[number, number] | null} stretch */
function mark(stretch) {
  view.stretch = stretch;
  show();
}

/** @param {import("./grid.js").Cell | null} cell */
function readOut(cell) {
  const { t, unit } = cell ?? view;
  part("readout", HTMLElement).textContent = sentence(t, unit);
}

/** @param {number} t @param {number} unit */
function sentence(t, unit) {
  const { reading } = view;
  const place = placeOf(reading, t);
  const paid = reading.surprise[t];
  const bit = reading.states.bits[t * data.units + unit] ? "on" : "off";
  return [
    `${visible(reading.text[t])}  ${place ? `${place}, ` : ""}character ${t + 1}`,
    Number.isNaN(paid) ? "" : `${paid.toFixed(1)} bits of surprise`,
    `unit ${unit} is ${bit}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let telling;

/** Tell a screen reader where one is, once one rests there. @param {number} t @param {number} unit */
function tell(t, unit) {
  clearTimeout(telling);
  telling = setTimeout(() => say(sentence(t, unit)), QUIET);
}

/** @param {string} sentence */
function say(sentence) {
  said.textContent = sentence;
}

// What is shown -----------------------------------------------------------------------------------------------------

function show() {
  const { reading, rows, style, t, unit, stretch, outcome } = view;
  grid.show({
    states: reading.states,
    order: rows,
    colours: data.styles[style].colours,
    text: reading.text,
    labels: reading.places,
    locked: { t, unit },
    stretch,
    marks: [],
    other: outcome?.other ?? null,
    from: reading.from,
  });
  ["off", "on"].forEach((id, bit) => {
    part(id, HTMLElement).style.background = data.styles[style].colours[bit];
  });
  canvas.setAttribute(
    "aria-label",
    `${reading.title}: the states of ${data.units} units, a row each, along ${counted(reading.text.length, "character")}. ${leftOut(reading)}`.trim(),
  );
  readOut(grid.cursor);
  const orders = /** @type {HTMLOptionElement[]} */ ([...orderSelect.options]);
  for (const option of orders) {
    if (option.value === "stretch") option.disabled = !stretch;
    if (option.value === "hand") option.disabled = !view.hand;
  }
  const tooFar = t + 1 >= LONGEST;
  part("write", HTMLButtonElement).disabled = tooFar;
  part("too-far", HTMLElement).textContent = tooFar
    ? `It writes on within the first ${counted(LONGEST, "character")}: choose an earlier one.`
    : "";
  showOutcome();
  showCards();
  clearTimeout(settling);
  settling = setTimeout(settle, SETTLED);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let settling;

/** What can wait until a person has stopped for a moment. */
function settle() {
  showCase();
  remember();
}

function showCards() {
  const { reading, rows, t, unit, stretch } = view;
  const sign = rows.signs[rows.units.indexOf(unit)];
  colourText(text, reading, { by: view.by, unit, sign, t, stretch });
  const character = part("character", HTMLElement);
  keepingFocus(character, () => showCharacter(character, reading, t, (other) => choose(other)));
  showBit(part("bit", HTMLElement), reading, rows, unit, data.units_known[unit]);
  const stretches = part("stretch", HTMLElement);
  keepingFocus(stretches, () => {
    if (stretch) showStretch(stretches, reading, stretch, (picked) => choose(view.t, picked));
    else stretches.replaceChildren();
  });
  if (part("table-details", HTMLDetailsElement).open) showTable(part("table", HTMLTableElement), reading, rows, t);
  expect();
}

/** What the network expects after the chosen character, and would after another past. */
async function expect() {
  const { reading, t, outcome } = view;
  const list = document.getElementById("likely");
  if (!asking || !list) return;
  const state = stateAt(reading.states, t);
  const now = await asking.ask("predict", { which: "trained", state });
  const other = outcome?.t === t ? await asking.ask("predict", { which: "trained", state: outcome.state }) : null;
  if (!list.isConnected) return;
  showLikely(list, other ?? now, data.characters, reading.text[t + 1] ?? reading.next, other ? now : undefined);
}

function placeHandle() {
  const y = grid.heightOf(view.unit);
  const inside = y > 10 && y < 18 + grid.gridHeight / grid.ratio;
  handle.hidden = !inside;
  handle.style.top = `${y}px`;
}

// What if -----------------------------------------------------------------------------------------------------------

/** @param {Promise<Outcome>} asked */
async function suppose(asked) {
  const { reading } = view;
  const outcome = await asked;
  if (reading !== view.reading) return;
  view.outcome = outcome;
  show();
  grid.reveal(outcome.t);
  part("picture", HTMLElement).scrollIntoView({ block: "start" });
}

function showOutcome() {
  const { outcome } = view;
  const box = part("outcome", HTMLElement);
  const before = box.hidden ? "" : part("outcome-text", HTMLElement).textContent;
  box.hidden = outcome === null;
  if (!outcome) return;
  const sentence = told(outcome, data.units);
  if (sentence !== before) part("outcome-text", HTMLElement).textContent = sentence;
  part("outcome-chart", HTMLElement).replaceChildren(
    chart(outcome.counts, Math.max(1, ...outcome.counts), "How many bits differ, character by character"),
  );
}

/** Let the network write on from the chosen character, or stop it. */
async function writeOn() {
  written += 1; // what was writing ends
  if (!asking || writing) return;
  const turn = written;
  writing = true;
  part("write", HTMLButtonElement).textContent = "Stop";
  const { reading, t } = view;
  const H = data.units;
  const prefix = reading.text.slice(0, t + 1);
  let bits = reading.states.bits.slice(0, (t + 1) * H);
  let seed = part("seed", HTMLInputElement).valueAsNumber || 0;
  seed *= WRITTEN;
  const temperature = part("temperature", HTMLInputElement).valueAsNumber;
  const characters = [...prefix];
  for (let count = 0; count < WRITTEN && characters.length < LONGEST; count += AT_A_TIME) {
    const answer = await asking.ask("write", { from: bits.slice(-H), count: AT_A_TIME, temperature, seed });
    if (turn !== written) break;
    seed = answer.seed;
    characters.push(...answer.tokens.map((token) => data.characters[token]));
    bits = Uint8Array.from([...bits, ...answer.states]);
    const states = { bits: bits.slice(0, -H), T: characters.length - 1, H };
    const next = ownReading(reading, characters.join(""), alphabet, states);
    words.value = characters.join("");
    showReplaced(new Map());
    read(writtenFrom(next, prefix.length));
    grid.reveal(states.T - 1);
  }
  writing = false;
  part("write", HTMLButtonElement).textContent = "Write";
}

// An untrained network ----------------------------------------------------------------------------------------------

const otherGrid = new Grid(part("other-grid", HTMLCanvasElement), { hover() {}, pick() {}, brush() {}, seen() {} });
let drawnSeed = 0;

function untrainedIsShown() {
  return !part("beside", HTMLElement).hidden;
}

/** Read the same text with a network that has learned nothing. */
async function compareUntrained() {
  if (!asking || !data.network) return;
  const { reading } = view;
  const { sizes, embedding_scale: scale } = data.network;
  await asking.ask("draw", { sizes, scale, seed: drawnSeed });
  const { states: bits } = await asking.ask("read", { which: "untrained", tokens: reading.tokens });
  if (reading !== view.reading) return;
  const states = { bits, T: reading.text.length, H: data.units };
  otherGrid.show({
    states,
    order: twoOpt(states),
    colours: data.styles[view.style].colours,
    text: reading.text,
    labels: reading.places,
    locked: null,
    stretch: null,
    marks: [],
    other: null,
    from: reading.from,
  });
  const turned = (/** @type {import("./bits.js").States} */ { bits: all, T, H }) => {
    let count = 0;
    for (let t = 1; t < T; t++) count += distance(all.subarray((t - 1) * H, t * H), all.subarray(t * H, (t + 1) * H));
    return percent(count / Math.max(1, (T - 1) * H));
  };
  part("beside-text", HTMLElement).textContent =
    `Its weights are drawn at random, its rows put in order by two_opt. At a character it turns ${turned(states)} of its bits; the trained network turns ${turned(reading.states)}. What you see in its picture is the text alone, and chance.`;
  showSurprise(reading);
}

// One's own case ----------------------------------------------------------------------------------------------------

/** The order in the words of the settings, if a strategy makes it. */
function strategyNow() {
  const { reading, order: name, rows } = view;
  const plain = rows.signs.every((sign) => sign > 0);
  if (name.startsWith(GIVEN) && !reading.own) {
    const given = reading.passage.orders.find((one) => GIVEN + one.name === name);
    const asRun = given && (given.signs === null) === plain;
    return asRun ? { name: given.name, strategy: given.strategy } : null;
  }
  return name in MADE && plain ? { name, strategy: name } : null;
}

/** The picture as it is printed, or null where it doesn't fit. */
function picture() {
  const { reading, rows, style, choice } = view;
  const layout = layoutOf(choice, data.units, reading.text.length, data.print);
  return layout && pictureOf(reading, rows, data.styles[style], layout, data.letters);
}

function showCase() {
  const { reading, rows, style, choice } = view;
  const found = picture();
  previewCanvas.hidden = !found;
  if (found) preview(previewCanvas, found, choice.phone);
  showStart(found?.layout);
  part("fits", HTMLElement).hidden = !choice.phone;
  part("case-text", HTMLElement).textContent =
    `${reading.title}, in the colours “${data.styles[style].name}”. The similarity of its neighbouring rows is ${similarity(reading.states, rows).toLocaleString("en")}.`;
  part("size", HTMLElement).textContent = found ? sizeOf(found.layout) : "So many characters don’t fit in whole.";
  for (const id of ["png", "svg"]) part(id, HTMLButtonElement).disabled = !found;
  const made_by = settingsOf({
    reading,
    model: data.model,
    order: strategyNow(),
    style: data.styles[style],
    print: data.print,
    choice,
  });
  const settings = part("settings", HTMLElement);
  const before = settings.textContent;
  settings.textContent = made_by ? made_by.settings : noSetting();
  if (settings.textContent !== before) part("copy", HTMLButtonElement).textContent = "Copy the lines";
  part("command", HTMLElement).hidden = !made_by;
  part("command", HTMLElement).textContent = made_by?.command ?? "";
  part("copy", HTMLButtonElement).disabled = !made_by;
}

/** Why no setting makes the rows, and which would make others. */
function noSetting() {
  const { reading, order: name } = view;
  const why =
    reading.own && name.startsWith(GIVEN)
      ? `they are in an order for ${reading.passage.reference}, and a run has its own for these words`
      : "they were put in order in this page";
  const instead = reading.own
    ? "one of the orders worked out here"
    : "an order from the run, or one of those worked out here";
  return `# No setting makes these rows: ${why}.\n# Choose ${instead}.`;
}

/** @param {import("./layout.js").Layout} layout */
function sizeOf({ trim, width, height, dpi, cell, unitsSeen, charactersSeen, caption }) {
  const millimetres = (/** @type {number} */ pixels) => ((pixels * 25.4) / dpi).toFixed(1);
  const seen = `${unitsSeen} of ${data.units} bits and ${charactersSeen} of ${view.reading.text.length} characters are seen`;
  const letters = caption ? ` The letters are ${points(cell, dpi).toFixed(1)} pt.` : "";
  const cut = trim.width < width ? `, and 3 mm on every side to be cut off` : "";
  return `${millimetres(trim.width)} × ${millimetres(trim.height)} mm${cut}: ${width} × ${height} pixels at ${dpi} DPI, ${cell} a cell. ${seen}.${letters}`;
}

/** Where the case begins, if that is a choice. @param {import("./layout.js").Layout | undefined} layout */
function showStart(layout) {
  const { character, row } = view.choice.start;
  const chosen = layout !== undefined && hasStart(view.choice);
  part("starts", HTMLElement).hidden = !chosen;
  previewCanvas.classList.toggle("movable", chosen);
  if (!chosen) return;
  const most = hidden(layout, data.units) + 1;
  [startInput.max, rowInput.max] = [String(view.reading.text.length), String(most)];
  if (document.activeElement !== startInput) startInput.value = String(character);
  if (document.activeElement !== rowInput) rowInput.value = row ? String(row) : "";
  part("start-row-label", HTMLElement).hidden = most === 1;
}

/** @param {Partial<import("./layout.js").Start>} change */
function startAt(change) {
  view.choice.start = { ...view.choice.start, ...change };
  showCase();
  clearTimeout(settling);
  settling = setTimeout(remember, SETTLED);
}

function fileName() {
  return `${view.reading.own ? "my-words" : view.reading.passage.name}-${data.styles[view.style].name}`;
}

function title() {
  return `${view.reading.title}: the hidden states of a recurrent network, a column a character`;
}

// The address -------------------------------------------------------------------------------------------------------

/** Put what is shown into the address, so that it is a link to it. */
function remember() {
  const { reading, order: name, hand, rows, style, t, unit, stretch, by, choice } = view;
  const hash = new URLSearchParams();
  hash.set("p", reading.passage.name);
  if (reading.own) hash.set("w", wholeText(reading));
  if (reading.own && reading.from < reading.text.length) hash.set("wf", String(reading.from));
  hash.set("o", name);
  const asOrdered = name in BY_PICTURE;
  if (asOrdered && (hand ?? rows))
    hash.set("h", rows.units.map((one, row) => one * 2 + (rows.signs[row] < 0 ? 1 : 0)).join("."));
  else if (negate.checked !== view.negated) hash.set("n", negate.checked ? "1" : "0");
  hash.set("s", data.styles[style].name);
  hash.set("c", String(t));
  hash.set("u", String(unit));
  if (stretch) hash.set("m", stretch.join("-"));
  if (by !== "bit") hash.set("by", by);
  if (choice.phone?.key !== PHONE) hash.set("ph", choice.phone?.key ?? "none");
  if (choice.fit !== "cover") hash.set("fit", choice.fit);
  if (choice.orientation !== "portrait") hash.set("f", choice.orientation);
  if (hasStart(choice)) {
    if (choice.start.character > 1) hash.set("b", String(choice.start.character));
    if (choice.start.row) hash.set("r", String(choice.start.row));
  }
  if (choice.caption) hash.set("cap", "1");
  remembered = `#${hash}`;
  history.replaceState(null, "", remembered);
}

let remembered = "";

/** Show what the address says, as far as there is such a thing; what was under way ends. */
async function recall() {
  written += 1;
  const hash = new URLSearchParams(location.hash.slice(1));
  const number = (/** @type {string} */ key, /** @type {number} */ below, /** @type {number} */ otherwise) => {
    const value = Number(hash.get(key) ?? Number.NaN);
    return Number.isInteger(value) && value >= 0 && value < below ? value : otherwise;
  };
  const passage = passages.find((one) => one.passage.name === hash.get("p")) ?? passages[0];
  view.style = Math.max(
    0,
    data.styles.findIndex(({ name }) => name === hash.get("s")),
  );
  view.by = hash.get("by") === "surprise" ? "surprise" : "bit";
  view.choice = {
    phone: data.phones.find(({ key }) => key === (hash.get("ph") ?? PHONE)) ?? null,
    fit: hash.get("fit") === "contain" ? "contain" : "cover",
    orientation: hash.get("f") === "landscape" ? "landscape" : "portrait",
    start: FROM_THE_FIRST,
    caption: hash.has("cap"),
  };
  part("caption", HTMLInputElement).checked = view.choice.caption;
  part("model", HTMLSelectElement).value = view.choice.phone?.key ?? "";
  view.order = "";
  view.hand = null;
  read(passage);
  words.value = hash.get("w") ?? wholeText(passage);
  for (const input of document.querySelectorAll(
    "input[name=by], input[name=fit], input[name=orientation], input[name=style]",
  )) {
    const radio = /** @type {HTMLInputElement} */ (input);
    radio.checked = [view.by, view.choice.fit, view.choice.orientation, data.styles[view.style].name].includes(
      radio.value,
    );
  }
  if (hash.has("w") && !(await readWords())) return;
  const T = view.reading.text.length;
  const from = number("wf", T, 0);
  if (view.reading.own && from) read(writtenFrom(view.reading, from));
  view.t = number("c", T, Math.floor(T / 2));
  view.unit = number("u", data.units, view.rows.units[Math.floor(data.units / 3)]);
  const layout = layoutOf(view.choice, data.units, T, data.print);
  const most = layout ? hidden(layout, data.units) + 1 : 0;
  view.choice.start = { character: number("b", T + 1, 1) || 1, row: number("r", most + 1, 0) };
  const [first, last] = (hash.get("m") ?? "").split("-").map(Number);
  if (first >= 0 && first <= last && last < T) view.stretch = [first, last];
  const numbers = (hash.get("h") ?? "").split(".").map(Number);
  const units = numbers.map((one) => one >> 1);
  const isOrder =
    units.length === data.units &&
    new Set(units).size === data.units &&
    units.every((unit) => unit >= 0 && unit < data.units);
  const name = hash.get("o") ?? "";
  if (isOrder) {
    view.hand = { units, signs: numbers.map((one) => (one & 1 ? -1 : 1)) };
    view.order = "hand";
  } else if (orderIsKnown(name) && !(name in BY_PICTURE)) view.order = name;
  order();
  if (hash.has("n")) {
    negate.checked = hash.get("n") === "1";
    order(negate.checked);
  }
}

// What a person does ------------------------------------------------------------------------------------------------

function listen() {
  passageSelect.addEventListener("change", () => {
    const passage = passages.find((one) => one.passage.name === passageSelect.value);
    written += 1;
    if (passage) {
      words.value = wholeText(passage);
      showReplaced(new Map());
      view.order = "";
      read(passage);
    } else {
      words.value = "";
      words.focus();
      readWords();
    }
  });
  words.addEventListener("input", readWords);
  orderSelect.addEventListener("change", () => {
    view.order = orderSelect.value;
    if (view.order === "column") sortBy([view.t, view.t]);
    else if (view.order === "stretch" && view.stretch) sortBy(view.stretch);
    else order();
  });
  negate.addEventListener("change", () => order(negate.checked));
  part("in", HTMLButtonElement).addEventListener("click", () => grid.zoom(2));
  part("out", HTMLButtonElement).addEventListener("click", () => grid.zoom(-2));
  part("fit", HTMLButtonElement).addEventListener("click", () => grid.zoomTo(1));
  part("reset", HTMLButtonElement).addEventListener("click", () => {
    history.replaceState(null, "", location.pathname);
    view.t = 0;
    recall();
    showReplaced(new Map());
    grid.zoomTo(1);
  });
  canvas.addEventListener("keydown", onKey);
  canvas.addEventListener("blur", () => grid.point(null));
  text.addEventListener("click", (event) => {
    const t = columnOf(/** @type {Node} */ (event.target));
    if (t !== null && document.getSelection()?.isCollapsed !== false) pick(t);
  });
  text.addEventListener("pointerover", (event) => {
    const t = columnOf(/** @type {Node} */ (event.target));
    if (t !== null) grid.point({ t, unit: view.unit });
    if (t !== null) readOut({ t, unit: view.unit });
  });
  text.addEventListener("pointerleave", () => grid.point(null));
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !text.contains(selection.anchorNode)) return;
    const ends = [columnOf(selection.anchorNode), columnOf(selection.focusNode)];
    if (ends[0] === null || ends[1] === null) return;
    const [from, to] = ends[0] < ends[1] ? [ends[0], ends[1]] : [ends[1], ends[0]];
    if (from !== to && `${view.stretch}` !== `${[from, to]}`) mark([from, to]);
  });
  for (const input of document.querySelectorAll("input[name=by], input[name=fit], input[name=orientation]")) {
    const radio = /** @type {HTMLInputElement} */ (input);
    radio.addEventListener("change", () => {
      if (radio.name === "by") view.by = radio.value === "surprise" ? "surprise" : "bit";
      else if (radio.name === "fit") view.choice.fit = radio.value === "contain" ? "contain" : "cover";
      else {
        view.choice.orientation = radio.value === "landscape" ? "landscape" : "portrait";
        view.choice.start = { ...view.choice.start, row: 0 }; // as many rows as are cut off depends on it
      }
      show();
      if (radio.name !== "by") settle(); // a case changes under the finger, not a moment later
    });
  }
  part("table-details", HTMLDetailsElement).addEventListener("toggle", showCards);
  part("up", HTMLButtonElement).addEventListener("click", () => moveBy(-1));
  part("down", HTMLButtonElement).addEventListener("click", () => moveBy(1));
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by) moveBy(by);
    if (by) event.preventDefault();
  });
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    moveRow(view.rows.units.indexOf(view.unit), grid.rowAt(event.clientY - canvas.getBoundingClientRect().top));
  });
  listenToQuestions();
  listenToCase();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    forgetInks();
    grid.recolour();
    otherGrid.recolour();
  });
  addEventListener("hashchange", () => {
    if (!location.hash.includes("="))
      remember(); // a link within the page was followed, which it has by now
    else if (location.hash !== remembered) recall();
  });
}

function listenToQuestions() {
  if (!asking || !data.network) {
    part("asking", HTMLElement).hidden = true;
    words.readOnly = true;
    part("no-network", HTMLElement).hidden = false;
    part("no-network", HTMLElement).textContent = data.why_not;
    return;
  }
  const network = asking;
  part("flip", HTMLButtonElement).addEventListener("click", () =>
    suppose(flipped(network, view.reading, view.t, view.unit)),
  );
  part("erase", HTMLButtonElement).addEventListener("click", () => suppose(erased(network, view.reading, view.t)));
  part("other", HTMLButtonElement).addEventListener("click", () => {
    const { text: known, replaced } = alphabet.known(part("before", HTMLInputElement).value);
    showReplaced(replaced);
    suppose(afterAnother(network, view.reading, view.t, alphabet.encode(known)));
  });
  part("outcome-end", HTMLButtonElement).addEventListener("click", () => {
    view.outcome = null;
    show();
    canvas.focus();
  });
  part("write", HTMLButtonElement).addEventListener("click", writeOn);
  const toggle = part("untrained", HTMLButtonElement);
  toggle.addEventListener("click", () => {
    const beside = part("beside", HTMLElement);
    beside.hidden = !beside.hidden;
    toggle.setAttribute("aria-pressed", String(!beside.hidden));
    if (!beside.hidden) {
      compareUntrained();
      beside.scrollIntoView({ block: "nearest" });
    }
  });
  part("again", HTMLButtonElement).addEventListener("click", () => {
    drawnSeed += 1;
    compareUntrained();
  });
}

function listenToCase() {
  part("png", HTMLButtonElement).addEventListener("click", async () => {
    const found = picture();
    if (found) save(await png(found, { Title: title(), Software: "phonecase" }), `${fileName()}.png`);
  });
  part("svg", HTMLButtonElement).addEventListener("click", () => {
    const found = picture();
    if (found) save(new Blob([svg(found, title())], { type: "image/svg+xml" }), `${fileName()}.svg`);
  });
  part("model", HTMLSelectElement).addEventListener("change", (event) => {
    const key = /** @type {HTMLSelectElement} */ (event.target).value;
    const phone = data.phones.find((one) => one.key === key) ?? null;
    view.choice = { ...view.choice, phone, start: { ...view.choice.start, row: 0 } };
    settle();
  });
  const caption = part("caption", HTMLInputElement);
  caption.addEventListener("change", () => {
    view.choice = { ...view.choice, caption: caption.checked, start: { ...view.choice.start, row: 0 } };
    settle();
  });
  listenToStart();
  part("copy", HTMLButtonElement).addEventListener("click", async () => {
    await navigator.clipboard.writeText(part("settings", HTMLElement).textContent ?? "");
    say("copied");
    part("copy", HTMLButtonElement).textContent = "Copied";
  });
}

/** Where the case begins: by number, with the chosen character, or by pushing the picture along under its outline. */
function listenToStart() {
  for (const input of [startInput, rowInput]) {
    input.addEventListener("input", () => {
      const value = input.validity.valid && input.value ? input.valueAsNumber : null;
      if (input === startInput && value) startAt({ character: value });
      else if (input === rowInput && input.validity.valid) startAt({ row: value ?? 0 });
    });
    input.addEventListener("change", () => {
      const { character, row } = view.choice.start; // what was no such number goes back to what is
      input.value = input === startInput ? String(character) : row ? String(row) : "";
    });
  }
  part("start-here", HTMLButtonElement).addEventListener("click", () => startAt({ character: view.t + 1 }));
  /** @type {{ x: number, y: number, start: import("./layout.js").Start } | null} */
  let drag = null;
  previewCanvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || !hasStart(view.choice)) return; // a finger scrolls
    previewCanvas.setPointerCapture(event.pointerId);
    drag = { x: event.clientX, y: event.clientY, start: view.choice.start };
  });
  previewCanvas.addEventListener("pointermove", (event) => {
    const { reading, choice } = view;
    const layout = layoutOf(choice, data.units, reading.text.length, data.print);
    if (!drag || !layout) return;
    const cell = (layout.cell * previewCanvas.clientWidth) / previewCanvas.width; // CSS pixels
    const cells = {
      right: Math.round((event.clientX - drag.x) / cell),
      down: Math.round((event.clientY - drag.y) / cell),
    };
    startAt(pushed(drag.start, layout, data.units, reading.text.length, cells));
  });
  for (const end of ["pointerup", "pointercancel"])
    previewCanvas.addEventListener(end, () => {
      drag = null;
    });
}

/** @param {number} by */
function moveBy(by) {
  const row = view.rows.units.indexOf(view.unit);
  moveRow(row, row + by);
}

/** @param {Node | null} node in the text */
function columnOf(node) {
  const element = node instanceof Element ? node : node?.parentElement;
  const t = element?.closest("[data-t]")?.getAttribute("data-t");
  return t === null || t === undefined ? null : Number(t);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { reading, rows } = view;
  const T = reading.text.length;
  const { t, unit } = grid.cursor ?? view;
  const row = rows.units.indexOf(unit);
  /** @type {Record<string, [number, number]>} */
  const steps = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    PageUp: [-20, 0],
    PageDown: [20, 0],
    Home: [-T, 0],
    End: [T, 0],
  };
  const step = steps[event.key];
  if (event.ctrlKey || event.metaKey || (event.altKey && !step?.[1])) return; // the browser's own
  if (event.altKey && step?.[1]) moveBy(step[1]);
  else if (step) {
    const to = Math.max(0, Math.min(T - 1, t + step[0]));
    const next = rows.units[Math.max(0, Math.min(data.units - 1, row + step[1]))];
    if (event.shiftKey && step[0]) {
      const [from, end] = view.stretch?.includes(t) ? view.stretch : [t, t];
      const fixed = t === from ? end : from;
      mark([Math.min(fixed, to), Math.max(fixed, to)]);
    }
    grid.point({ t: to, unit: next });
    grid.reveal(to, next);
    readOut({ t: to, unit: next });
    tell(to, next);
  } else if (event.key === "Enter" || event.key === " ") choose(t, unit);
  else if (event.key === "Escape") {
    grid.point(null);
    view.outcome = null;
    mark(null);
  } else if (event.key === "+" || event.key === "=") grid.zoom(1);
  else if (event.key === "-") grid.zoom(-1);
  else if (event.key === "0") grid.zoomTo(1);
  else return;
  event.preventDefault();
}

/** Whether the network in the page comes to the states that the run found; said at the page's end. */
async function checkNetwork() {
  if (!asking || !data.network) return;
  await asking.ask("load", { sizes: data.network.sizes, numbers: floatsOf(data.network.numbers) });
  let different = 0;
  /** @type {number[]} */
  const doubtful = [];
  let cells = 0;
  for (const { tokens, states } of passages) {
    const found = await asking.ask("read", { which: "trained", tokens });
    different += distance(found.states, states.bits);
    doubtful.push(...found.doubtful);
    cells += states.bits.length;
  }
  part("check", HTMLElement).textContent =
    `The network in this page read the passages again: ${cells.toLocaleString("en")} bits, ${different} of them other than in the run, ${doubtful.length} within float32’s rounding of a tie${doubtful.length ? ` (of unit ${doubtful.join(", ")})` : ""}.`;
}

for (const { passage } of passages) passageSelect.append(made("option", { value: passage.name }, passage.reference));
for (const { key, name } of data.phones) part("model", HTMLSelectElement).append(made("option", { value: key }, name));
passageSelect.append(made("option", { value: "own" }, "words of your own"));
data.styles.forEach(({ name, colours }, number) => {
  const input = made("input", { type: "radio", name: "style", value: name, "aria-label": name });
  const swatch = made("span", { title: name });
  swatch.style.background = `linear-gradient(135deg, ${colours[0]} 50%, ${colours[1]} 50%)`;
  input.addEventListener("change", () => {
    view.style = number;
    show();
    if (untrainedIsShown()) compareUntrained();
  });
  part("styles", HTMLElement).append(made("label", { class: "swatch" }, input, swatch));
});
listen();
checkNetwork();
recall();
