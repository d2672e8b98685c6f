// A code is typed, and the room's captions are shown.

import { $, show } from "../dom.js";
import { ask, Refused } from "../connection/connection.js";
import { text } from "../texts.js";

export function join() {
    show("join");
    const input = $("#join-code");
    $("#join-form").addEventListener("submit", async (event) => {
        event.preventDefault();
        try {
            const answer = await ask("/room", { room: input.value });
            location.hash = (await answer.json()).room;
        } catch (error) {
            $("#join-error").textContent = error instanceof Refused ? text("error.room") : text("error.languages");
            input.setAttribute("aria-invalid", "true");
            input.focus();
        }
    });
    input.focus();
}
