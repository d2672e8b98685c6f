// Follows a room: reads what is said in it, from where it was cut off.

import { Connection, Refused, ask } from "./connection.js";

export class Following {
    #connection = new Connection("/follow", this);
    #room;
    #owner;
    #seq = 0;
    #part = 0;
    #newest = { id: -1, start: 0, end: 0 };
    #began = 0;
    #isOver = false;

    /** owner: state(name), told(message, part, began), speech({header, samples}), failed(sentence, isUnknownRoom). */
    constructor(room, owner) {
        this.#room = room;
        this.#owner = owner;
        this.hears = false;
    }

    open() {
        this.#owner.state("joining");
        this.#connection.open();
    }

    /** Hear the spoken translation, too, or not any more. */
    hear(hears) {
        this.hears = hears;
        if (!this.#isOver) this.#connection.reopen();
    }

    // What the connection tells.

    /** The code goes in the body of a request, and comes back as a cookie: it is in no address. */
    async prepare() {
        await ask("/room", { room: this.#room });
    }

    opened() {
        this.#connection.send({ type: "follow", room: this.#room, seq: this.#seq, speech: this.hears });
    }

    text(message) {
        if (message.type === "following") this.#owner.state("following");
        else if (message.type === "realtime") this.#told(message);
        else if (message.type === "ended") this.#end("ended");
        // Another tab has just asked for its own room: the connection is closed and tried again.
        else if (message.type === "error" && message.code !== "room-other") this.refused(new Refused(message.message));
    }

    speech(message) {
        this.#seq = Math.max(this.#seq, message.header.seq ?? 0);
        this.#owner.speech(message);
    }

    lost() {
        this.#owner.state("rejoining");
    }

    refused(error) {
        this.#end("failed");
        this.#owner.failed(error.message);
    }

    #told(message) {
        this.#seq = Math.max(this.#seq, message.seq);
        const id = Number(message.segment_id);
        if (id > this.#newest.id && "start" in message) {
            // Another stream of the same room counts its seconds anew.
            if (message.start < this.#newest.start) this.#began += this.#newest.end;
            this.#newest = { id, start: message.start, end: message.end };
        } else if (id === this.#newest.id && "end" in message) this.#newest.end = message.end;
        this.#owner.told(message, this.#part, this.#began);
    }

    #end(state) {
        this.#isOver = true;
        this.#connection.close();
        this.#owner.state(state);
    }
}
