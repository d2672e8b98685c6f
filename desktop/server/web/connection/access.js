// The token of whoever may speak, where the server asks for one. It goes in a header or a subprotocol, never in an
// address, and is kept until the tab is closed.

const NAME = "parley-token";
const KIND = "parley";

let token = read();

function read() {
    try {
        return sessionStorage.getItem(NAME) ?? "";
    } catch {
        return "";
    }
}

export function useToken(value) {
    token = value.trim();
    try {
        sessionStorage.setItem(NAME, token);
    } catch {
        // Storage is forbidden: it holds until the page is closed.
    }
}

export function forgetToken() {
    token = "";
    try {
        sessionStorage.removeItem(NAME);
    } catch {
        // It was never kept.
    }
}

export const hasToken = () => token !== "";

/** For requests. */
export function headers() {
    return token ? { authorization: `Bearer ${token}` } : {};
}

/** For WebSockets, which have no headers in browsers. */
export function subprotocols() {
    return token ? [KIND, `${KIND}.token.${token}`] : [];
}

/** Whether users can log in somewhere. */
export async function hasLogin() {
    const answer = await fetch("/login", { redirect: "manual" }).catch(() => null);
    return answer?.type === "opaqueredirect";
}
