// The audio that the server may still need again, by its offset in the bytes of the session. Pure.

export class Unacknowledged {
    #pieces = [];
    #most;

    /** most: bytes that are kept; older audio is given up. */
    constructor(most) {
        this.#most = most;
        /** offset of the first byte that is kept */
        this.first = 0;
        /** offset behind the last one */
        this.end = 0;
        /** bytes that were given up */
        this.lost = 0;
    }

    get bytes() {
        return this.end - this.first;
    }

    push(data) {
        this.#pieces.push({ offset: this.end, data });
        this.end += data.byteLength;
        while (this.bytes > this.#most) {
            this.lost += this.#pieces[0].data.byteLength;
            this.#drop();
        }
    }

    /** The server needs nothing before this offset. Pieces stay whole. */
    settle(offset) {
        while (this.#pieces.length && this.#pieces[0].offset + this.#pieces[0].data.byteLength <= offset) this.#drop();
    }

    /** The piece that begins at an offset, or what is left of the one around it; undefined behind the end. */
    at(offset) {
        const piece = this.#pieces.find((one) => one.offset + one.data.byteLength > offset);
        if (piece === undefined) return undefined;
        return piece.data.subarray(Math.max(0, offset - piece.offset));
    }

    /** Offsets count from here: the first byte that is kept is this one of a session. */
    renumber(offset) {
        const moved = offset - this.first;
        for (const piece of this.#pieces) piece.offset += moved;
        this.first += moved;
        this.end += moved;
    }

    #drop() {
        this.#pieces.shift();
        this.first = this.#pieces.length ? this.#pieces[0].offset : this.end;
    }
}
