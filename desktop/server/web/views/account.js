// Who came in, with a token or by logging in, and the way out.

import { $ } from "../dom.js";
import { forgetToken } from "../connection/access.js";
import { ask } from "../connection/connection.js";
import { tab } from "../preferences.js";
import { text } from "../texts.js";

/** Shows it. leave(): a promise, before somebody is logged out; false: not now. failed(sentence). */
export async function account({ leave = () => true, failed }) {
    const answer = await ask("/whoami").catch(() => null);
    const { kind, name } = (await answer?.json()) ?? {};
    if (kind !== "user" && kind !== "token") return;
    $("#who").textContent = text(`account.${kind}`, { name });
    $("#who").title = $("#who").textContent;
    $("#account").hidden = false;
    $("#log-out").addEventListener("click", async () => {
        if (!(await leave())) return;
        try {
            if (kind === "user") await logOut();
        } catch {
            failed(text("error.logout"));
            return;
        }
        forgetToken();
        tab.write({});
        location.assign("/");
    });
}

async function logOut() {
    const answer = await fetch("/logout", { method: "POST", redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
}
