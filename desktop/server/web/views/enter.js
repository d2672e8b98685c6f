// The server asks who speaks: a token, or a login where it knows one.

import { $, show } from "../dom.js";
import { hasLogin, hasToken, useToken } from "../connection/access.js";
import { account } from "./account.js";

const FORBIDDEN = 403;

/** refused: why the page was not let in. */
export async function enter(refused) {
    show("enter");
    const isKnown = refused.status === FORBIDDEN;
    $("#enter-error").textContent = hasToken() || isKnown ? refused.message : "";
    if (isKnown) account({ failed: (sentence) => ($("#enter-error").textContent = sentence) });
    $("#enter-form").addEventListener("submit", (event) => {
        event.preventDefault();
        useToken($("#token").value);
        location.reload();
    });
    if (await hasLogin()) $("#login").hidden = false;
    else $("#token").focus();
}
