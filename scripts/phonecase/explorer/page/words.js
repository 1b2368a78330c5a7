/**
 * A text in the network's alphabet: what it doesn't know is replaced by what is most alike, or left out, in sight.
 * The rules are those of scripts/phonecase/corpus/words.py, which a run uses for `unknown: nearest`.
 */

export class Alphabet {
  /**
   * @param {string[]} characters in the order of their numbers
   * @param {Record<string, string[]>} alike what printers and languages have, and what stands for it
   */
  constructor(characters, alike) {
    this.characters = characters;
    this.alike = alike;
    this.numbers = new Map(characters.map((character, number) => [character, number]));
  }

  /** @param {string} text of known characters */
  encode(text) {
    return Uint16Array.from([...text], (character) => this.numbers.get(character) ?? 0);
  }

  /** @param {string} text @returns {boolean} */
  knows(text) {
    return [...text].every((character) => this.numbers.has(character));
  }

  /**
   * The text as the network can read it, and what was replaced by what, each once.
   * @param {string} text
   * @returns {{ text: string, replaced: Map<string, string> }}
   */
  known(text) {
    /** @type {Map<string, string>} */
    const replaced = new Map();
    let known = "";
    for (const character of text.normalize("NFC").replaceAll("\r\n", "\n")) {
      const stands = this.numbers.has(character) ? character : this.nearest(character);
      if (stands !== character) replaced.set(character, stands);
      known += stands;
    }
    return { text: known, replaced };
  }

  /** The most similar text of known characters, empty where nothing is near. @param {string} character */
  nearest(character) {
    for (const similar of this.similar(character)) {
      for (const written of [similar, swapped(similar)]) if (this.knows(written)) return written;
    }
    return "";
  }

  /** @param {string} character @returns {Iterable<string>} what may stand for it, the most similar first */
  *similar(character) {
    yield* this.alike[character] ?? [];
    const letters = character.normalize("NFKD").replace(/\p{M}/gu, "");
    yield letters; // é is e and an accent
    yield character; // in the other case
    for (const letter of letters) yield* this.alike[letter] ?? [];
    if (/^\s$/u.test(character)) yield " ";
    if (/^\p{Pd}$/u.test(character)) yield "-";
  }
}

/** @param {string} text */
function swapped(text) {
  const upper = text.toUpperCase();
  return text === upper ? text.toLowerCase() : upper;
}
