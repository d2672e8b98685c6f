// A WebSocket that comes back by itself.

import { headers, subprotocols } from "./access.js";
import { split } from "./frames.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;
/** ms between two questions whether the server is still there, and without any message until it is not */
const ASK_EVERY = 4000;
const DEAD_AFTER = 10000;
const NORMAL = 1000;
const POLICY = 1008;

/** Tells the connection's owner, who has these methods:
 *  prepare(): a promise, before each try; where it throws `Refused` nothing more is tried.
 *  opened(): messages can be sent. text(message), speech(header, samples): something came.
 *  lost(): the connection is gone and is tried again. refused(error): for good. */
export class Connection {
    #path;
    #owner;
    #socket = null;
    #tries = 0;
    #retry = 0;
    #asking = 0;
    #heardAt = 0;
    #isWanted = false;

    constructor(path, owner) {
        this.#path = path;
        this.#owner = owner;
        /** ms to wait at least before the next try, if the server said so */
        this.patience = 0;
        addEventListener("offline", () => this.#drop());
        addEventListener("online", () => this.#hurry());
        // A phone that was locked does not know yet that its connection is gone.
        document.addEventListener("visibilitychange", () => document.hidden || this.#look());
    }

    get isOpen() {
        return this.#socket?.readyState === WebSocket.OPEN;
    }

    /** Bytes that wait to be sent. */
    get waiting() {
        return this.#socket?.bufferedAmount ?? 0;
    }

    open() {
        this.#isWanted = true;
        this.#tries = 0;
        this.#connect();
    }

    /** Begin again on a new connection, now. */
    reopen() {
        this.#drop();
        this.#hurry();
    }

    /** The end; the other side is told that it is meant. */
    close() {
        this.#isWanted = false;
        clearTimeout(this.#retry);
        this.#drop(NORMAL);
    }

    send(message) {
        if (this.isOpen) this.#socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
    }

    async #connect() {
        clearTimeout(this.#retry);
        try {
            await this.#owner.prepare?.();
        } catch (error) {
            if (error instanceof Refused) this.#give(error);
            else this.#again();
            return;
        }
        if (!this.#isWanted || this.#socket) return;
        const socket = new WebSocket(this.#path, subprotocols());
        this.#socket = socket;
        socket.binaryType = "arraybuffer";
        socket.onopen = () => this.#owner.opened();
        socket.onmessage = (event) => {
            if (socket !== this.#socket) return;
            this.#heardAt = performance.now();
            this.#tries = 0;
            if (typeof event.data === "string") this.#owner.text(JSON.parse(event.data));
            else this.#owner.speech?.(split(event.data));
        };
        socket.onclose = (event) => {
            if (socket !== this.#socket) return;
            this.#forget();
            if (event.code === POLICY) this.#give(new Refused(event.reason));
            else this.#again();
        };
        this.#heardAt = performance.now();
        this.#asking = setInterval(() => this.#ask(), ASK_EVERY);
    }

    #ask() {
        this.#look();
        this.send({ type: "ping" });
    }

    #look() {
        if (this.#socket && performance.now() - this.#heardAt > DEAD_AFTER) this.#drop();
    }

    /** Let go of the socket, whatever it still has to say. */
    #drop(code) {
        const socket = this.#socket;
        if (!socket) return;
        this.#forget();
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close(code ?? 4000);
        if (this.#isWanted) this.#again();
    }

    #forget() {
        clearInterval(this.#asking);
        this.#socket = null;
    }

    #again() {
        if (!this.#isWanted) return;
        this.#owner.lost?.();
        const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#tries) * (0.75 + Math.random() / 2);
        this.#tries += 1;
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#connect(), Math.max(wait, this.patience));
        this.patience = 0;
    }

    #hurry() {
        if (!this.#isWanted || this.#socket) return;
        this.#tries = 0;
        this.#connect();
    }

    #give(error) {
        this.#isWanted = false;
        this.#owner.refused?.(error);
    }
}

/** The server said no; trying again would not help. message: its sentence, or nothing; status: of the answer, or 0. */
export class Refused extends Error {
    constructor(message, status = 0) {
        super(message);
        this.status = status;
    }
}

/** Send something to the server, or only ask, and return what it answers. Throws Refused with the server's sentence, or
 *  an error of the connection. */
export async function ask(path, body) {
    const sent = body && { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(path, { ...sent, headers: { "content-type": "application/json", ...headers() } });
    if (answer.ok) return answer;
    if (answer.status >= 500) throw new Error(String(answer.status));
    const said = await answer.json().catch(() => ({}));
    throw new Refused(said.message ?? said.error?.message ?? "", answer.status);
}
