/**
 * The network, as scripts/phonecase/model/cell.py defines it: a recurrent highway cell whose state is a sign.
 *
 *     candidate, carry, update = U h + (W x + b)
 *     h' = sign(σ(carry) · h + σ(update) · candidate)
 *
 * A state has the values −1 and +1, so U h is a sum of columns of U with these signs, and from one character to
 * the next only the columns of the units that flipped change theirs. The numbers are float32; rounded to
 * multiples of 2⁻⁴⁰, far below what float32 knows of them, their sums are exact in JavaScript's numbers, in
 * whatever order they are added. So a state leads to the same next state, however it was reached.
 */

const GRAIN = 2 ** 40;

/** Below this, float32's rounding may have decided about a bit: some steps of a number near 4. */
export const ROUNDING = 2 ** -20;

/**
 * The sizes of a network, and its numbers' shapes in their order: seen (V, 3H), U (3H, H), initial (H), then weight (out, in) and bias (out) of each
 * linear map from the state to the scores.
 * @typedef {{ units: number, characters: number, layers: [number, number][] }} Sizes
 */

/**
 * What the network knows at a character: its state, and U times it.
 * @typedef {{ state: Float64Array, sums: Float64Array, real: boolean }} Memory
 */

/** @typedef {{ weight: Float32Array, bias: Float32Array }} Linear the weight laid out as (in, out) */

export class Network {
  /**
   * @param {Sizes} sizes
   * @param {Float32Array} numbers
   */
  constructor(sizes, numbers) {
    const { units: H, characters: V } = sizes;
    let used = 0;
    /** @param {number} count */
    const take = (count) => {
      used += count;
      return numbers.subarray(used - count, used);
    };
    this.units = H;
    this.characters = V;
    this.seen = exact(take(V * 3 * H)); // (V, 3H)
    this.columns = exact(transposed(take(3 * H * H), H)); // (H, 3H)
    this.initial = Float64Array.from(take(H));
    /** @type {Linear[]} */
    this.layers = sizes.layers.map(([outputs, inputs]) => ({
      weight: transposed(take(outputs * inputs), inputs),
      bias: take(outputs),
    }));
    if (used !== numbers.length) throw new Error(`a network of ${used} numbers, and there are ${numbers.length}`);
    /** The units whose sum was closer to 0 than float32's rounding, each time that this was so. @type {number[]} */
    this.doubtful = [];
  }

  /** The memory before the first character: learned, and real. @returns {Memory} */
  start() {
    const sums = new Float64Array(3 * this.units);
    for (let i = 0; i < this.units; i++) this.add(sums, i, this.initial[i]);
    return { state: this.initial.slice(), sums: exact(sums), real: true };
  }

  /**
   * The memory of a state that is known.
   * @param {ArrayLike<number>} bits (H,) 0 for −1, 1 for +1
   * @returns {Memory}
   */
  memoryOf(bits) {
    const memory = { state: new Float64Array(this.units), sums: new Float64Array(3 * this.units), real: false };
    for (let i = 0; i < this.units; i++) {
      memory.state[i] = bits[i] ? 1 : -1;
      this.add(memory.sums, i, memory.state[i]);
    }
    return memory;
  }

  /**
   * Add a unit's column of U, times a number.
   * @param {Float64Array} sums (3H,)
   * @param {number} unit
   * @param {number} times
   */
  add(sums, unit, times) {
    const from = unit * sums.length;
    for (let j = 0; j < sums.length; j++) sums[j] += times * this.columns[from + j];
  }

  /**
   * Read a character: the memory becomes the next one.
   * @param {Memory} memory
   * @param {number} token
   */
  read(memory, token) {
    const { state, sums } = memory;
    const H = this.units;
    const seen = this.seen.subarray(token * 3 * H, (token + 1) * 3 * H);
    const next = new Float64Array(H);
    for (let i = 0; i < H; i++) {
      const carry = sigmoid(sums[H + i] + seen[H + i]);
      const update = sigmoid(sums[2 * H + i] + seen[2 * H + i]);
      const sum = carry * state[i] + update * (sums[i] + seen[i]);
      if (Math.abs(sum) < ROUNDING) this.doubtful.push(i);
      next[i] = sum >= 0 ? 1 : -1;
    }
    if (memory.real) {
      sums.fill(0);
      for (let i = 0; i < H; i++) this.add(sums, i, next[i]);
    } else {
      for (let i = 0; i < H; i++) if (next[i] !== state[i]) this.add(sums, i, 2 * next[i]);
    }
    state.set(next);
    memory.real = false;
  }

