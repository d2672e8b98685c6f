// On the audio thread: what the microphone gives, as PCM16 mono in pieces of 100 ms, and how loud each is.

class Pcm extends AudioWorkletProcessor {
    constructor() {
        super();
        this.piece = new Int16Array(Math.round(sampleRate / 10));
        this.filled = 0;
        this.peak = 0;
        this.isOver = false;
        this.port.onmessage = () => {
            this.send();
            this.port.postMessage({ isLast: true });
            this.isOver = true;
        };
    }

    process([channels]) {
        const count = channels.length;
        for (let index = 0; count > 0 && index < channels[0].length; index += 1) {
            let sample = 0;
            for (const channel of channels) sample += channel[index] / count;
            sample = Math.max(-1, Math.min(1, sample));
            this.peak = Math.max(this.peak, Math.abs(sample));
            this.piece[this.filled] = Math.round(sample * 32767);
            this.filled += 1;
            if (this.filled === this.piece.length) this.send();
        }
        return !this.isOver;
    }

    send() {
        if (this.filled === 0) return;
        const data = this.piece.slice(0, this.filled);
        this.port.postMessage({ data, peak: this.peak }, [data.buffer]);
        this.filled = 0;
        this.peak = 0;
    }
}

registerProcessor("pcm", Pcm);
