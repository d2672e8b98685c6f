// Before anything is drawn: the look that was chosen here. Not a module, so that nothing flashes.

(() => {
    try {
        const chosen = JSON.parse(localStorage.getItem("parley") ?? "{}").theme;
        if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
    } catch {
        // Storage is forbidden or broken: as the system.
    }
    if (new URLSearchParams(location.search).has("overlay")) document.documentElement.dataset.view = "overlay";
})();
