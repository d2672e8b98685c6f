// The server asks who speaks: a token, or a login where it knows one.

import { $, show } from "../dom.js";
import { hasLogin, hasToken, useToken } from "../connection/access.js";

/** refused: why the page was not let in. */
export async function enter(refused) {
    show("enter");
    $("#enter-error").textContent = hasToken() ? refused.message : "";
    $("#enter-form").addEventListener("submit", (event) => {
        event.preventDefault();
        useToken($("#token").value);
        location.reload();
    });
    if (await hasLogin()) $("#login").hidden = false;
    else $("#token").focus();
}
