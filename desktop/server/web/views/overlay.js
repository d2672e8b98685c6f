// Captions for a browser source: nothing but text on a transparent page.
// ?overlay&show=original|translation|both&size=48&lines=2&box=75&align=center&keep=6 #ROOM

import { $, show } from "../dom.js";
import { Roll } from "../captions/overlay.js";
import { Transcript } from "../captions/transcript.js";
import { Following } from "../connection/following.js";
import { text } from "../texts.js";

export function overlay(room, query) {
    show("overlay");
    document.body.replaceChildren($("#stage"));
    const stage = $("#stage");
    const number = (name, otherwise, least, most) => {
        const value = parseFloat(query.get(name));
        return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise;
    };
    const style = {
        "--size": `${number("size", 48, 8, 400)}px`,
        "--lines": Math.round(number("lines", 2, 1, 12)),
        "--box": number("box", 75, 0, 100) / 100,
    };
    for (const [name, value] of Object.entries(style)) stage.style.setProperty(name, value);
    stage.dataset.align = ["left", "right"].includes(query.get("align")) ? query.get("align") : "center";
    const wanted = query.get("show") ?? "original";
    const shown = wanted === "both" ? ["original", "translation"] : [wanted === "translation" ? wanted : "original"];
    const rolls = shown.map((what) => new Roll($(`#roll-${what}`), what));
    const keep = 1000 * number("keep", 6, 0, 3600);
    let clearing = 0;
    const transcript = new Transcript();
    const began = performance.now();

    const following = new Following(room, {
        state() {},
        told(message, part, start) {
            const segment = transcript.add(message, part, start);
            rolls.forEach((roll) => roll.update(segment));
            clearTimeout(clearing);
            if (keep) clearing = setTimeout(() => rolls.forEach((roll) => roll.clear()), keep);
        },
        speech() {},
        failed: () => say(text("overlay.room", { room })),
    });

    /** For whoever sets the source up; viewers of a stream see it only if it never worked. */
    function say(sentence) {
        if (performance.now() - began > 10000) return;
        const line = $("#roll-original").appendChild(document.createElement("p"));
        line.append(Object.assign(document.createElement("span"), { textContent: sentence }));
    }

    if (room) following.open();
    else say(text("overlay.code"));
}
