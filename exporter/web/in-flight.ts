/** Requests that are being answered. Of the places a part is kept for those who made themselves known. */
const most = { strangers: 16, together: 48 };

export class InFlight {
  #strangers = 0;
  #known = 0;

  /** False when there is no place; otherwise `leave` with the same word when the answer is out. */
  enter(known: boolean): boolean {
    if (this.#strangers + this.#known >= most.together) return false;
    if (!known && this.#strangers >= most.strangers) return false;
    if (known) this.#known++;
    else this.#strangers++;
    return true;
  }

  leave(known: boolean): void {
    if (known) this.#known--;
    else this.#strangers--;
  }
}
