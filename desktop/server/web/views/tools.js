// Copy and Save, for whatever captions a view has.

import { $, confirmOn, copy, save, show } from "../dom.js";
import { exported, TYPES } from "../captions/export.js";
import { text } from "../texts.js";

/** place: where the buttons go. content(): {segments, show}; failed(sentence). */
export function captionTools(place, content, failed) {
    const holder = document.createElement("div");
    show("caption-tools", holder);
    const buttons = [...holder.children];
    place.append(...buttons);
    const [copyButton, menu] = buttons;
    copyButton.addEventListener("click", async () => {
        const { segments, show: what } = content();
        try {
            await copy(exported(segments, what, "txt"));
            confirmOn(copyButton, text("lines.copied"));
        } catch (error) {
            failed(error.message);
        }
    });
    for (const button of menu.querySelectorAll("button")) {
        button.addEventListener("click", () => {
            const { segments, show: what } = content();
            const { form } = button.dataset;
            save(`${text("lines.file")}.${form}`, TYPES[form], exported(segments, what, form));
            close();
        });
    }
    const close = () => {
        if (menu.contains(document.activeElement)) $("summary", menu).focus();
        menu.open = false;
    };
    menu.addEventListener("keydown", (event) => event.key === "Escape" && close());
    document.addEventListener("click", (event) => menu.contains(event.target) || (menu.open = false));
}
