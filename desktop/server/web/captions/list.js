// Captions as a list that grows at its end: it follows what is new until the reader scrolls back.

import { text as sentence } from "../texts.js";
import { makeLine } from "./line.js";
import { isTranslated, written } from "./transcript.js";

/** utterances on the page; the transcript keeps all */
const MOST = 400;
/** pixels from the end that still count as there */
const NEAR = 40;

export class CaptionList {
    #area;
    #list;
    #newest;
    #items = new Map();
    #isAtEnd = true;

    /** area: what scrolls, with an <ol> in it; newest: the button that leads back to the end. */
    constructor(area, newest) {
        this.#area = area;
        this.#list = area.querySelector("ol");
        this.#newest = newest;
        /** "original", "translation" or "both" */
        this.show = "both";
        area.addEventListener("scroll", () => this.#scrolled(), { passive: true });
        newest.addEventListener("click", () => {
            this.#isAtEnd = true;
            this.#follow();
            area.focus({ preventScroll: true });
        });
        new ResizeObserver(() => this.#follow()).observe(area);
    }

    /** Draw one utterance, new or not. segments: all, in order. */
    update(segment, segments) {
        let item = this.#items.get(segment.key);
        if (item === undefined) {
            item = makeItem(segment);
            this.#items.set(segment.key, item);
            const next = segments[segments.indexOf(segment) + 1];
            this.#list.insertBefore(item.element, this.#items.get(next?.key)?.element ?? null);
            if (this.#items.size > MOST) this.remove(this.#items.keys().next().value);
        }
        item.write(segment, this.show);
        this.#follow();
    }

    remove(key) {
        this.#items.get(key)?.element.remove();
        this.#items.delete(key);
    }

    /** Draw everything anew, as after another choice of what is shown. */
    redraw(segments) {
        this.clear();
        for (const segment of segments.slice(-MOST)) this.update(segment, segments);
        this.#follow();
    }

    clear() {
        this.#items.clear();
        this.#list.replaceChildren();
    }

    #scrolled() {
        const { scrollTop, scrollHeight, clientHeight } = this.#area;
        this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
        this.#newest.hidden = this.#isAtEnd;
    }

    #follow() {
        if (this.#isAtEnd) this.#area.scrollTop = this.#area.scrollHeight;
        else this.#newest.hidden = false;
    }
}

function makeItem(segment) {
    const element = document.createElement("li");
    element.dataset.key = segment.key;
    const time = element.appendChild(document.createElement("span"));
    time.className = "time";
    const both = element.appendChild(document.createElement("div"));
    const original = makeLine("original");
    const translation = makeLine("translation");
    both.append(original.element, translation.element);
    const nothing = { certain: "", open: "", language: "" };
    return {
        element,
        write(newest, show) {
            const clock = minutes(newest.start);
            if (time.textContent !== clock) time.textContent = clock;
            const heard = written(newest, "original");
            const other = isTranslated(newest) ? written(newest, "translation") : nothing;
            const hasOther = Boolean(other.certain || other.open);
            // Whoever reads the translation alone misses nothing: where there is none, there is what was heard.
            const needsHeard = show === "translation" && !hasOther && newest.isTranslated === false;
            original.write(show === "translation" && !needsHeard ? nothing : heard);
            translation.write(show === "original" ? nothing : other);
            original.element.classList.toggle("untranslated", needsHeard);
            original.element.title = needsHeard ? sentence("lines.untranslated") : "";
            element.hidden = original.element.hidden && translation.element.hidden;
            element.classList.toggle("final", Boolean(newest.isFinal));
        },
    };
}

function minutes(seconds) {
    const whole = Math.floor(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
