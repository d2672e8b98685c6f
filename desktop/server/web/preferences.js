// What a reader chose, kept in this browser.

const NAME = "parley";

function read(storage) {
    try {
        const found = JSON.parse(storage.getItem(NAME) ?? "{}");
        return found && typeof found === "object" ? found : {};
    } catch {
        return {};
    }
}

function write(storage, values) {
    try {
        storage.setItem(NAME, JSON.stringify(values));
    } catch {
        // Storage is forbidden or full: the choice holds until the page is closed.
    }
}

const kept = read(localStorage);

/** A choice; `otherwise` where none was made, or one of another kind. */
export function preference(name, otherwise) {
    return typeof kept[name] === typeof otherwise ? kept[name] : otherwise;
}

/** Keep a choice. */
export function prefer(name, value) {
    kept[name] = value;
    write(localStorage, kept);
}

/** What this tab was doing, for when the page is loaded again. */
export const tab = {
    read: () => read(sessionStorage),
    write: (values) => write(sessionStorage, values),
    /** Whether this is the same tab as before: a duplicated one has a copy, and must not take the stream away. */
    isReloaded: () => ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type),
};
