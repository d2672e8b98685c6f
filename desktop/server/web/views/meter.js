// How loud the microphone is.

const BARS = 12;
const FLOOR = -48;

/** Draws bars in an element; returns a function that takes a peak, 0..1. */
export function makeMeter(element) {
    const bars = Array.from({ length: BARS }, () => element.appendChild(document.createElement("i")));
    return (peak) => {
        const decibels = 20 * Math.log10(Math.max(peak, 1e-5));
        const lit = Math.round(BARS * Math.min(1, Math.max(0, 1 - decibels / FLOOR)));
        bars.forEach((bar, index) => bar.classList.toggle("lit", index < lit));
    };
}
