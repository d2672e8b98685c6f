// Which view this page is: someone speaks, follows a room (its code is in the fragment, which no server sees), or shows
// the captions over a picture (?overlay).

import { $, label } from "./dom.js";
import { prefer, preference } from "./preferences.js";
import { fill, language, text } from "./texts.js";

const query = new URLSearchParams(location.search);
const room = decodeURIComponent(location.hash.slice(1)).trim();

document.documentElement.lang = language;
fill(document.body);
addEventListener("hashchange", () => location.reload());

if (query.has("overlay")) {
    const { overlay } = await import("./views/overlay.js");
    overlay(room, query);
} else {
    themes($("#theme"));
    const name = room ? "follow" : query.has("follow") ? "join" : "speak";
    $(name === "speak" ? "#nav-speak" : "#nav-follow").setAttribute("aria-current", "page");
    const view = await import(`./views/${name}.js`);
    view[name](room, query);
}
document.documentElement.dataset.ready = "";

function themes(button) {
    const order = ["system", "light", "dark"];
    let chosen = preference("theme", "system");
    const apply = () => {
        if (chosen === "system") delete document.documentElement.dataset.theme;
        else document.documentElement.dataset.theme = chosen;
        label(button, chosen, text("theme.label", { theme: text(`theme.${chosen}`) }));
    };
    button.addEventListener("click", () => {
        chosen = order[(order.indexOf(chosen) + 1) % order.length];
        prefer("theme", chosen);
        apply();
    });
    if (!order.includes(chosen)) chosen = "system";
    apply();
}
