// Binary messages: a uint32, little endian, with the length of a JSON header, the header, then the samples. Pure.

/** Puts the same header before each piece. Returns piece -> Uint8Array. */
export function framer(header) {
    const text = new TextEncoder().encode(JSON.stringify(header));
    return (data) => {
        const message = new Uint8Array(4 + text.length + data.byteLength);
        new DataView(message.buffer).setUint32(0, text.length, true);
        message.set(text, 4);
        message.set(new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength), 4 + text.length);
        return message;
    };
}

/** The header and the PCM16 samples of a message. */
export function split(buffer) {
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    return { header, samples: new Int16Array(buffer.slice(4 + length)) };
}
