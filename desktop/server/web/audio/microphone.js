// The browser's microphone, as bytes for the server: PCM16 from an AudioWorklet, or what MediaRecorder writes where a
// browser has no worklets.

const RATE = 16000;
const RECORD_EVERY = 250;
const RECORDED_AS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

/** Why there is no sound; `key` names the sentence, which may have the name of the microphone in it. */
export class NoMicrophone extends Error {
    constructor(key) {
        super(key);
        this.key = key;
    }
}

/** Opens the microphone. Throws NoMicrophone.
 *  device: the id of the one that is wanted; empty: the system's. heard(Uint8Array), level(0..1), gone(): told while it
 *  is open. hasEcho: the page itself is heard, too. isRecorded: MediaRecorder, whatever the browser has. */
export async function openMicrophone({ device, heard, level, gone, hasEcho, isRecorded }) {
    if (!navigator.mediaDevices?.getUserMedia) {
        throw new NoMicrophone(window.isSecureContext ? "error.old" : "error.insecure");
    }
    let stream;
    try {
        const wanted = { channelCount: 1, echoCancellation: hasEcho, noiseSuppression: false, autoGainControl: true };
        stream = await navigator.mediaDevices.getUserMedia({
            audio: device ? { ...wanted, deviceId: { exact: device } } : wanted,
        });
    } catch (error) {
        throw new NoMicrophone(reason(error, device));
    }
    for (const track of stream.getTracks()) track.onended = gone;
    const hasWorklet = "AudioWorkletNode" in window && !isRecorded;
    try {
        return hasWorklet ? await worklet(stream, heard, level) : recorder(stream, heard, level);
    } catch {
        end(stream);
        throw new NoMicrophone("error.old");
    }
}

function reason(error, device) {
    if (error.name === "NotAllowedError" || error.name === "SecurityError") return "error.forbidden";
    if (error.name === "NotFoundError" || error.name === "OverconstrainedError") {
        return device ? "error.chosen" : "error.absent";
    }
    return "error.taken";
}

function end(stream) {
    for (const track of stream.getTracks()) {
        track.onended = null;
        track.stop();
    }
}

/** A microphone: `rate` in Hz of PCM16, or 0 where it is a recording that says itself what it is; `close()` resolves
 *  when all of it was told. */
async function worklet(stream, heard, level) {
    const [context, source] = connected(stream);
    await context.audioWorklet.addModule(new URL("pcm-worklet.js", import.meta.url));
    const node = new AudioWorkletNode(context, "pcm", { numberOfOutputs: 0 });
    let isOver = () => {};
    node.port.onmessage = ({ data: message }) => {
        if (message.isLast) return isOver();
        level(message.peak);
        heard(new Uint8Array(message.data.buffer));
    };
    source.connect(node);
    await context.resume();
    return {
        rate: context.sampleRate,
        async close() {
            const over = new Promise((resolve) => (isOver = resolve));
            node.port.postMessage("end");
            await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 1000))]);
            end(stream);
            await context.close();
        },
    };
}

/** The rate that is recognised, where the browser converts to it (Firefox does not); a third of the bytes. */
function connected(stream) {
    let context = new AudioContext({ sampleRate: RATE });
    try {
        return [context, context.createMediaStreamSource(stream)];
    } catch {
        context.close();
        context = new AudioContext();
        return [context, context.createMediaStreamSource(stream)];
    }
}

function recorder(stream, heard, level) {
    const mimeType = RECORDED_AS.find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 48000 });
    let told = Promise.resolve();
    recorder.ondataavailable = ({ data }) => {
        told = told.then(async () => heard(new Uint8Array(await data.arrayBuffer())));
    };
    const stopMeter = meter(stream, level);
    recorder.start(RECORD_EVERY);
    return {
        rate: 0,
        async close() {
            const stopped = new Promise((resolve) => (recorder.onstop = resolve));
            recorder.stop();
            await stopped;
            await told;
            stopMeter();
            end(stream);
        },
    };
}

function meter(stream, level) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        level(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
    }, 100);
    return () => {
        clearInterval(timer);
        context.close();
    };
}
