// The page's words, in the reader's language where there is a catalogue of it.

import en from "./texts/en.js";

const CATALOGUES = { en };

const wanted = (navigator.languages ?? []).map((tag) => tag.split("-")[0]);
export const language = wanted.find((code) => code in CATALOGUES) ?? "en";

const texts = { ...en, ...CATALOGUES[language] };
const plurals = new Intl.PluralRules(language);

/** The sentence of a key, {names} filled in. */
export function text(key, values = {}) {
    return texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** The sentence for so many of something. */
export function counted(key, count) {
    const form = `${key}.${plurals.select(count)}`;
    return text(form in texts ? form : `${key}.other`, { count });
}

/** Fill in every element below `root` that names a sentence: data-text, data-label (for those who do not see). */
export function fill(root) {
    for (const element of root.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
    for (const element of root.querySelectorAll("[data-label]")) {
        element.setAttribute("aria-label", text(element.dataset.label));
        if (element.matches("button, summary")) element.title = text(element.dataset.label);
    }
}
