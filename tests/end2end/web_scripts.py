"""What the tests of the page run on it, in its own language."""

# Where each word of reading mode is drawn: those that are certain, and whether one of them ever moved.
WATCH_WORDS = """
() => {
    window.moved = [];
    window.seen = 0;
    const places = new WeakMap();
    const look = () => {
        for (const node of document.querySelectorAll("#flows .certain")) {
            const text = node.firstChild;
            if (!text || !node.isConnected) continue;
            const known = places.get(node) ?? [];
            for (const { index, 0: word } of text.data.matchAll(/\\S+/g)) {
                if (index + word.length === text.data.length) continue;  // it may still be growing
                const range = document.createRange();
                range.setStart(text, index);
                range.setEnd(text, index + word.length);
                const { x, y } = range.getBoundingClientRect();
                const before = known[index];
                if (before && (before.word !== word || Math.abs(before.x - x) + Math.abs(before.y - y) > 0.5)) {
                    window.moved.push([before, { word, x, y }]);
                }
                if (!before) window.seen += 1;
                known[index] = { word, x, y };
            }
            places.set(node, known);
        }
        requestAnimationFrame(look);
    };
    look();
}
"""

# Least contrast of what is certain, of its translation, and of what may still change, on the page.
CONTRASTS = """
() => {
    const stage = document.querySelector("#stage");
    const probe = document.createElement("span");
    stage.append(probe);
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    const light = (name) => {
        probe.style.color = `var(${name})`;
        canvas.fillStyle = getComputedStyle(probe).color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
            const part = value / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (one, other) => {
        const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
        return (bright + 0.05) / (dark + 0.05);
    };
    const found = {
        certain: ratio("--caption-ink", "--ground"),
        other: ratio("--caption-other", "--ground"),
        open: Math.min(ratio("--caption-open", "--ground"), ratio("--caption-other-open", "--ground")),
    };
    probe.remove();
    return found;
}
"""

# The next stream that is asked for again is one that the server does not know any more.
FORGET = """
() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        if (typeof data === "string" && data.includes("session_id")) {
            data = data.replace(/"session_id":"[^"]*"/, '"session_id":"gone"');
            WebSocket.prototype.send = send;
        }
        return send.call(this, data);
    };
}
"""

# Speech in pieces of a tenth of a second, more of it than anybody wants to wait for.
PLAY = """
async (segments) => {
    const { Player } = await import("/static/audio/player.js");
    const player = new Player();
    const samples = Int16Array.from({ length: 2205 }, (_, index) => 8000 * Math.sin(index * 2 * Math.PI * 440 / 22050));
    for (let segment = 0; segment < segments; segment += 1) {
        for (let piece = 0; piece < 100; piece += 1) {
            player.play({ header: { segment_id: String(segment), sampleRate: 22050 }, samples });
        }
    }
    return player.dropped;
}
"""

# Lines of text that can be seen in the overlay.
LINES = """
() => {
    const area = document.querySelector("#roll-translation").getBoundingClientRect();
    const tops = new Set();
    for (const span of document.querySelectorAll("#roll-translation p > span")) {
        for (const { top, bottom, width } of span.getClientRects()) {
            if (width > 0 && (top + bottom) / 2 > area.top) tops.add(Math.round(top));
        }
    }
    return tops.size;
}
"""
