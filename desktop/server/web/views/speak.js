// Someone speaks: microphone, languages, captions, and a room for others.

import { $, label, notices, show, state } from "../dom.js";
import { Player } from "../audio/player.js";
import { stayAwake } from "../audio/awake.js";
import { NoMicrophone, openMicrophone } from "../audio/microphone.js";
import { Announcer } from "../captions/announcer.js";
import { CaptionList } from "../captions/list.js";
import { Transcript } from "../captions/transcript.js";
import { Refused } from "../connection/connection.js";
import { Speaking } from "../connection/speaking.js";
import { tab } from "../preferences.js";
import { text } from "../texts.js";
import { account } from "./account.js";
import { enter } from "./enter.js";
import { languageLists } from "./languages.js";
import { makeMeter } from "./meter.js";
import { MicrophoneList } from "./microphones.js";
import { sharing } from "./sharing.js";
import { captionTools } from "./tools.js";

const KINDS = {
    ready: "off",
    permission: "wait",
    connecting: "wait",
    listening: "good",
    reconnecting: "bad",
    busy: "wait",
    stopping: "wait",
    failed: "bad",
};

export async function speak(_, query) {
    show("speak");
    const notice = notices($("#notice"));
    const transcript = new Transcript();
    const list = new CaptionList($("#lines"), $("#newest"));
    const announcer = new Announcer($("#announcements"));
    const level = makeMeter($("#meter"));
    const button = $("#start");
    const microphones = new MicrophoneList($("#microphone"), $("#microphone-gone"), () => change());
    let microphone = null;
    /** while one microphone takes the place of another */
    let changing = Promise.resolve();
    let player = null;
    let now = "ready";
    let counting = 0;

    function say(name) {
        now = name;
        clearInterval(counting);
        const tell = () => {
            state($("#state"), KINDS[name], text(`state.${name}`, { seconds: Math.round(speaking.kept) }));
        };
        tell();
        if (name === "reconnecting" || name === "busy") counting = setInterval(tell, 1000);
        const runs = !["ready", "failed"].includes(name);
        label(button, runs ? "stop" : "mic", text(runs ? "speak.stop" : "speak.start"));
        button.classList.toggle("runs", runs);
        button.disabled = name === "stopping" || name === "permission";
    }

    const speaking = new Speaking({
        state: (name) => ["ready", "failed"].includes(now) || say(name),
        told(message, part, began) {
            const segment = transcript.add(message, part, began);
            list.update(segment, transcript.segments);
            announcer.update(segment);
            $("#empty").hidden = true;
        },
        dropped: (part) => transcript.dropUnfinished(part).forEach((key) => list.remove(key)),
        speech: (message) => $("#here").checked && (player ??= new Player()).play(message),
        notice: (sentence) => notice.say(sentence),
        greeted: () => tab.write({ ...speaking.session, sharing: speaking.sharing }),
        gaveUp: (seconds) => notice.say(text("error.lost", { seconds: Math.round(seconds) })),
        shared: (...told) => shown.shared(...told),
        followers: (count) => shown.followers(count),
        failed(sentence) {
            end("failed");
            notice.say(sentence || text("error.refused"));
        },
        restart: () => reopen(),
    });
    const shown = sharing(speaking, notice, () => tab.write({ ...speaking.session, sharing: speaking.sharing }));
    captionTools($("#tools"), () => ({ segments: transcript.segments, show: "both" }), notice.say);

    async function open() {
        const opened = await openMicrophone({
            device: microphones.chosen.id,
            heard: (data) => speaking.hear(data),
            level,
            gone() {
                notice.say(text("error.unplugged"));
                stop();
            },
            hasEcho: $("#here").checked && speaking.languages.speak,
            isRecorded: query.get("audio") === "recorder",
        });
        microphones.look();
        return opened;
    }

    function missing(error) {
        if (!(error instanceof NoMicrophone)) throw error;
        notice.say(text(error.key, { name: microphones.chosen.name }));
    }

    async function start() {
        notice.hide();
        say("permission");
        try {
            microphone = await open();
        } catch (error) {
            say("failed");
            missing(error);
            return;
        }
        stayAwake(true);
        if (speaking.isRunning) say("listening");
        else speaking.begin(microphone.rate);
    }

    async function stop() {
        say("stopping");
        await changing;
        await microphone?.close();
        microphone = null;
        level(0);
        await speaking.stop();
        end("ready");
        tab.write({ sharing: speaking.sharing });
    }

    /** Another microphone was chosen: go on with it. Not all browsers have two of them open at a time. */
    function change() {
        changing = changing.then(async () => {
            if (!microphone || now === "stopping") return;
            notice.hide();
            const { rate } = microphone;
            await microphone.close();
            microphone = null;
            try {
                microphone = await open();
            } catch (error) {
                stop();
                missing(error);
                return;
            }
            if (microphone.rate !== rate) stop().then(start); // a stream has one rate
        });
    }

    /** A recording is to begin anew, as the server does not know its beginning any more. */
    async function reopen() {
        const before = microphone;
        microphone = await open();
        await before?.close();
    }

    function end(name) {
        microphone?.close();
        microphone = null;
        level(0);
        stayAwake(false);
        say(name);
    }

    /** Before somebody is logged out. */
    async function leave() {
        if (transcript.segments.length > 0 && !confirm(text("account.sure"))) return false;
        if (!["ready", "failed"].includes(now)) await stop();
        return true;
    }

    button.addEventListener("click", () => (now === "ready" || now === "failed" ? start() : stop()));
    addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.ctrlKey && !button.disabled) button.click();
    });
    say("ready");
    try {
        await languageLists((languages) => speaking.configure(languages));
    } catch (error) {
        if (error instanceof Refused) {
            enter(error);
            return;
        }
        notice.say(text("error.languages"));
        button.disabled = true;
    }
    account({ leave, failed: notice.say });
    const kept = tab.isReloaded() ? tab.read() : {};
    if (kept.sharing) {
        speaking.sharing = kept.sharing;
        speaking.share();
    }
    if (kept.session) speaking.begin(kept.rate, kept);
}
