// Reading mode: words are written where they stay. Two halves of the screen are filled in turn, each from its top; only
// when one is written again is what was in it gone. Committed words never move.

import { makeLine } from "./line.js";
import { isTranslated, said } from "./transcript.js";

/** One language of the captions. */
export class Flow {
    #what;
    #panes;
    #pane = 0;
    #queue = [];
    #current = null;
    #isDone = new Set();

    /** element: where it is drawn; what: "original" or "translation". */
    constructor(element, what) {
        this.#what = what;
        this.#panes = [0, 1].map(() => {
            const pane = document.createElement("div");
            pane.className = "pane";
            return pane;
        });
        element.replaceChildren(...this.#panes);
        this.#panes[0].classList.add("current");
        this.showsOpen = true;
    }

    /** Take an utterance. A later one waits until this one is complete, so that nothing is written behind it. */
    update(segment) {
        if (this.#isDone.has(segment.key)) return;
        if (!this.#queue.includes(segment)) this.#queue.push(segment);
        while (this.#queue.length) {
            const first = this.#queue[0];
            this.#write(first);
            // Without a last word of its own it is over once a later one is.
            const isOver = this.#isFinal(first) || this.#queue.slice(1).some((one) => this.#isFinal(one));
            if (!isOver) break;
            this.#finish(first);
        }
    }

    #isFinal(segment) {
        if (this.#what === "original") return Boolean(segment.isFinal);
        return Boolean(segment.isTranslationFinal) || segment.isTranslated === false;
    }

    #text(segment) {
        if (this.#what === "translation" && !isTranslated(segment)) return said(segment, "original");
        return said(segment, this.#what);
    }

    #write(segment) {
        const text = this.#text(segment);
        if (!text.certain && !text.open) return;
        this.#current ??= { line: this.#begin(), from: 0, written: "" };
        const current = this.#current;
        if (!text.certain.startsWith(current.written)) {
            // Promised never to happen; words that move are better than words that are lost.
            current.from = Math.min(current.from, commonLength(text.certain, current.written));
        }
        if (this.#fits(current, text)) return;
        // The rest goes to the other half, from its top; what is written stays where it is.
        current.line.write({ ...text, certain: current.written.slice(current.from), open: "" });
        if (current.written.length === current.from) current.line.element.remove();
        this.#turn();
        current.from = current.written.length;
        current.line = this.#begin();
        this.#fits(current, text);
    }

    /** Write it, and tell whether there was room. */
    #fits(current, text) {
        const certain = text.certain.slice(current.from);
        const open = this.showsOpen ? text.open : "";
        current.line.write({ ...text, certain: current.from ? certain.trimStart() : certain, open });
        const pane = this.#panes[this.#pane];
        if (pane.scrollHeight <= pane.clientHeight + 1) {
            current.written = text.certain;
            return true;
        }
        const isAlone = pane.children.length === 1 && current.written.length === current.from;
        if (isAlone) current.written = text.certain; // one that fits nowhere is cut off below
        return isAlone;
    }

    #begin() {
        const line = makeLine(this.#what);
        this.#panes[this.#pane].append(line.element);
        return line;
    }

    #turn() {
        this.#pane = 1 - this.#pane;
        this.#panes[this.#pane].replaceChildren();
        this.#panes[this.#pane].classList.add("current");
        this.#panes[1 - this.#pane].classList.remove("current");
    }

    #finish(segment) {
        this.#isDone.add(segment.key);
        this.#queue.shift();
        const text = this.#text(segment);
        this.#current?.line.write({
            ...text,
            certain: text.certain.slice(this.#current.from).trimStart(),
            open: text.open,
        });
        this.#current = null;
    }
}

function commonLength(one, other) {
    let length = 0;
    while (length < one.length && one[length] === other[length]) length += 1;
    return length;
}
