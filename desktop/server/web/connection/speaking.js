// Speaks to the server: sends audio, keeps what is not acknowledged, and goes on after a cut where the server stopped.

import { Connection, Refused, ask } from "./connection.js";
import { framer } from "./frames.js";
import { Unacknowledged } from "./unacknowledged.js";

/** seconds of audio that are kept for the server; bytes a second of a recording, about */
const KEPT = 300;
const RECORDED = 6000;
/** bytes that wait in the socket before more is given to it, and ms until it is looked at again */
const ENOUGH = 1 << 17;
const LOOK_EVERY = 50;

export class Speaking {
    #connection = new Connection("/", this);
    #owner;
    #audio = null;
    #rate = 0;
    #frame = null;
    #sent = 0;
    #session = "";
    #seq = 0;
    #part = 0;
    #began = 0;
    #isGreeted = false;
    #wasLost = false;
    #isStopping = false;
    #timer = 0;
    #lost = 0;
    #stopped = () => {};

    /** owner: state(name), told(message, part, began), dropped(part), speech(...), notice(sentence), shared(room,
     *  isOther), followers(count), failed(sentence), gaveUp(seconds of audio), greeted(isResumed), restart(): a recording
     *  must begin anew. */
    constructor(owner) {
        this.#owner = owner;
        /** {source_language, target_language, speak} */
        this.languages = {};
        /** {room, key} that is spoken in; "new": one is wanted; null: nobody follows */
        this.sharing = null;
    }

    /** A stream was begun, and not stopped. */
    get isRunning() {
        return this.#audio !== null;
    }

    /** seconds of audio that the server does not have for sure */
    get kept() {
        return this.#audio ? this.#audio.bytes / this.#bytesPerSecond : 0;
    }

    /** What is needed to go on after the page was loaded again. */
    get session() {
        return { session: this.#session, part: this.#part, rate: this.#rate };
    }

    get #bytesPerSecond() {
        return this.#rate ? 2 * this.#rate : RECORDED;
    }

