// Small things that every view does with the page.

import { fill, text } from "./texts.js";

export const $ = (selector, root = document) => root.querySelector(selector);

/** A copy of a template with its texts, in place of what `place` had. */
export function show(name, place = $("#main")) {
    const content = $(`template#${name}`).content.cloneNode(true);
    fill(content);
    place.replaceChildren(content);
}

/** Another icon, and words beside it or, where there are none, for those who do not see it. */
export function label(button, icon, words) {
    const use = $("use", button);
    use.setAttribute("href", `/static/icons.svg#${icon}`);
    const span = $("span", button);
    if (span) span.textContent = words;
    button.setAttribute("aria-label", words);
    button.title = words;
}

/** The line that says how things are: words, a colour and a shape of the dot. kind: "good", "wait", "bad", "off". */
export function state(element, kind, words) {
    element.dataset.kind = kind;
    const said = $(".words", element);
    if (said.textContent !== words) said.textContent = words;
}

/** One sentence of what is wrong, until it is closed or `hide` is called. */
export function notices(element) {
    $("button", element).addEventListener("click", () => (element.hidden = true));
    return {
        say(sentence) {
            $("p", element).textContent = sentence;
            element.hidden = false;
        },
        hide: () => (element.hidden = true),
    };
}

/** Choices of which one holds, as radio buttons: [[value, words], …]. */
export function radios(fieldset, name, choices, chosen, changed) {
    for (const [value, words] of choices) {
        const label = document.createElement("label");
        const input = document.createElement("input");
        Object.assign(input, { type: "radio", name, value, checked: value === chosen });
        const span = document.createElement("span");
        span.textContent = words;
        label.dataset.value = value;
        label.append(input, span);
        fieldset.append(label);
    }
    fieldset.addEventListener("change", (event) => changed(event.target.value));
}

/** Say in a button's place that it was done, for a moment. */
export function confirmOn(button, words) {
    const span = $("span", button);
    const before = span.textContent;
    if (before === words) return;
    const say = (said) => {
        span.textContent = said;
        if (button.ariaLabel) button.ariaLabel = said;
    };
    say(words);
    setTimeout(() => say(before), 1500);
}

/** Into the clipboard. Throws the sentence to show where the browser does not let it. */
export async function copy(content) {
    try {
        await navigator.clipboard.writeText(content);
    } catch {
        throw new Error(text("error.copy"));
    }
}

/** Let the reader save a file. */
export function save(name, type, content) {
    const address = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
}
