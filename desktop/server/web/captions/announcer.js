// Reads captions to those who do not see them: what is final, once.

import { isTranslated, written } from "./transcript.js";

const KEPT = 20;

export class Announcer {
    #log;
    #told = new Set();

    /** log: a live region. */
    constructor(log) {
        this.#log = log;
        this.show = "original";
        /** What comes now was said before anybody listened. */
        this.isQuiet = false;
    }

    update(segment) {
        const what = this.show === "translation" && isTranslated(segment) ? "translation" : "original";
        const isFinal = what === "original" ? segment.isFinal : segment.isTranslationFinal;
        if (!isFinal || this.#told.has(segment.key)) return;
        this.#told.add(segment.key);
        if (this.isQuiet) return;
        const { certain, language } = written(segment, what);
        if (!certain) return;
        const line = document.createElement("p");
        line.lang = language;
        line.dir = "auto";
        line.textContent = certain;
        this.#log.append(line);
        while (this.#log.children.length > KEPT) this.#log.firstChild.remove();
    }
}
