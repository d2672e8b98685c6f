// Which microphones there are. Browsers tell their names only to pages that were allowed to use one.

/** Those of `enumerateDevices` that can be chosen, [{id, name}]; browsers name the system's own choice a second time. */
export function microphones(devices) {
    const own = ["", "default", "communications"];
    return devices
        .filter(({ kind, deviceId, label }) => kind === "audioinput" && label && !own.includes(deviceId))
        .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/** The chosen one among them: by its id or, where the browser has given it another one, by its name. */
export function found(known, chosen) {
    return known.find(({ id }) => id === chosen.id) ?? known.find(({ name }) => name === chosen.name);
}
