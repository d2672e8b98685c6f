// What was said, as the newest state of each utterance. Pure.

/** An utterance: {key, part, at, start, end (seconds since the first one), language, text, committed, isFinal,
 *  finalText, translation, translationCommitted, translationLanguage, isTranslated, isTranslationFinal,
 *  finalTranslation}. */
export class Transcript {
    #segments = new Map();
    #order = [];

    get segments() {
        return this.#order;
    }

    /** Take a message `realtime`. part: counts the streams that it came from, as each numbers its utterances anew;
     *  began: seconds since the first one at which this stream began. Returns the utterance. */
    add(message, part = 0, began = 0) {
        const key = `${part}-${message.segment_id}`;
        let segment = this.#segments.get(key);
        if (segment === undefined) {
            segment = { key, part, id: Number(message.segment_id), text: "", committed: "", translation: "" };
            segment.start = segment.end = began;
            this.#segments.set(key, segment);
            this.#place(segment);
        }
        if ("committed" in message) {
            segment.text = message.text;
            segment.committed = message.committed;
            segment.language = message.language;
            segment.start = began + message.start;
            segment.end = began + message.end;
            segment.isFinal = message.is_final;
            segment.finalText = message.final_text;
        }
        if ("translation_committed" in message) {
            segment.translation = message.translation;
            segment.translationCommitted = message.translation_committed;
            segment.translationLanguage = message.translation_language;
            segment.isTranslated = message.is_translated;
            segment.isTranslationFinal = message.translation_is_final;
            segment.finalTranslation = message.final_translation;
        }
        return segment;
    }

    /** What was not final of a stream that is gone is said again by the next one. Returns the keys that are gone. */
    dropUnfinished(part) {
        const gone = this.#order.filter((one) => one.part === part && !one.isFinal).map((one) => one.key);
        for (const key of gone) this.#segments.delete(key);
        this.#order = this.#order.filter((one) => this.#segments.has(one.key));
        return gone;
    }

    clear() {
        this.#segments.clear();
        this.#order = [];
    }

    #place(segment) {
        let at = this.#order.length;
        while (at > 0 && isBefore(segment, this.#order[at - 1])) at -= 1;
        this.#order.splice(at, 0, segment);
    }
}

function isBefore(one, other) {
    return one.part === other.part ? one.id < other.id : one.part < other.part;
}

/** {certain, open, language} of an utterance as it is written down: what is final replaces what was shown live. */
export function written(segment, what) {
    const live = said(segment, what);
    const final = what === "original" ? segment.finalText : segment.finalTranslation;
    return final === undefined ? live : { ...live, certain: final, open: "" };
}

/** The same as it was said: what was committed stays. */
export function said(segment, what) {
    const isOriginal = what === "original";
    const shown = isOriginal ? segment.text : segment.translation;
    const committed = (isOriginal ? segment.committed : segment.translationCommitted) ?? "";
    const certain = shown.startsWith(committed) ? committed : "";
    return {
        certain,
        open: shown.slice(certain.length),
        language: (isOriginal ? segment.language : segment.translationLanguage) ?? "",
    };
}

/** Whether the translation of an utterance is one: a phrasebook leaves what it does not know. */
export function isTranslated(segment) {
    return segment.isTranslated !== false;
}
