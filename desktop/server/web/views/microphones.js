// The list of microphones: the system's, or one that is chosen and kept in this browser, whether or not it is there.

import { found, microphones } from "../audio/devices.js";
import { prefer, preference } from "../preferences.js";
import { text } from "../texts.js";

const SYSTEM = { id: "", name: "" };

export class MicrophoneList {
    #select;
    #gone;
    #chosen = preference("microphone", SYSTEM) ?? SYSTEM;
    #known = [];
    #isThere = true;

    /** select: where they are listed; gone: where it is said that the chosen one is gone. changed(): another one is
     *  chosen. */
    constructor(select, gone, changed) {
        this.#select = select;
        this.#gone = gone;
        const devices = navigator.mediaDevices;
        select.closest(".field").hidden = !devices?.enumerateDevices;
        if (!devices?.enumerateDevices) return;
        select.addEventListener("change", () => {
            const { value, selectedOptions } = select;
            this.#choose(value ? { id: value, name: selectedOptions[0].dataset.name } : SYSTEM);
            this.#show();
            changed();
        });
        devices.addEventListener("devicechange", () => this.look());
        this.#show();
        this.look();
    }

    /** {id, name}; both are empty where the system chooses. */
    get chosen() {
        return this.#chosen;
    }

    /** See which there are; also once the microphone was allowed, since only now they have names. */
    async look() {
        const devices = await navigator.mediaDevices?.enumerateDevices?.().catch(() => []);
        const known = microphones(devices ?? []);
        // Without a name nobody can say whether it is the one: some browsers tell none again when recording has ended.
        const areNamed = known.length > 0 || !devices?.some(({ kind }) => kind === "audioinput");
        if (areNamed) {
            this.#known = known;
            const one = found(known, this.#chosen);
            this.#isThere = !this.#chosen.id || one !== undefined;
            if (one && one.id !== this.#chosen.id) this.#choose(one);
        }
        this.#show();
    }

    #choose(one) {
        this.#chosen = one;
        this.#isThere = true;
        prefer("microphone", one);
    }

    #show() {
        const { id, name } = this.#chosen;
        const others = id && !this.#known.some((one) => one.id === id) ? [this.#chosen] : [];
        const options = [...this.#known, ...others].map((one) => option(one, one === this.#chosen && !this.#isThere));
        this.#select.replaceChildren(new Option(text("speak.microphone.system"), ""), ...options);
        this.#select.value = id;
        const said = this.#isThere ? "" : text("speak.microphone.gone", { name });
        if (this.#gone.textContent !== said) this.#gone.textContent = said;
    }
}

function option({ id, name }, isGone) {
    const one = new Option(isGone ? text("speak.microphone.absent", { name }) : name, id);
    one.dataset.name = name;
    return one;
}
