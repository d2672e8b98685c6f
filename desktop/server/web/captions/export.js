// Captions as files: text, SRT, WebVTT. Pure.

import { isTranslated, written } from "./transcript.js";

const COLUMNS = 42;
const LINES = 2;
const SHORTEST = 1;
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;

export const TYPES = { txt: "text/plain", srt: "application/x-subrip", vtt: "text/vtt" };

/** A file's content. show: "original", "translation" or "both". */
export function exported(segments, show, form) {
    if (form === "txt") return segments.map((one) => texts(one, show).join("\n")).filter(Boolean).join("\n\n") + "\n";
    const found = cues(segments, show);
    const mark = form === "srt" ? "," : ".";
    const blocks = found.map(({ start, end, text }, index) => {
        const times = `${clock(start, mark)} --> ${clock(end, mark)}`;
        return `${form === "srt" ? `${index + 1}\n` : ""}${times}\n${form === "vtt" ? escaped(text) : text}\n`;
    });
    return (form === "vtt" ? "WEBVTT\n\n" : "") + blocks.join("\n");
}

/** {start, end, text}: at most two lines of each language on screen at a time. */
export function cues(segments, show) {
    const found = [];
    for (const segment of segments) {
        const columns = texts(segment, show).map((text) => captions(text));
        const count = Math.max(0, ...columns.map((one) => one.length));
        const seconds = (segment.end - segment.start) / Math.max(1, count);
        for (let index = 0; index < count; index += 1) {
            // A shorter language stays on screen with its share of the time.
            const parts = columns.map((one) => one[Math.floor((index * one.length) / count)]).filter(Boolean);
            const start = segment.start + index * seconds;
            found.push({ start, end: start + seconds, text: parts.join("\n") });
        }
    }
    found.forEach((cue, index) => {
        const next = found[index + 1]?.start ?? Infinity;
        cue.end = Math.min(Math.max(cue.end, cue.start + SHORTEST), Math.max(next, cue.start + 0.1));
    });
    return found;
}

function texts(segment, show) {
    const original = written(segment, "original");
    const translation = written(segment, "translation");
    const heard = original.certain + original.open;
    const other = isTranslated(segment) ? translation.certain + translation.open : "";
    const wanted = show === "original" ? [heard] : show === "translation" ? [other || heard] : [heard, other];
    return wanted.map((text) => text.trim()).filter(Boolean);
}

/** Texts of two lines each. */
function captions(text) {
    const lines = [];
    for (const word of pieces(text)) {
        const last = lines.length - 1;
        if (last >= 0 && width(lines[last] + word.trimEnd()) <= COLUMNS) lines[last] += word;
        else lines.push(word);
    }
    const found = [];
    for (let index = 0; index < lines.length; index += LINES) {
        found.push(lines.slice(index, index + LINES).map((line) => line.trim()).join("\n"));
    }
    return found;
}

/** Words with the space behind them; single characters where a language writes without spaces. */
function pieces(text) {
    return (text.match(/\S+\s*/gu) ?? []).flatMap((word) => (width(word) > COLUMNS ? [...word] : [word]));
}

function width(text) {
    return [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);
}

function escaped(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function clock(seconds, mark) {
    const all = Math.round(seconds * 1000);
    const two = (value) => String(Math.floor(value)).padStart(2, "0");
    const thousandths = String(all % 1000).padStart(3, "0");
    return `${two(all / 3600000)}:${two((all / 60000) % 60)}:${two((all / 1000) % 60)}${mark}${thousandths}`;
}
