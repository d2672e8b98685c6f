// Plays what the server speaks: one piece directly behind the other, in order; what is old is left out.

/** seconds: before the first piece, so that the next one is there in time; that are handed to the browser ahead, as a
 *  page in the background is seldom asked; that may wait at most */
const LEAD = 0.08;
const AHEAD = 4;
const MOST = 15;

export class Player {
    #context = new AudioContext();
    #waiting = [];
    #playing = new Set();
    #until = 0;

    constructor() {
        /** pieces that were left out */
        this.dropped = 0;
        this.#context.resume();
    }

    /** Takes a message of speech: {segment_id, sampleRate}, PCM16. */
    play({ header, samples }) {
        if (samples.length === 0) return;
        const buffer = this.#context.createBuffer(1, samples.length, header.sampleRate);
        buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
        this.#waiting.push({ buffer, segment: header.segment_id });
        this.#leaveOut();
        this.#hand();
    }

    close() {
        this.#waiting = [];
        for (const source of this.#playing) source.stop();
        this.#context.close();
    }

    #hand() {
        const now = this.#context.currentTime;
        while (this.#waiting.length && this.#until < now + AHEAD) {
            const { buffer } = this.#waiting.shift();
            const at = Math.max(this.#until, now + LEAD);
            const source = new AudioBufferSourceNode(this.#context, { buffer });
            source.connect(this.#context.destination);
            source.onended = () => {
                this.#playing.delete(source);
                this.#hand();
            };
            source.start(at);
            this.#playing.add(source);
            this.#until = at + buffer.duration;
        }
    }

    /** Whole utterances, the oldest first, never the newest. */
    #leaveOut() {
        const seconds = () => this.#waiting.reduce((sum, one) => sum + one.buffer.duration, 0);
        while (seconds() > MOST && this.#waiting[0].segment !== this.#waiting.at(-1).segment) {
            const oldest = this.#waiting[0].segment;
            const kept = this.#waiting.filter((one) => one.segment !== oldest);
            this.dropped += this.#waiting.length - kept.length;
            this.#waiting = kept;
        }
    }
}
