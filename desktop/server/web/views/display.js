// How a reader wants captions to look; kept in this browser.

import { $, radios } from "../dom.js";
import { prefer, preference } from "../preferences.js";
import { text } from "../texts.js";

const SHOWS = ["original", "translation", "both"];
const COLOURS = ["page", "black", "white", "yellow", "cream", "navy"];
const STEP = 4;

/** changed(chosen): after every change of what is drawn, and at the beginning is not called. */
export function displayDialog(changed) {
    const dialog = $("#display-dialog");
    const stage = $("#stage");
    const size = $("#size");
    const chosen = {
        show: among(SHOWS, preference("show", "both")),
        colours: among(COLOURS, preference("colours", "page")),
        size: Math.min(Number(size.max), Math.max(Number(size.min), preference("size", 26))),
        reading: preference("reading", false),
        open: preference("open", true),
    };

    function apply() {
        stage.dataset.colours = chosen.colours;
        stage.style.setProperty("--caption-size", `${chosen.size}px`);
        size.value = String(chosen.size);
        $("#open-words").checked = chosen.open;
        stage.classList.toggle("steady", !chosen.open);
    }

    function set(values) {
        for (const [name, value] of Object.entries(values)) {
            chosen[name] = value;
            prefer(name, value);
        }
        apply();
        changed(chosen);
    }

    const grow = (by) => set({ size: Math.min(Number(size.max), Math.max(Number(size.min), chosen.size + by)) });
    radios($("#show"), "show", SHOWS.map((one) => [one, text(`display.${one}`)]), chosen.show, (show) => set({ show }));
    radios($("#colours"), "colours", COLOURS.map((one) => [one, text(`display.${one}`)]), chosen.colours, (colours) =>
        set({ colours }),
    );
    size.addEventListener("input", () => set({ size: Number(size.value) }));
    $("#smaller").addEventListener("click", () => grow(-STEP));
    $("#larger").addEventListener("click", () => grow(STEP));
    $("#open-words").addEventListener("change", (event) => set({ open: event.target.checked }));
    // A click beside it closes it, as with every panel.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    apply();
    return { chosen, set, open: () => dialog.showModal() };
}

function among(values, wanted) {
    return values.includes(wanted) ? wanted : values[0];
}
