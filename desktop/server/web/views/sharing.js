// The room of someone who speaks: its code, its link, its QR code, and how many follow.

import { $, confirmOn, copy } from "../dom.js";
import { ask } from "../connection/connection.js";
import { counted, text } from "../texts.js";

const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/** Draws what `speaking` tells of its room. changed(): another room, or none. */
export function sharing(speaking, notice, changed) {
    const [unshared, shared] = [$("#unshared"), $("#shared")];

    function toggle(isShared) {
        unshared.hidden = isShared;
        shared.hidden = !isShared;
        if (!isShared) $("#followers").textContent = "";
    }

    $("#share").addEventListener("click", () => speaking.share());
    $("#unshare").addEventListener("click", () => {
        speaking.unshare();
        toggle(false);
        changed();
        $("#share").focus();
    });
    $("#copy-link").addEventListener("click", async (event) => {
        try {
            await copy($("#link").href);
            confirmOn(event.currentTarget, text("share.copied"));
        } catch (error) {
            notice.say(error.message);
        }
    });

    return {
        async shared(room, isOther) {
            const wasHidden = shared.hidden;
            const link = `${location.origin}/#${room}`;
            $("#code").textContent = room;
            $("#link").href = link;
            $("#link").textContent = link.replace(/^https?:\/\//, "");
            $("#local").hidden = !LOCAL.includes(location.hostname);
            toggle(true);
            if (wasHidden && document.activeElement === document.body) $("#copy-link").focus();
            if (isOther) notice.say(text("share.again"));
            changed();
            const answer = await ask("/qr", { text: link });
            const image = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
            $("#qr").replaceChildren(image);
        },
        followers(count) {
            if (!shared.hidden) $("#followers").textContent = counted("followers", count);
        },
    };
}
