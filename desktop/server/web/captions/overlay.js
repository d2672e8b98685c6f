// Captions over a picture, as OBS shows them: so many lines at the bottom, rolled up by whole lines.

import { makeLine } from "./line.js";
import { isTranslated, said } from "./transcript.js";

/** utterances that are drawn: what does not fit is above the edge */
const DRAWN = 4;

/** One language of them. */
export class Roll {
    #element;
    #what;
    #lines = new Map();

    constructor(element, what) {
        this.#element = element;
        this.#what = what;
    }

    update(segment) {
        const text = said(segment, this.#what);
        if (this.#what === "translation" && !isTranslated(segment)) return;
        let line = this.#lines.get(segment.key);
        if (line === undefined) {
            if (!text.certain && !text.open) return;
            line = makeLine(this.#what);
            this.#lines.set(segment.key, line);
            this.#element.append(line.element);
            if (this.#lines.size > DRAWN) this.#drop(this.#lines.keys().next().value);
        }
        line.write(text);
        // A word that is taken back may make it a line shorter: what is above must not fall down and rise again.
        const { offsetHeight } = line.element;
        const style = line.element.style;
        if (offsetHeight > (parseFloat(style.minHeight) || 0)) style.minHeight = `${offsetHeight}px`;
    }

    clear() {
        for (const key of [...this.#lines.keys()]) this.#drop(key);
    }

    #drop(key) {
        this.#lines.get(key).element.remove();
        this.#lines.delete(key);
    }
}
