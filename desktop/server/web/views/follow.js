// Someone follows a room: live captions as they want to read them, and the spoken translation.

import { $, label, notices, show, state } from "../dom.js";
import { Player } from "../audio/player.js";
import { stayAwake } from "../audio/awake.js";
import { Announcer } from "../captions/announcer.js";
import { Flow } from "../captions/flow.js";
import { CaptionList } from "../captions/list.js";
import { Transcript } from "../captions/transcript.js";
import { Following } from "../connection/following.js";
import { text } from "../texts.js";
import { displayDialog } from "./display.js";
import { captionTools } from "./tools.js";

const KINDS = { joining: "wait", following: "good", rejoining: "bad", paused: "wait", ended: "off", failed: "bad" };

/** ms in which what was said before arrives */
const HISTORY = 500;
/** ms for which full screen shows its buttons */
const BAR_STAYS = 3000;

export function follow(room) {
    show("follow");
    document.title = `${room} · ${text("app.name")}`;
    $("#room").textContent = text("follow.title", { room });
    const notice = notices($("#notice"));
    const transcript = new Transcript();
    const list = new CaptionList($("#lines"), $("#newest"));
    const announcer = new Announcer($("#announcements"));
    announcer.isQuiet = true;
    const flows = new Map();
    let player = null;
    let now = "joining";
    let isPaused = false;

    const display = displayDialog((chosen) => {
        list.show = chosen.show;
        announcer.show = chosen.show;
        $("#lines").hidden = chosen.reading;
        $("#flows").hidden = !chosen.reading;
        $("#reading").setAttribute("aria-pressed", String(chosen.reading));
        draw();
    });

    /** Draw all of it anew: the reader wants it otherwise. */
    function draw() {
        const { reading, show: what, open } = display.chosen;
        flows.clear();
        for (const one of ["original", "translation"]) {
            const element = $(`#flow-${one}`);
            element.hidden = !reading || (what !== "both" && what !== one);
            element.replaceChildren();
            if (!element.hidden) {
                const flow = new Flow(element, one);
                flow.showsOpen = open;
                flows.set(one, flow);
            }
        }
        if (!reading) list.redraw(transcript.segments);
        // What was said long ago would only be written over.
        else for (const segment of transcript.segments.slice(-6)) flows.forEach((flow) => flow.update(segment));
    }

    function say(name) {
        now = name;
        const shown = isPaused && name === "following" ? "paused" : name;
        state($("#state"), KINDS[shown], text(`state.${shown}`));
        $("#empty").hidden = transcript.segments.length > 0 || name !== "following";
        stayAwake(name === "following" || name === "rejoining");
    }

    const following = new Following(room, {
        state(name) {
            say(name);
            if (name === "following") setTimeout(() => (announcer.isQuiet = false), HISTORY);
            if (name === "ended") notice.say(text("follow.ended"));
        },
        told(message, part, began) {
            const segment = transcript.add(message, part, began);
            $("#empty").hidden = true;
            announcer.update(segment);
            if (isPaused) return;
            if (display.chosen.reading) flows.forEach((flow) => flow.update(segment));
            else list.update(segment, transcript.segments);
        },
        speech: (message) => player?.play(message),
        failed: (sentence) => notice.say(sentence || text("error.room")),
    });

    function pauses() {
        label($("#pause"), isPaused ? "play" : "pause", text(isPaused ? "follow.resume" : "follow.pause"));
        $("#pause").setAttribute("aria-pressed", String(isPaused));
    }
    $("#pause").addEventListener("click", () => {
        isPaused = !isPaused;
        pauses();
        say(now);
        if (!isPaused) draw();
    });

    function hears() {
        const hear = $("#hear");
        label(hear, player ? "mute" : "hear", text(player ? "follow.mute" : "follow.hear"));
        hear.setAttribute("aria-pressed", String(player !== null));
    }
    $("#hear").addEventListener("click", () => {
        if (player) player.close();
        player = player ? null : new Player();
        hears();
        following.hear(player !== null);
    });

    $("#reading").addEventListener("click", () => display.set({ reading: !display.chosen.reading }));
    $("#display").addEventListener("click", () => display.open());
    $("#fullscreen").addEventListener("click", () => {
        if (document.fullscreenElement) document.exitFullscreen();
        else document.documentElement.requestFullscreen?.();
    });
    let asleep = 0;
    for (const kind of ["pointermove", "pointerdown", "keydown"]) {
        document.addEventListener(kind, () => {
            document.documentElement.dataset.awake = "";
            clearTimeout(asleep);
            asleep = setTimeout(() => delete document.documentElement.dataset.awake, BAR_STAYS);
        });
    }
    captionTools($("#tools"), () => ({ segments: transcript.segments, show: display.chosen.show }), notice.say);
    $("#tools").append($("#fullscreen"));

    let width = 0;
    new ResizeObserver(([entry]) => {
        // Another width breaks lines otherwise: then nothing can stay where it is.
        if (width && entry.contentRect.width !== width && display.chosen.reading) draw();
        width = entry.contentRect.width;
    }).observe($("#stage"));

    pauses();
    hears();
    display.set({});
    say("joining");
    following.open();
}
