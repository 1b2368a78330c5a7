/** The worker, seen from the page: each question is a promise of its answer. */

/**
 * @typedef {import("./worker.js").Questions} Questions
 */

export class Asking {
  /** @param {string} program the worker's */
  constructor(program) {
    const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    this.worker = new Worker(address);
    /** @type {Map<number, { resolve: (answer: any) => void, reject: (error: Error) => void }>} */
    this.waiting = new Map();
    this.asked = 0;
    this.worker.onmessage = ({ data: { number, answer, error } }) => {
      const promise = this.waiting.get(number);
      this.waiting.delete(number);
      if (error === undefined) promise?.resolve(answer);
      else promise?.reject(new Error(error));
    };
  }

  /**
   * @template {keyof Questions} K
   * @param {K} kind
   * @param {Parameters<Questions[K]>[0]} question
   * @returns {Promise<ReturnType<Questions[K]>>}
   */
  ask(kind, question) {
    this.asked += 1;
    const number = this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, kind, question });
    });
  }
}