    /** rate: Hz of PCM16; 0: a recording. kept: a `session` to go on with. */
    begin(rate, kept = null) {
        this.#rate = rate;
        this.#audio = new Unacknowledged(KEPT * this.#bytesPerSecond);
        this.#frame = rate ? framer({ sampleRate: rate }) : null;
        this.#sent = this.#seq = this.#lost = 0;
        this.#session = kept?.session ?? "";
        this.#isStopping = false;
        this.#isGreeted = false;
        this.#owner.state("connecting");
        if (this.#connection.isOpen) this.opened();
        else this.#connection.open();
    }

    /** Bytes of the microphone. */
    hear(data) {
        this.#audio.push(data);
        this.#pump();
    }

    /** No more comes: resolves when the server has told everything. */
    async stop() {
        this.#isStopping = true;
        this.#owner.state("stopping");
        const stopped = new Promise((resolve) => (this.#stopped = resolve));
        this.#pump();
        await stopped;
    }

    configure(languages) {
        this.languages = languages;
        if (this.#isGreeted) this.#connection.send({ type: "set_langs", ...languages });
    }

    /** Let others follow; they may before anybody has spoken. */
    share() {
        this.sharing ??= "new";
        if (this.#isGreeted) this.#share();
        else this.#connection.open();
    }

    unshare() {
        this.sharing = null;
        this.#connection.send({ type: "unshare" });
        if (!this.#audio) this.#connection.close();
    }

    // What the connection tells.

    /** A browser does not say why a WebSocket was refused: another request does. */
    async prepare() {
        if (this.#wasLost) await ask("/languages");
    }

    opened() {
        if (this.#audio) {
            const { end } = this.#audio;
            const known = this.#session ? { session_id: this.#session } : {};
            this.#connection.send({ type: "hello", ...known, offset: end, seq: this.#seq });
        } else this.#greeted();
    }

    text(message) {
        if (message.type in this.#messages) this.#messages[message.type](message);
    }

    #messages = {
        hello: (message) => this.#hello(message),
        realtime: (message) => this.#told(message),
        ack: ({ offset }) => this.#audio?.settle(offset),
        stopped: () => this.#end(),
        shared: ({ room, key }) => {
            const isOther = typeof this.sharing === "object" && this.sharing?.room !== room;
            this.sharing = { room, key };
            this.#owner.shared(room, isOther);
        },
        followers: ({ count }) => this.#owner.followers(count),
        notice: ({ message, severity }) => severity !== "info" && this.#owner.notice(message),
        server_busy: ({ retry_after }) => {
            this.#connection.patience = 1000 * retry_after;
            this.#session = "";
            this.#owner.state("busy");
        },
        error: ({ code, message }) => {
            if (code === "room-unknown" && this.sharing) this.#connection.send({ type: "share" });
            else if (code === "taken-up") this.refused(new Refused(message));
            else this.#owner.notice(message);
        },
    };

    speech(message) {
        this.#seq = Math.max(this.#seq, message.header.seq ?? 0);
        this.#owner.speech(message);
    }

    lost() {
        this.#wasLost = true;
        this.#isGreeted = false;
        clearTimeout(this.#timer);
        if (this.#audio && this.#connection.patience === 0) this.#owner.state("reconnecting");
    }

    refused(error) {
        this.#connection.close();
        this.#audio = null;
        this.#owner.failed(error.message);
        this.#stopped();
    }

    #hello(message) {
        const isOther = this.#session !== "" && !message.resumed;
        const wasCut = this.#sent > 0 && !message.resumed;
        if (isOther || wasCut) this.#another();
        else if (this.#audio.first > message.offset || this.#audio.bytes === 0) this.#audio.renumber(message.offset);
        this.#session = message.session_id;
        this.#sent = message.resumed ? message.offset : 0;
        this.#owner.greeted(message.resumed);
        if (this.#audio.lost > this.#lost) {
            this.#owner.gaveUp((this.#audio.lost - this.#lost) / this.#bytesPerSecond);
            this.#lost = this.#audio.lost;
        }
        this.#greeted();
        this.#owner.state(this.#isStopping ? "stopping" : "listening");
        this.#pump();
    }

    /** The server has forgotten the stream: what it had not finished is said again to a new one. */
    #another() {
        this.#owner.dropped(this.#part);
        this.#began += this.#audio.first / this.#bytesPerSecond;
        this.#audio.renumber(0);
        this.#part += 1;
        this.#seq = 0;
        if (this.#rate === 0) {
            // The rest of a recording cannot be read without its beginning.
            this.#owner.gaveUp(this.kept);
            this.#audio.settle(this.#audio.end);
            this.#audio.renumber(0);
            this.#owner.restart();
        }
    }

    #greeted() {
        this.#isGreeted = true;
        this.#wasLost = false;
        this.#connection.send({ type: "set_langs", ...this.languages });
        if (this.#audio && this.#rate === 0) this.#connection.send({ type: "start", header: false });
        if (this.sharing) this.#share();
    }

    #share() {
        this.#connection.send({ type: "share", ...(this.sharing === "new" ? {} : this.sharing) });
    }

    #told(message) {
        this.#seq = Math.max(this.#seq, message.seq);
        // The server says so every second; what is final now must not be sent once more if it is gone by then.
        if (message.is_final && this.#rate) this.#audio?.settle(2 * Math.floor(message.end * this.#rate));
        this.#owner.told(message, this.#part, this.#began);
    }

    #pump() {
        clearTimeout(this.#timer);
        if (!this.#isGreeted || !this.#audio) return;
        while (this.#sent < this.#audio.end) {
            if (this.#connection.waiting > ENOUGH) {
                this.#timer = setTimeout(() => this.#pump(), LOOK_EVERY);
                return;
            }
            const data = this.#audio.at(this.#sent);
            this.#connection.send(this.#frame ? this.#frame(data) : data);
            this.#sent = Math.max(this.#sent, this.#audio.first) + data.byteLength;
        }
        if (this.#isStopping) this.#connection.send({ type: "stop" });
    }

    #end() {
        this.#began += this.#audio ? this.#audio.end / this.#bytesPerSecond : 0;
        this.#audio = null;
        this.#session = "";
        this.#part += 1;
        this.#seq = 0;
        this.#isStopping = false;
        if (!this.sharing) this.#connection.close();
        this.#stopped();
    }
}
