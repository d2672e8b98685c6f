// Keeps the screen on while captions run: a phone on a table that goes dark is of no use.

let lock = null;
let isWanted = false;

export async function stayAwake(wanted) {
    isWanted = wanted;
    try {
        if (wanted) lock = (await navigator.wakeLock?.request("screen")) ?? null;
        else await lock?.release();
    } catch {
        // The battery is low, or the page is hidden: not now.
    }
}

document.addEventListener("visibilitychange", () => {
    if (isWanted && !document.hidden) stayAwake(true);
});