  /**
   * The states after each character.
   * @param {ArrayLike<number>} tokens (T,)
   * @param {Memory} [memory] what is known before the first; it becomes what is known after the last
   * @returns {Uint8Array} (T, H), 0 for −1 and 1 for +1
   */
  states(tokens, memory = this.start()) {
    const H = this.units;
    const states = new Uint8Array(tokens.length * H);
    for (let t = 0; t < tokens.length; t++) {
      this.read(memory, tokens[t]);
      for (let i = 0; i < H; i++) states[t * H + i] = memory.state[i] > 0 ? 1 : 0;
    }
    return states;
  }

  /**
   * How likely each character is to come next.
   * @param {ArrayLike<number>} bits a state (H,), 0 for −1 and 1 for +1
   * @param {number} [temperature] 1 as learned; nearer to 0 the likeliest gains
   * @returns {Float32Array} (V,) probabilities
   */
  predict(bits, temperature = 1) {
    let values = Float64Array.from(bits, (bit) => (bit ? 1 : -1));
    this.layers.forEach(({ weight, bias }, number) => {
      const outputs = Float64Array.from(bias);
      const size = outputs.length;
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value === 0) continue; // half of what a ReLU leaves
        const from = i * size;
        for (let j = 0; j < size; j++) outputs[j] += value * weight[from + j];
      }
      if (number % 2 === 0 && number < this.layers.length - 1) {
        for (let j = 0; j < size; j++) if (outputs[j] < 0) outputs[j] = 0;
      }
      values = outputs;
    });
    return softmax(values, temperature);
  }

  /**
   * The bits paid for each character but the first, whose price is NaN.
   * @param {ArrayLike<number>} tokens (T,)
   * @param {Uint8Array} states (T, H)
   * @returns {Float32Array} (T,)
   */
  surprise(tokens, states) {
    const H = this.units;
    const bits = new Float32Array(tokens.length).fill(Number.NaN);
    for (let t = 1; t < tokens.length; t++) {
      bits[t] = -Math.log2(this.predict(states.subarray((t - 1) * H, t * H))[tokens[t]]);
    }
    return bits;
  }
}

/**
 * A network that has learned nothing, its weights drawn as PyTorch draws them: embedding N(0, scale²), linear maps
 * U(−1/√n, 1/√n) for n inputs, and an initial state of zeros.
 * @param {Sizes} sizes
 * @param {number} scale of the embedding
 * @param {number} seed
 */
export function untrained(sizes, scale, seed) {
  const { units: H, characters: V } = sizes;
  const random = randomNumbers(seed);
  /** @param {number} count @param {number} inputs */
  const uniform = (count, inputs) => Float32Array.from({ length: count }, () => (2 * random() - 1) / Math.sqrt(inputs));
  const embedding = Array.from({ length: V * H }, () => scale * normal(random));
  const U = uniform(3 * H * H, 2 * H);
  const W = uniform(3 * H * H, 2 * H);
  const b = uniform(3 * H, 2 * H);
  const seen = new Float32Array(V * 3 * H);
  for (let v = 0; v < V; v++) {
    for (let j = 0; j < 3 * H; j++) {
      let sum = b[j];
      for (let i = 0; i < H; i++) sum += W[j * H + i] * embedding[v * H + i];
      seen[v * 3 * H + j] = sum;
    }
  }
  const layers = sizes.layers.flatMap(([outputs, inputs]) => [
    ...uniform(outputs * inputs, inputs),
    ...uniform(outputs, inputs),
  ]);
  return new Network(sizes, Float32Array.from([...seen, ...U, ...new Float32Array(H), ...layers]));
}

/**
 * A character drawn from probabilities.
 * @param {ArrayLike<number>} probabilities
 * @param {number} random in 0..1
 */
export function drawn(probabilities, random) {
  let left = random;
  for (let token = 0; token < probabilities.length; token++) {
    left -= probabilities[token];
    if (left < 0) return token;
  }
  return probabilities.length - 1;
}

/**
 * Numbers in 0..1 from a seed (mulberry32, by Tommy Ettinger, in the public domain).
 * @param {number} seed
 */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {() => number} random */
function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** @param {number} x */
function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

/**
 * @param {Float64Array} scores
 * @param {number} temperature
 */
function softmax(scores, temperature) {
  const most = scores.reduce((a, b) => Math.max(a, b));
  const weights = scores.map((score) => Math.exp((score - most) / temperature));
  const total = weights.reduce((a, b) => a + b);
  return Float32Array.from(weights, (weight) => weight / total);
}

/** @param {ArrayLike<number>} numbers */
function exact(numbers) {
  return Float64Array.from(numbers, (number) => Math.round(number * GRAIN) / GRAIN);
}

/**
 * @param {Float32Array} matrix (rows, width)
 * @param {number} width
 */
function transposed(matrix, width) {
  const rows = matrix.length / width;
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) result[column * rows + row] = matrix[row * width + column];
  }
  return result;
}
