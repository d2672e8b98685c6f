// One text of an utterance on the page: what is certain, and quietly apart what may still change.

/** A paragraph for such a text; `write` changes only what is different, so that nothing flickers. */
export function makeLine(what) {
    const element = document.createElement("p");
    element.className = what;
    element.dir = "auto";
    const both = element.appendChild(document.createElement("span"));
    const certain = both.appendChild(document.createElement("span"));
    const open = both.appendChild(document.createElement("span"));
    certain.className = "certain";
    open.className = "open";
    return {
        element,
        write(text) {
            put(certain, text.certain);
            put(open, text.open);
            if (element.lang !== text.language) element.lang = text.language;
            element.hidden = !text.certain && !text.open;
        },
    };
}

function put(element, text) {
    const node = element.firstChild;
    if (!node) element.append(text);
    else if (node.data !== text) node.data = text;
}
