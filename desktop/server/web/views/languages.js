// The two lists of languages, by name.

import { $ } from "../dom.js";
import { ask } from "../connection/connection.js";
import { prefer, preference } from "../preferences.js";
import { text } from "../texts.js";

/** Fills the lists and tells of each change: {source_language, target_language, speak}. Throws Refused, or an
 *  error where the server does not answer. */
export async function languageLists(changed) {
    const offered = await (await ask("/languages")).json();
    const [source, target, voice] = [$("#source"), $("#target"), $("#voice")];
    const any = offered.detects && offered.sources.length > 1 ? [option("auto", text("speak.any"))] : [];
    source.replaceChildren(...any, ...offered.sources.map(named));
    choose(source, preference("source", ""));
    voice.checked = preference("voice", false);

    function fillTargets() {
        const from = source.value;
        const wanted = offered.targets.filter((one) => one.code !== from);
        const reachable = wanted.filter((one) => from === "auto" || one.sources.includes(from));
        const others = wanted.filter((one) => !reachable.includes(one));
        target.replaceChildren(option("", text("speak.none")), ...reachable.map(named));
        if (others.length) {
            const group = document.createElement("optgroup");
            group.label = text("speak.others");
            group.append(...others.map(named));
            target.append(group);
        }
        choose(target, preference("target", ""));
    }

    function tell() {
        const into = offered.targets.find((one) => one.code === target.value);
        voice.disabled = !into?.spoken;
        $("#no-voice").textContent = into && !into.spoken ? `(${text("speak.voice.none")})` : "";
        const speak = voice.checked && !voice.disabled;
        $("#here-choice").hidden = !speak;
        changed({ source_language: source.value, target_language: target.value, speak });
    }

    source.addEventListener("change", () => {
        prefer("source", source.value);
        fillTargets();
        tell();
    });
    target.addEventListener("change", () => {
        prefer("target", target.value);
        tell();
    });
    voice.addEventListener("change", () => {
        prefer("voice", voice.checked);
        tell();
    });
    fillTargets();
    tell();
}

function named({ code, name, native }) {
    return option(code, native.toLowerCase() === name.toLowerCase() ? name : `${name} – ${native}`);
}

function option(value, words) {
    return new Option(words, value);
}

function choose(select, value) {
    if ([...select.options].some((one) => one.value === value)) select.value = value;
}
