/**
 * <frontdesk-chat>: the customer's side of the web channel. Its manual is docs/widget.md.
 *
 *   EventStreamParser  text of an event stream to events
 *   Conversation       session, events in, messages out; knows nothing of the page
 *   FrontdeskChat      the element: draws a Conversation and takes the customer's input
 *
 * What comes from outside reaches the page as text nodes only, styles as an adopted sheet: it runs
 * under a strict Content-Security-Policy with Trusted Types.
 */

const DEFAULT_STRINGS = {
  launcher: "Open chat",
  launcherUnread: "Open chat. Unread messages: {count}",
  heading: "Customer support",
  hint: "Automated assistant",
  hintAgent: "{name} is here to help",
  human: "Talk to a person",
  humanMessage: "I would like to talk to a person",
  close: "Close chat",
  log: "Conversation",
  input: "Your message",
  placeholder: "Write a message…",
  send: "Send",
  assistant: "Automated assistant",
  agent: "Support team",
  you: "You",
  typing: "Typing…",
  typingAgent: "{name} is typing…",
  choices: "Suggested answers",
  stars: "{count} out of {max}",
  starsGroup: "Your rating",
  image: "Image",
  today: "Today",
  yesterday: "Yesterday",
  latest: "New messages",
  announce: "New message from {name}: {text}",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  offline: "You are offline. What you write is sent when you are back.",
  sending: "Sending…",
  waiting: "Sending again in a moment…",
  failed: "Could not send. Tap to retry",
  rejected: "This message could not be accepted.",
  tooLong: "This message is too long. Please send it in shorter parts.",
  staleChoice: "This choice is no longer available. Please write your answer.",
  edit: "Edit",
  renewed: "Your earlier chat has expired, so this is a new one.",
};

// ---------------------------------------------------------------------------- small helpers

const MINUTE = 60_000;
/** The server writes a comment every 15 s: two missed ones and some slack mean a dead line. */
const STALE_AFTER = 40_000;
/** A hidden tab gives its line back: browsers allow six HTTP/1.1 connections to a host. */
const HIDDEN_GRACE = 30_000;
/** What one tab stores the others see a moment later: so long they may not make a session. */
const SHARE_DELAY = 500;
const REQUEST_TIMEOUT = 20_000;
const LONGEST_DELAY = 30_000;
/** Failed attempts after which a message is shown as not sent (attempts go on). */
const PATIENCE = 3;
const TYPING_EVERY = 3_000;
/** After a reload the whole conversation is replayed; this much quiet ends the replay. */
const REPLAY_QUIET = 400;

/** Exponential back-off with jitter, in milliseconds, for the nth failure (1, 2, ...). */
const backoff = (failures) =>
  Math.min(LONGEST_DELAY, 400 * 2 ** failures) * (0.5 + Math.random() / 2);

/** 128 random bits in hexadecimal; crypto.randomUUID exists on https pages only. */
const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0")).join("");

/** A web storage that may be forbidden or full: then values live as long as the page. */
function keeper(area) {
  const memory = new Map();
  return {
    get(key) {
      if (memory.has(key)) return memory.get(key);
      try {
        return window[area].getItem(key);
      } catch {
        return null; // reading storage throws where the visitor has blocked it
      }
    },
    set(key, value) {
      try {
        if (value === null) window[area].removeItem(key);
        else window[area].setItem(key, value);
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
  };
}
const shared = keeper("localStorage"); // what every tab of the site knows
const own = keeper("sessionStorage"); // what this tab knows, kept over a reload

/** A value stored as JSON, or another if there is none that can be read. */
function recall(area, key, otherwise = null) {
  try {
    return JSON.parse(area.get(key)) ?? otherwise;
  } catch (error) {
    console.warn(`frontdesk-chat: the stored ${key} is unreadable and was dropped`, error);
    return otherwise;
  }
}

/** A date from ISO 8601 text; now, if it is none. */
function when(at) {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? new Date() : date;
}

/** A URL of one of the schemes, without credentials in it, or null. */
function safeUrl(value, schemes = /^https?:$/, base = undefined) {
  try {
    const url = new URL(value, base);
    return schemes.test(url.protocol) && !url.username && !url.password ? url.href : null;
  } catch {
    return null; // not a URL: shown as text, never as a link
  }
}

/** An element with attributes, listeners ("onclick") and children; strings become text nodes. */
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child || child === 0));
  return node;
}

const LINK_SCHEMES = /^(https?|mailto|tel):$/;

const ICONS = {
  chat: "M12 4c5 0 9 3 9 7s-4 7-9 7c-1 0-2 0-3-.5L5 20l1-4c-2-1-3-3-3-5 0-4 4-7 9-7z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  send: "M12 19V5M6 11l6-6 6 6",
  person: "M4 14v-2a8 8 0 0 1 16 0v2M4 13h3v6H6a2 2 0 0 1-2-2zM20 13h-3v6h1a2 2 0 0 0 2-2z",
  star: "M12 3l3 6 6 1-4 4 1 6-6-3-6 3 1-6-4-4 6-1z",
  out: "M8 16l8-8M9 8h7v7",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function anchor(name, href, ...children) {
  const rel = "noopener noreferrer";
  return h("a", { class: name, href, target: "_blank", rel }, ...children);
}

// A URL ends at a space, a quote, or a character that turns the writing direction around.
const URLS = /https?:\/\/[^\s<>"“”«»\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi;

/** Text to text nodes, with http(s) addresses as links. */
function linked(text) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(URLS)) {
    let address = match[0].replace(/[.,;:!?'’*_]+$/, "");
    // "(see https://example.com/a)": a closing bracket belongs to the URL only if it opened there
    while (/[)\]}]$/.test(address)) {
      const last = address.at(-1);
      const opening = { ")": "(", "]": "[", "}": "{" }[last];
      if (address.split(last).length <= address.split(opening).length) break;
      address = address.slice(0, -1).replace(/[.,;:!?'’*_]+$/, "");
    }
    const href = safeUrl(address);
    if (!href) continue;
    parts.push(text.slice(done, match.index), anchor("", href, address));
    done = match.index + address.length;
  }
  parts.push(text.slice(done));
  return parts.filter((part) => part !== "");
}

// ---------------------------------------------------------------------------- the wire

/** The server answered, but not with what was asked for. */
class HttpError extends Error {
  constructor(status, error, retryAfter) {
    super(error?.message || `The chat server answered ${status}`);
    this.status = status;
    this.wait = retryAfter > 0 ? Math.min(60, retryAfter) * 1000 : null; // ms, if it said so
  }
}

/**
 * Server-sent events (HTML standard, "event stream interpretation") from text cut anywhere.
 * The browser's own EventSource can send no Authorization header.
 */
export class EventStreamParser {
  #rest = "";
  #skipNewline = false; // the last piece ended in a carriage return
  #data = [];
  #type = "";
  #id = "";

  /** Takes the next piece of text, returns the events it completed: [{type, data, id}]. */
  push(piece) {
    if (this.#skipNewline && piece !== "") {
      this.#skipNewline = false;
      if (piece[0] === "\n") piece = piece.slice(1);
    }
    if (piece.endsWith("\r")) this.#skipNewline = true;
    const lines = (this.#rest + piece).split(/\r\n|\n|\r/);
    this.#rest = lines.pop();
    return lines.map((line) => this.#line(line)).filter(Boolean);
  }

  #line(line) {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null; // a comment: the heartbeat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#type = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #dispatch() {
    const event = { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
    const empty = this.#data.length === 0;
    this.#data = [];
    this.#type = "";
    return empty ? null : event;
  }
}

/**
 * One customer's conversation: session token, incoming events, outgoing messages.
 *
 * Outgoing messages wait in a queue (`outbox`) and leave it in order, each only when the server
 * has accepted it; every attempt carries the same id, so a repeated one is not taken twice. The
 * queue outlives a reload. Incoming messages are told once each, whatever the line does.
 *
 * `on` is told: state(name), message(message, replay), typing(on, name), entry(entry), renewed(),
 * empty(), replay(on). An entry is {id, text, choice?, at, state, reason?}, its state one of
 * sending, waiting, failed, sent, rejected.
 */
class Conversation {
  #base;
  #on;
  #tokenKey;
  #outboxKey;
  #name = ""; // our name for the conversation that the ids below belong to
  #known = new Set();
  #lastEventId = "";
  #creating = null;
  #line = null; // AbortController of the open stream
  #running = false;
  #draining = false;
  #stopped = false;
  #engaged = false; // the customer wants a conversation, not only to see whether there is news
  #fresh = false; // the session was created here: nothing to replay
  #hidden = false;
  #failures = 0;
  #lastHeard = 0;
  #replayTimer = 0;
  #hiddenTimer = 0;
  #sleepers = new Set();
  #listeners = new AbortController();

  constructor(base, on) {
    this.#base = base;
    this.#on = on;
    this.#tokenKey = `frontdesk:${base}`;
    this.#outboxKey = `frontdesk:${base}:outbox`;
    // what this tab could not send before it was reloaded
    this.outbox = recall(own, this.#outboxKey, []).map((entry) => ({ ...entry, state: "sending" }));
    const { signal } = this.#listeners;
    const listen = (target, type, act) => target.addEventListener(type, act, { signal });
    listen(window, "online", () => this.#refresh());
    listen(window, "offline", () => {
      this.#line?.abort();
      if (this.#running) this.#state("offline");
    });
    listen(window, "pagehide", () => this.#rest(true)); // an open stream keeps a page from bfcache
    listen(window, "pageshow", () => this.#rest(false));
    listen(document, "visibilitychange", () => {
      clearTimeout(this.#hiddenTimer);
      if (document.hidden) this.#hiddenTimer = setTimeout(() => this.#rest(true), HIDDEN_GRACE);
      else this.#rest(false);
    });
    listen(window, "storage", ({ key }) => {
      const held = key === this.#tokenKey && this.#held();
      if (!held || held.name === this.#name) return;
      this.#line?.abort(); // another tab has begun a (new) conversation: follow it
      this.resume();
    });
  }

  /** Goes on with a conversation that exists; does nothing if there is none. */
  resume() {
    if (this.#held() || this.outbox.length) this.#run();
    if (this.outbox.length) this.#drain();
  }

  /** Begins a conversation if there is none, and goes on with it. */
  start() {
    this.#engaged = true;
    this.#run();
  }

  /** Queues a message: {text} or {text, choice}, the text then being the choice's title. */
  send({ text, choice }) {
    const entry = { id: randomId(), text, choice, at: Date.now(), state: "sending" };
    this.outbox.push(entry);
    this.#keep();
    this.#on.entry(entry);
    this.start();
    this.#drain();
    return entry.id;
  }

  /** Tells a person that the customer is writing; tried once. */
  types() {
    const token = this.#held()?.token;
    if (token && !this.outbox.length) this.#request("/typing", { method: "POST", token }).catch(() => {});
  }

  /** Tries everything that waits again now. */
  retry() {
    this.#wake();
  }

  /** Drops the session and all that waits. */
  forget() {
    this.#engaged = false;
    this.#name = "";
    shared.set(this.#tokenKey, null);
    this.outbox = [];
    this.#keep();
    this.#line?.abort();
    this.#wake();
  }

  stop() {
    this.#stopped = true;
    this.#listeners.abort();
    this.#line?.abort();
    clearTimeout(this.#hiddenTimer);
    clearTimeout(this.#replayTimer);
    this.#wake();
  }

  // -- session: {token, name, renew}, shared by all tabs; `renew` is when to ask for a new token

  #held() {
    return recall(shared, this.#tokenKey);
  }

  async #session() {
    const held = this.#held();
    if (held && Date.now() < held.renew) return held;
    this.#creating ??= this.#create().finally(() => (this.#creating = null));
    return this.#creating;
  }

  #create() {
    return new Promise((resolve, reject) => {
      const make = async () => {
        try {
          const held = this.#held(); // another tab may have been faster
          resolve(held && Date.now() < held.renew ? held : await this.#ask(held));
        } catch (error) {
          reject(error);
          return;
        }
        await new Promise((done) => setTimeout(done, SHARE_DELAY));
      };
      if (navigator.locks) navigator.locks.request(this.#tokenKey, make);
      else make();
    });
  }

  /** Begins a conversation, or gets a new token for the one that is held. */
  async #ask(held) {
    let response;
    try {
      response = await this.#request("/session", { method: "POST", token: held?.token });
    } catch (error) {
      if (!held) throw error;
      if (error.status !== 401) return held; // its token is good yet: another time
      return this.#ask(null);
    }
    const { token, expires_at } = await response.json();
    const now = Date.now();
    // half its life; not at once either where the clocks do not agree
    const renew = now + Math.max(10 * MINUTE, (Date.parse(expires_at) - now) / 2 || 0);
    const session = { token, renew, name: held?.name ?? randomId() };
    this.#fresh = !held;
    shared.set(this.#tokenKey, JSON.stringify(session));
    return session;
  }

  /** The server no longer takes this token: forget it, unless another tab has a newer one. */
  #expire(token) {
    if (this.#held()?.token === token) shared.set(this.#tokenKey, null);
    this.#line?.abort();
  }

  #adopt(name) {
    if (name === this.#name) return;
    if (this.#name) this.#on.renewed();
    this.#name = name;
    this.#known.clear();
    this.#lastEventId = "";
  }

  async #request(path, { token, headers = {}, ...init }) {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), REQUEST_TIMEOUT);
    init.signal?.addEventListener("abort", () => timeout.abort());
    try {
      const response = await fetch(this.#base + path, {
        ...init,
        headers: token ? { ...headers, Authorization: `Bearer ${token}` } : headers,
        cache: "no-store",
        credentials: "omit",
        signal: timeout.signal,
      });
      if (response.ok) return response;
      const body = await response.json().catch(() => ({})); // a proxy's error page is no JSON
      throw new HttpError(response.status, body.error, response.headers.get("Retry-After"));
    } finally {
      clearTimeout(timer);
    }
  }

  // -- events in

  async #run() {
    if (this.#running) return;
    this.#running = true;
    this.#state("connecting");
    while (!this.#stopped) {
      if (this.#hidden) await this.#pause(Infinity);
      // nobody asked for a conversation, and the one there was is over
      if (!this.#engaged && !this.outbox.length && !this.#held()) break;
      let session = null;
      let wait = null;
      try {
        session = await this.#session();
        await this.#listen(session);
      } catch (error) {
        if (error.status === 401) {
          this.#expire(session?.token);
          if (this.#failures === 0) wait = 0;
        }
        if (error.status === 400) {
          this.#name = ""; // it knows no such event, restored from a backup perhaps: all anew
          this.#on.empty();
        }
        wait ??= error.wait;
      }
      if (this.#stopped) break;
      this.#failures += 1;
      this.#on.typing(false);
      this.#state(navigator.onLine ? "reconnecting" : "offline");
      await this.#pause(wait ?? backoff(this.#failures));
    }
    this.#running = false;
    this.#state("idle");
  }

  async #listen({ token, name, renew }) {
    this.#adopt(name);
    const line = (this.#line = new AbortController());
    let watchdog = 0;
    const heard = () => {
      this.#lastHeard = Date.now();
      clearTimeout(watchdog);
      watchdog = setTimeout(() => line.abort(), STALE_AFTER);
    };
    try {
      const headers = { Accept: "text/event-stream" };
      if (this.#lastEventId) headers["Last-Event-ID"] = this.#lastEventId;
      const response = await this.#request("/events", { token, headers, signal: line.signal });
      if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
        throw new Error(`${this.#base}/events is no event stream`); // a captive portal, say
      }
      const opened = Date.now();
      heard();
      this.#replay(!this.#lastEventId && !this.#fresh);
      this.#fresh = false;
      this.#state("online");
      this.#wake(); // what waited for the network goes now
      const parser = new EventStreamParser();
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        heard();
        // a line that is cut at once counts as a failure, or we would hammer the server
        if (Date.now() - opened > 5_000) this.#failures = 0;
        for (const event of parser.push(decoder.decode(value, { stream: true }))) {
          this.#event(event);
        }
        if (Date.now() > renew) break;
      }
    } finally {
      clearTimeout(watchdog);
      line.abort();
    }
  }

  #event({ type, data, id }) {
    let body;
    try {
      body = JSON.parse(data);
    } catch (error) {
      console.warn(`frontdesk-chat: the event ${id} is not JSON and was skipped`, error);
      return;
    }
    if (type === "typing") {
      this.#on.typing(Boolean(body.on), String(body.name ?? ""));
    } else if (type === "message") {
      if (id) this.#lastEventId = id;
      const key = String(body.id ?? id);
      if (this.#known.has(key)) return;
      this.#known.add(key);
      this.#failures = 0;
      if (body.client_id) this.#settle(body.client_id); // it arrived, whatever became of the answer
      if (this.#replayTimer) this.#replay(true);
      try {
        this.#on.message(body, Boolean(this.#replayTimer));
      } catch (error) {
        reportError(error); // one message that cannot be drawn must not cut the line for the rest
      }
    }
  }

  /** Replayed messages are not news: they are neither read out nor counted twice. */
  #replay(on) {
    clearTimeout(this.#replayTimer);
    this.#replayTimer = 0;
    if (on) {
      this.#replayTimer = setTimeout(() => {
        this.#replayTimer = 0;
        this.#on.replay(false);
      }, REPLAY_QUIET);
    }
    this.#on.replay(on);
  }

  // -- messages out

  async #drain() {
    if (this.#draining) return;
    this.#draining = true;
    let tries = 0;
    while (this.outbox.length && !this.#stopped) {
      const entry = this.outbox[0];
      let token = null;
      try {
        ({ token } = await this.#session());
        const { id, text, choice } = entry;
        await this.#request("/messages", {
          method: "POST",
          token,
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(choice ? { id, choice } : { id, text }),
        });
        tries = 0;
        this.#settle(entry.id);
      } catch (error) {
        tries += 1;
        await this.#unsent(entry, error, token, tries);
        if (entry !== this.outbox[0]) tries = 0;
      }
    }
    this.#draining = false;
  }

  async #unsent(entry, error, token, tries) {
    const { status, wait } = error;
    if (!this.outbox.includes(entry)) return; // the line told us it arrived
    if (status === 401 && token) {
      this.#expire(token);
      // a choice belongs to the conversation it was offered in; its words are good in any
      for (const waiting of this.outbox) delete waiting.choice;
      this.#keep();
      await this.#pause(tries > 1 ? backoff(tries) : 0);
    } else if (status === 429) {
      this.#mark(entry, "waiting");
      await this.#pause(wait ?? 5_000);
    } else if (token && status >= 400 && status < 500 && status !== 408) {
      entry.reason = status === 413 ? "tooLong" : entry.choice ? "staleChoice" : "rejected";
      entry.detail = error.message;
      this.#settle(entry.id, "rejected");
    } else {
      this.#mark(entry, tries >= PATIENCE ? "failed" : "sending");
      await this.#pause(wait ?? backoff(tries));
    }
  }

  #settle(id, state = "sent") {
    const entry = this.outbox.find((waiting) => waiting.id === id);
    if (!entry) return;
    this.outbox = this.outbox.filter((waiting) => waiting !== entry);
    this.#keep();
    this.#mark(entry, state);
  }

  #mark(entry, state) {
    entry.state = state;
    this.#on.entry(entry);
  }

  #keep() {
    own.set(this.#outboxKey, this.outbox.length ? JSON.stringify(this.outbox) : null);
  }

  // -- waiting

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#sleepers.delete(end);
        resolve();
      };
      const timer = milliseconds === Infinity ? 0 : setTimeout(end, milliseconds);
      this.#sleepers.add(end);
    });
  }

  #wake() {
    for (const end of [...this.#sleepers]) end();
  }

  #rest(hidden) {
    this.#hidden = hidden;
    if (hidden) this.#line?.abort();
    else this.#refresh();
  }

  /** Back from a closed lid, a tunnel or another tab: do not trust a line that has been silent. */
  #refresh() {
    this.#failures = 0;
    if (Date.now() - this.#lastHeard > STALE_AFTER / 2) this.#line?.abort();
    this.#wake();
  }

  #state(name) {
    this.#on.state(name);
  }
}

// ---------------------------------------------------------------------------- the screen

/** Where the panel covers the whole screen: phones, upright or on their side. */
const PHONE = "(max-width: 480px), (max-height: 480px) and (pointer: coarse)";

const LIGHT = `
  color-scheme: light;
  --surface: var(--frontdesk-surface, #ffffff);
  --text: var(--frontdesk-text, #171a21);
  --muted: var(--frontdesk-muted, #5a6272);
  --line: var(--frontdesk-line, #e1e5eb);
  --edge: var(--frontdesk-edge, #858d9c);
  --bubble: var(--frontdesk-bubble, #f0f2f6);
  --agent: color-mix(in srgb, var(--accent) 13%, var(--surface));
  --link: var(--frontdesk-link, var(--accent));
  --danger: #b42318;
  --shade: 0 0 0 1px rgb(16 24 40 / 6%), 0 12px 40px rgb(16 24 40 / 20%);
`;
const DARK = `
  color-scheme: dark;
  --surface: var(--frontdesk-surface, #16181d);
  --text: var(--frontdesk-text, #eceef2);
  --muted: var(--frontdesk-muted, #a3abb9);
  --line: var(--frontdesk-line, #2d313a);
  --edge: var(--frontdesk-edge, #737b8a);
  --bubble: var(--frontdesk-bubble, #262a32);
  --agent: color-mix(in srgb, var(--accent) 18%, var(--bubble));
  --link: var(--frontdesk-link, color-mix(in srgb, var(--accent) 45%, #ffffff));
  --danger: #ff9d94;
  --shade: 0 0 0 1px rgb(255 255 255 / 9%), 0 12px 40px rgb(0 0 0 / 55%);
`;

const CSS = `
:host {
  all: initial;
  --accent: var(--frontdesk-accent, #2f4ad0);
  --on-accent: var(--frontdesk-on-accent, #ffffff);
  --radius: var(--frontdesk-radius, 18px);
  --offset: var(--frontdesk-offset, 24px);
  --z: var(--frontdesk-z-index, 2147483000);
  ${LIGHT}
}
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${DARK} } }
:host([theme="dark"]) { ${DARK} }
:host([hidden]) { display: none; }
@media print { :host { display: none; } }

* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea, dialog {
  font: 400 15px/1.45 var(--frontdesk-font, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
    Arial, sans-serif);
  color: var(--text);
  letter-spacing: normal;
}
button {
  margin: 0; padding: 0; border: 0; background: none; cursor: pointer;
  -webkit-tap-highlight-color: transparent; touch-action: manipulation;
}
svg {
  display: block; width: 22px; height: 22px; flex: none; fill: none;
  stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round;
}
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.sr {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}

/* launcher */
.launcher {
  position: fixed; z-index: var(--z);
  inset-block-end: calc(var(--offset) + env(safe-area-inset-bottom, 0px));
  inset-inline-end: calc(var(--offset) + env(safe-area-inset-right, 0px));
  width: 60px; height: 60px; border-radius: 50%;
  display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent);
  box-shadow: 0 6px 20px rgb(16 24 40 / 28%), 0 1px 4px rgb(16 24 40 / 20%);
  transition: transform 0.18s ease, box-shadow 0.18s ease;
}
.launcher:hover { transform: translateY(-2px); box-shadow: 0 10px 26px rgb(16 24 40 / 34%); }
.launcher:focus-visible { outline-width: 3px; outline-offset: 3px; }
.launcher svg { width: 28px; height: 28px; grid-area: 1 / 1; transition: opacity 0.15s, transform 0.2s; }
.launcher svg:last-of-type, .launcher[aria-expanded="true"] svg:first-of-type {
  opacity: 0; transform: rotate(-45deg) scale(0.6);
}
.launcher[aria-expanded="true"] svg:last-of-type { opacity: 1; transform: none; }
.badge {
  position: absolute; inset-block-start: -3px; inset-inline-end: -3px;
  min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px;
  border: 2px solid var(--surface); background: #c4281c; color: #ffffff;
  font-size: 12px; font-weight: 700; line-height: 18px; text-align: center;
}

/* panel */
dialog {
  position: fixed; z-index: var(--z); margin: 0; padding: 0; border: 0;
  inset: auto;
  inset-block-end: calc(var(--offset) + 76px);
  inset-inline-end: var(--offset);
  width: min(var(--frontdesk-width, 400px), calc(100vw - 2 * var(--offset)));
  height: min(var(--frontdesk-height, 660px), calc(100vh - 2 * var(--offset) - 76px));
  max-width: none; max-height: none;
  border-radius: var(--radius); overflow: hidden;
  background: var(--surface); box-shadow: var(--shade);
  flex-direction: column; text-align: start;
}
dialog[open] { display: flex; animation: rise 0.22s cubic-bezier(0.2, 0.8, 0.3, 1); }
dialog:focus-visible { outline: none; }
@keyframes rise { from { opacity: 0; transform: translateY(14px) scale(0.98); } }

.head {
  display: flex; align-items: center; gap: 10px; flex: none;
  padding: 14px 12px 14px 16px;
  background: var(--accent); color: var(--on-accent);
}
.head :focus-visible { outline-color: var(--on-accent); }
.avatar {
  position: relative; width: 40px; height: 40px; border-radius: 50%; flex: none;
  display: grid; place-items: center;
  background: color-mix(in srgb, var(--on-accent) 18%, transparent);
}
.avatar img { width: 100%; height: 100%; border-radius: 50%; object-fit: cover; }
.dot {
  position: absolute; inset-block-end: 0; inset-inline-end: 0; width: 11px; height: 11px;
  border-radius: 50%; background: #f5b342; border: 2px solid var(--accent);
}
[data-state="online"] .dot { background: #4ade80; }
[data-state="idle"] .dot { display: none; }
.title { flex: 1; min-width: 0; }
h2, .hint { margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; font-weight: 650; line-height: 1.3; }
.hint { font-size: 13px; line-height: 1.35; }
.human {
  display: flex; align-items: center; gap: 8px; min-height: 40px; padding: 4px 12px 4px 10px;
  max-width: 8.8em; border-radius: 20px; text-wrap: balance;
  background: var(--on-accent); color: var(--accent);
  font-size: 12.5px; font-weight: 600; line-height: 1.2; text-align: start;
  transition: opacity 0.15s;
}
.human svg { width: 20px; height: 20px; }
.human:hover { opacity: 0.9; }
.icon {
  width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center; flex: none;
  color: inherit; transition: background 0.15s;
}
.icon:hover { background: color-mix(in srgb, var(--on-accent) 18%, transparent); }

.banner {
  flex: none; padding: 7px 16px; text-align: center; font-size: 13px; line-height: 1.4;
  background: var(--bubble); border-bottom: 1px solid var(--line);
}
.banner:empty { padding: 0; border: 0; }

/* log */
.scroll {
  flex: 1; min-height: 0; position: relative; overflow-y: auto; overscroll-behavior: contain;
  padding: 0 16px 16px; scrollbar-width: thin; scrollbar-color: var(--line) transparent;
}
.scroll:focus-visible { outline-offset: -3px; }
.day { margin: 4px 0 8px; text-align: center; font-size: 12px; color: var(--muted); }
.row { padding-top: 14px; }
.row.joined { padding-top: 3px; }
.row.new .message { animation: appear 0.2s ease-out; }
@keyframes appear { from { opacity: 0; transform: translateY(6px); } }
.message { display: flex; flex-direction: column; align-items: flex-start; gap: 4px; }
.message[data-from="customer"] { align-items: flex-end; }
.message[data-from="system"] { align-items: center; }
.author { font-size: 12px; line-height: 1.4; color: var(--muted); padding-inline: 4px; }
.message[data-from="agent"] .author { font-weight: 650; color: var(--text); }
.bubble {
  max-width: 85%; padding: 9px 14px; border-radius: 18px; background: var(--bubble);
  white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext;
}
.message[data-from="assistant"] .bubble, .message[data-from="agent"] .bubble {
  border-end-start-radius: 5px;
}
.message[data-from="agent"] .bubble { background: var(--agent); }
.message[data-from="customer"] .bubble {
  border-end-end-radius: 5px; background: var(--accent); color: var(--on-accent);
}
.message[data-from="system"] .bubble {
  max-width: 92%; padding: 2px 8px; background: none; color: var(--muted);
  font-size: 13px; text-align: center;
}
.followed .message[data-from="assistant"] .bubble, .followed .message[data-from="agent"] .bubble {
  border-end-start-radius: 18px;
}
.followed .message[data-from="customer"] .bubble { border-end-end-radius: 18px; }
.bubble a, .card a, .link { color: var(--link); text-underline-offset: 2px; }
.message[data-from="customer"] a { color: inherit; }
.bubble :focus-visible { outline-color: currentColor; }
.meta { font-size: 12px; line-height: 1.4; color: var(--muted); padding-inline: 4px; }
.timely .meta.sent, .joined .author, .message[data-from="system"] .meta.sent { display: none; }
.meta.sending { animation: late 0.2s 0.9s backwards; }
@keyframes late { from { opacity: 0; } }
.meta.failed, .meta.rejected { color: var(--danger); }
.meta button {
  min-height: 24px; font-size: 12px; font-weight: 600; color: inherit;
  text-decoration: underline; text-underline-offset: 2px;
}

.image { display: block; max-width: 85%; }
.image img {
  display: block; max-width: 100%; max-height: 240px; border-radius: 14px;
  border: 1px solid var(--line);
}
.link {
  display: inline-flex; align-items: center; gap: 4px; min-height: 32px; max-width: 85%;
  font-weight: 600; overflow-wrap: anywhere;
}
.link svg { width: 18px; height: 18px; }
.card {
  width: min(100%, 300px); padding: 14px 16px; border: 1px solid var(--line); border-radius: 14px;
  background: var(--surface); overflow-wrap: anywhere;
}
.card .image, .card .image img { max-width: 100%; }
.card .image { margin-bottom: 10px; }
.card strong { display: block; font-weight: 650; }
.card .subtitle { color: var(--muted); font-size: 13.5px; }
.card dl { margin: 10px 0 0; padding-top: 4px; border-top: 1px solid var(--line); }
.card dl div { display: flex; justify-content: space-between; gap: 16px; padding: 4px 0; font-size: 14px; }
.card dt { color: var(--muted); flex: none; max-width: 50%; }
.card dd { margin: 0; text-align: end; font-weight: 550; }
.card .link { margin-top: 6px; max-width: 100%; font-size: 14px; }

.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 4px; max-width: 100%; }
.choices:empty { display: none; }
.choice {
  display: inline-flex; align-items: center; gap: 4px; text-decoration: none;
  min-height: 38px; padding: 7px 15px; border-radius: 19px; border: 1.5px solid var(--link);
  color: var(--link); background: var(--surface); font-weight: 550; font-size: 14.5px;
  line-height: 1.3; text-align: start; overflow-wrap: anywhere; transition: background 0.15s;
}
.choice svg { width: 16px; height: 16px; }
.choice:hover { background: color-mix(in srgb, var(--link) 10%, var(--surface)); }
.stars { gap: 2px; margin-inline-start: -7px; }
.star { width: 44px; height: 44px; display: grid; place-items: center; border-radius: 50%; color: #b7791f; }
.star svg { width: 30px; height: 30px; stroke-width: 1.5; }
.star.lit svg { fill: #f0b429; }

.typing { display: flex; width: fit-content; gap: 5px; margin-top: 12px; padding: 14px; border-radius: 18px;
  border-end-start-radius: 5px; background: var(--bubble); }
.typing i { width: 7px; height: 7px; border-radius: 50%; background: var(--muted); animation: breathe 1.2s infinite; }
.typing i:nth-child(2) { animation-delay: 0.18s; }
.typing i:nth-child(3) { animation-delay: 0.36s; }
@keyframes breathe { 0%, 60%, 100% { opacity: 0.35; transform: none; } 30% { opacity: 1; transform: translateY(-3px); } }

.latest {
  position: absolute; inset-inline: 0; bottom: 100%; margin: 0 auto 10px; width: fit-content;
  display: flex; align-items: center; gap: 4px; min-height: 34px; padding: 4px 14px 4px 10px;
  border-radius: 17px; background: var(--text); color: var(--surface); font-size: 13px;
  font-weight: 600; box-shadow: 0 4px 14px rgb(0 0 0 / 25%);
}
.latest svg { width: 18px; height: 18px; }

/* composer */
.foot { position: relative; flex: none; }
form {
  display: flex; align-items: flex-end; gap: 8px; margin: 0;
  padding: 10px 12px calc(12px + env(safe-area-inset-bottom, 0px));
  border-top: 1px solid var(--line);
}
textarea {
  flex: 1; min-width: 0; height: 44px; max-height: 144px; padding: 10px 16px; margin: 0; resize: none;
  border: 1px solid var(--edge); border-radius: 22px; background: var(--surface);
  font-size: 16px; line-height: 22px; overflow-y: hidden;
}
textarea::placeholder { color: var(--muted); opacity: 1; }
textarea:focus-visible { outline-offset: -1px; border-color: transparent; }
.send {
  width: 44px; height: 44px; border-radius: 50%; flex: none; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); transition: background 0.15s, color 0.15s;
}
.send[aria-disabled="true"] { background: var(--bubble); color: var(--muted); cursor: default; }

@media ${PHONE} {
  dialog[open] {
    /* the on-screen keyboard shrinks the visual viewport only: --seen-* follow it */
    inset: var(--seen-top, 0) 0 auto 0; width: 100%; height: var(--seen-height, 100dvh);
    border-radius: 0; box-shadow: none;
  }
  dialog::backdrop { background: var(--surface); }
  .head {
    padding-top: calc(12px + env(safe-area-inset-top, 0px)); padding-bottom: 12px;
    padding-left: calc(14px + env(safe-area-inset-left, 0px));
    padding-right: calc(8px + env(safe-area-inset-right, 0px));
  }
  .scroll, form {
    padding-left: calc(14px + env(safe-area-inset-left, 0px));
    padding-right: calc(14px + env(safe-area-inset-right, 0px));
  }
  .icon, .human, .latest, .meta button { min-width: 44px; min-height: 44px; }
  .human { border-radius: 22px; }
  .choice { min-height: 44px; border-radius: 22px; }
  :host { --offset: var(--frontdesk-offset, 16px); }
}
@media (max-width: 359px) {
  .avatar { display: none; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before { animation-duration: 0s !important; transition: none !important; }
  .typing i { animation: none; opacity: 0.7; }
}
@media (forced-colors: active) {
  .launcher, dialog, .bubble, .human, .send, .latest, .badge { border: 1px solid; }
  :focus-visible { outline-color: Highlight; }
}
`;

/** One shared sheet for every instance, made when the first one is shown. */
let sheet = null;

/** The page's element: <frontdesk-chat server heading theme open logo strings>. */
export class FrontdeskChat extends HTMLElement {
  static observedAttributes = ["open", "heading", "strings", "logo"];

  #strings = DEFAULT_STRINGS;
  #base = "";
  #conversation = null;
  #root = null;
  #part = {}; // the elements that are reached again, by name
  #rows = []; // what the server told, in its order
  #pending = new Map(); // what it has not told yet, by the message's own id
  #stick = true; // the log follows its end
  #top = 0; // how far it was scrolled when last looked at
  #replaying = false;
  #live = new AbortController();
  #seenKey = "";
  #viewKey = "";
  #bannerTimer = 0;
  #typingTimer = 0;
  #typedAt = 0;
  #person = ""; // who has the conversation
  #tidying = false;
  #scrollLock = null;
  #phone = window.matchMedia(PHONE);

  /** Opens the panel and moves the keyboard there; begins a conversation if there is none. */
  open() {
    this.#show(true);
  }

  /** Closes the panel; the conversation stays. */
  close() {
    const { dialog, launcher } = this.#part;
    if (!dialog?.open) return;
    const inside = dialog.contains(this.#root.activeElement);
    const modal = dialog.matches(":modal");
    dialog.close();
    this.#closed();
    if (inside || modal) launcher.focus();
  }

  /**
   * Sends a text as the customer, beginning a conversation if there is none.
   * Returns the message's id, or null if the text is blank.
   */
  send(text) {
    const trimmed = String(text ?? "").trim();
    return trimmed ? this.#submit({ text: trimmed }) : null;
  }

  /** Ends the conversation on this device, as when the customer logs out of the shop. */
  forget() {
    this.close();
    this.#conversation.forget();
    this.#empty();
    shared.set(this.#seenKey, null);
    this.#part.input.value = "";
    this.#typed();
    this.#count();
  }

  #empty() {
    for (const { element } of [...this.#rows, ...this.#pending.values()]) element.remove();
    this.#rows = [];
    this.#pending.clear();
  }

  /** Words of the widget, {key: text}: what is not given stays English. */
  set strings(words) {
    this.#strings = { ...DEFAULT_STRINGS, ...words };
    this.#label();
  }

  get strings() {
    return { ...this.#strings };
  }

  // -- life of the element

  connectedCallback() {
    const server = this.getAttribute("server");
    const base = server
      ? new URL(server, document.baseURI)
      : new URL(".", import.meta.url); // the server serves this file too
    this.#base = base.origin + base.pathname.replace(/\/+$/, "");
    this.#seenKey = `frontdesk:${this.#base}:seen`;
    this.#viewKey = `frontdesk:${this.#base}:view`;
    if (!this.#root) this.#build();
    this.#live = new AbortController();
    this.#watch(this.#live.signal);
    this.#conversation = new Conversation(this.#base, {
      state: (name) => this.#showState(name),
      message: (message, replay) => this.#take(message, replay),
      typing: (on, name) => this.#showTyping(on, name),
      entry: (entry) => this.#showEntry(entry),
      renewed: () => this.#note("renewed"),
      replay: (on) => this.#hush(on),
      empty: () => this.#empty(),
    });
    this.#conversation.outbox.forEach((entry) => this.#showEntry(entry));
    const view = recall(own, this.#viewKey, {});
    this.#part.input.value = view.draft ?? "";
    this.#grow();
    // A panel that was open stays open on the shop's next page, but does not cover a phone's.
    const [navigation] = performance.getEntriesByType("navigation");
    const covers = this.#phone.matches && navigation?.type !== "reload";
    if (view.open ?? this.hasAttribute("open")) {
      if (covers) this.removeAttribute("open");
      else this.#show(false);
    } else {
      this.removeAttribute("open");
    }
    this.#conversation.resume();
  }

  disconnectedCallback() {
    this.#live.abort();
    this.#conversation.stop();
    clearTimeout(this.#bannerTimer);
    clearTimeout(this.#typingTimer);
    this.#lockScroll(false);
    this.#part.launcher.setAttribute("aria-expanded", "false"); // not closed by anyone:
    this.#part.dialog.close(); // elsewhere in the page it opens again
    this.#empty();
  }

  attributeChangedCallback(name, before, value) {
    if (name === "strings") this.#readStrings(value);
    if (!this.#root || !this.isConnected) return;
    if (name !== "open") this.#label();
    else if (value === null) this.close();
    else this.#show(true);
  }

  #readStrings(json) {
    try {
      this.#strings = { ...DEFAULT_STRINGS, ...JSON.parse(json || "{}") };
    } catch (error) {
      console.error("frontdesk-chat: the attribute `strings` is not a JSON object", error);
    }
  }

  #build() {
    this.#root = this.attachShadow({ mode: "open" });
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
    }
    this.#root.adoptedStyleSheets = [sheet];
    const part = this.#part;
    const named = (name, node) => (part[name] = node);
    /** A control or region with a name for style sheets and tests. */
    const marked = (name, tag, attributes, ...children) =>
      named(name, h(tag, { part: name, "data-testid": name, ...attributes }, ...children));

    marked(
      "launcher", "button",
      {
        class: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false",
        onclick: () => (part.dialog.open ? this.close() : this.open()),
      },
      icon("chat"), icon("down"),
      named("badge", h("span", { class: "badge", part: "badge", "data-testid": "badge",
        "aria-hidden": "true", hidden: true })),
    );
    const header = h(
      "div", { class: "head", part: "header" },
      h("div", { class: "avatar", part: "avatar", "aria-hidden": "true" },
        named("logo", h("img", { alt: "", hidden: true })), named("glyph", icon("chat")),
        h("span", { class: "dot" })),
      h("div", { class: "title" },
        named("heading", h("h2", { id: "heading" })),
        named("hint", h("p", { class: "hint", "data-testid": "hint" }))),
      marked("human", "button",
        { class: "human", type: "button", onclick: () => this.#askForPerson() },
        icon("person"), named("humanText", h("span"))),
      marked("close", "button",
        { class: "icon", type: "button", onclick: () => this.close() }, icon("close")),
    );
    marked("banner", "div", { class: "banner", role: "status" });
    marked("log", "div",
      { role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    marked("typing", "div", { class: "typing", role: "img", hidden: true },
      h("i"), h("i"), h("i"));
    named("scroll", h("div",
      { class: "scroll", tabindex: "0", role: "group", onscroll: () => this.#scrolled() },
      part.log, part.typing));
    marked("latest", "button",
      { class: "latest", type: "button", hidden: true, onclick: () => this.#toEnd() },
      icon("down"), named("latestText", h("span")));
    marked("input", "textarea",
      {
        rows: "1", enterkeyhint: "send", autocomplete: "off", dir: "auto",
        oninput: () => this.#writing(), onkeydown: (event) => this.#inputKey(event),
      });
    marked("send", "button",
      {
        class: "send", type: "submit", "aria-disabled": "true",
        // keeps the caret in the field, and a phone's keyboard on the screen
        onpointerdown: (event) => event.preventDefault(),
      },
      icon("send"));
    const form = h("form", { part: "composer", onsubmit: (event) => this.#submitted(event) },
      part.input, part.send);
    named("panelStatus", h("div", { class: "sr", role: "status" }));
    named("dialog", h(
      "dialog",
      {
        part: "panel", "data-testid": "panel", "data-state": "idle", tabindex: "-1",
        "aria-labelledby": "heading", onkeydown: (event) => this.#panelKey(event),
        oncancel: (event) => { event.preventDefault(); this.close(); },
        onclose: () => { if (!part.dialog.open) this.#closed(); },
      },
      header, part.banner, part.scroll, h("div", { class: "foot" }, part.latest, form),
      part.panelStatus,
    ));
    named("pageStatus", h("div", { class: "sr", role: "status" }));
    this.#root.append(part.launcher, part.dialog, part.pageStatus);
    this.#label();
  }

  #watch(signal) {
    const listen = (target, type, act) => target.addEventListener(type, act, { signal });
    listen(this.#phone, "change", () => this.#rearrange());
    listen(document, "visibilitychange", () => this.#read());
    listen(window, "storage", ({ key }) => key === this.#seenKey && this.#count());
    if (window.visualViewport) {
      listen(visualViewport, "resize", () => this.#fit());
      listen(visualViewport, "scroll", () => this.#fit());
    }
    const observer = new ResizeObserver(() => this.#stick && this.#toEnd());
    observer.observe(this.#part.scroll);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  #t(key, values = {}) {
    return String(this.#strings[key]).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** Writes every fixed word, at the start and when strings change. */
  #label() {
    const part = this.#part;
    if (!this.#root) return;
    part.heading.textContent = this.getAttribute("heading") || this.#t("heading");
    part.humanText.textContent = this.#t("human");
    part.latestText.textContent = this.#t("latest");
    part.input.placeholder = this.#t("placeholder");
    for (const name of ["close", "log", "typing", "input", "send"]) {
      part[name].setAttribute("aria-label", this.#t(name));
    }
    part.scroll.setAttribute("aria-label", this.#t("log"));
    const logo = safeUrl(this.getAttribute("logo") ?? "about:blank", undefined, document.baseURI);
    if (logo) part.logo.src = logo;
    part.logo.hidden = !logo;
    part.glyph.toggleAttribute("hidden", Boolean(logo));
    this.#tidy();
    this.#count();
  }

  // -- panel

  #show(focus) {
    const { dialog, launcher } = this.#part;
    if (!dialog || dialog.open) return;
    this.#reveal();
    launcher.setAttribute("aria-expanded", "true");
    this.toggleAttribute("open", true);
    this.#remember();
    this.#count();
    this.#toEnd();
    this.#grow();
    if (focus) this.#focus();
    this.#conversation.start();
    this.#read();
    this.#tell("open");
  }

  #closed() {
    if (this.#part.launcher.getAttribute("aria-expanded") === "false") return;
    this.#part.launcher.setAttribute("aria-expanded", "false");
    this.#lockScroll(false);
    this.removeAttribute("open");
    this.#remember();
    this.#count();
    this.#tell("close");
  }

  /** The window became a phone's, or ceased to be: the panel is modal there only. */
  #rearrange() {
    const { dialog } = this.#part;
    if (!dialog.open) return;
    const focused = this.#root.activeElement;
    dialog.close();
    this.#reveal();
    if (this.#stick) this.#toEnd();
    focused?.focus();
  }

  #reveal() {
    const { dialog } = this.#part;
    this.#fit();
    if (this.#phone.matches) dialog.showModal();
    else dialog.setAttribute("open", ""); // show() would take the focus, wanted or not
    this.#lockScroll(this.#phone.matches);
  }

  /** To the field; on a touch screen, whose keyboard would cover the text, to the panel. */
  #focus() {
    const { dialog, input } = this.#part;
    (matchMedia("(pointer: coarse)").matches ? dialog : input).focus();
  }

  #fit() {
    const view = window.visualViewport;
    if (!view || view.scale > 1.01) return; // enlarged by the reader's fingers, not by a keyboard
    const { style } = this.#part.dialog;
    style.setProperty("--seen-height", `${view.height}px`);
    style.setProperty("--seen-top", `${view.offsetTop}px`);
  }

  /** Behind a panel that covers the screen the page must not scroll. */
  #lockScroll(on) {
    const { style } = document.documentElement;
    if (on && this.#scrollLock === null) {
      this.#scrollLock = style.overflow;
      style.overflow = "hidden";
    } else if (!on && this.#scrollLock !== null) {
      style.overflow = this.#scrollLock;
      this.#scrollLock = null;
    }
  }

  #remember() {
    const view = { open: this.#part.dialog.open, draft: this.#part.input.value };
    own.set(this.#viewKey, JSON.stringify(view));
  }

  #panelKey(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  #askForPerson() {
    this.#submit({ text: this.#t("humanMessage") });
    this.#focus();
  }

  #tell(name, detail) {
    this.dispatchEvent(
      new CustomEvent(`frontdesk:${name}`, { detail, bubbles: true, composed: true }),
    );
  }

  // -- composer

  #writing() {
    this.#typed();
    if (!this.#person || !this.#part.input.value.trim()) return;
    if (Date.now() - this.#typedAt < TYPING_EVERY) return;
    this.#typedAt = Date.now();
    this.#conversation.types();
  }

  #typed() {
    this.#grow();
    this.#remember();
  }

  #grow() {
    const { input, send } = this.#part;
    send.setAttribute("aria-disabled", String(!input.value.trim()));
    input.style.height = "auto";
    const border = input.offsetHeight - input.clientHeight;
    const height = input.scrollHeight + border;
    input.style.height = height > border ? `${Math.max(44, height)}px` : "";
    input.style.overflowY = height > 144 ? "auto" : "hidden";
  }

  #inputKey(event) {
    // 229: the Enter that ends an input method's composition (Safari reports it too late)
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) {
      return;
    }
    event.preventDefault();
    this.#submitted(event);
  }

  #submitted(event) {
    event.preventDefault();
    const { input } = this.#part;
    if (this.send(input.value) === null) return;
    input.value = "";
    this.#typedAt = 0;
    this.#typed();
    input.focus();
  }

  #submit(message) {
    this.#stick = true;
    const id = this.#conversation.send(message);
    this.#toEnd();
    return id;
  }

  // -- log

  #row(message, from, at) {
    const text = message.text || message.custom?.text || "";
    const name = message.name || (from === "system" ? "" : this.#t(from === "customer" ? "you" : from));
    const author = h("div", { class: from === "customer" ? "sr" : "author" });
    author.append(h("bdi", {}, name), h("span", { class: "sr" }, ":"));
    const bubble = h("div", { class: "bubble", part: "bubble", "data-testid": "text", dir: "auto" });
    const meta = h("div", { class: "meta sent" });
    const body = h(
      "div", { class: "message", part: `message message-${from}`, "data-testid": "message",
        "data-from": from },
      name && author, bubble, ...this.#extras(message),
      this.#choices(message.buttons, message.custom), meta,
    );
    const day = h("div", { class: "day", hidden: true });
    const element = h("div", { class: "row" }, day, body);
    const asks = element.querySelector(".choices") !== null;
    const person = from === "agent" ? name : from === "assistant" ? "" : message.custom?.person;
    const row = { from, name, at, bubble, meta, day, asks, element, person };
    if (!this.#replaying) row.element.classList.add("new");
    this.#write(row, text);
    this.#date(row);
    return row;
  }

  #write(row, text) {
    row.bubble.replaceChildren(...linked(String(text)));
    row.bubble.hidden = text === "";
  }

  #date(row) {
    row.meta.className = "meta sent";
    row.meta.replaceChildren(
      h("time", { datetime: row.at.toISOString() }, this.#format(row.at, { timeStyle: "short" })),
    );
  }

  #format(date, options) {
    // the page's language, in the visitor's own variety of it (24 hours in Britain, 12 in the USA)
    const page = this.closest("[lang]")?.lang;
    const language =
      navigator.languages.find((name) => name.split("-")[0] === page?.split("-")[0]) || page;
    return new Intl.DateTimeFormat(language || undefined, options).format(date);
  }

  #take(message, replay) {
    const from = ["customer", "assistant", "agent", "system"].includes(message.from)
      ? message.from
      : "assistant";
    const at = when(message.at);
    if (!replay) this.#scrolled(); // the reader may have scrolled since the last frame
    let row = message.client_id ? this.#pending.get(message.client_id) : null;
    if (row) {
      this.#pending.delete(message.client_id);
      row.at = at;
      this.#write(row, message.text ?? ""); // the server may have masked a secret in it
      this.#date(row);
    } else {
      row = this.#row(message, from, at);
    }
    this.#rows.push(row);
    // what is still on its way stays below; a bubble already in its place is not moved
    const [next] = this.#pending.values();
    const place = next?.element ?? null;
    if (row.element.parentNode !== this.#part.log || row.element.nextSibling !== place) {
      this.#part.log.insertBefore(row.element, place);
    }
    this.#arranged();
    if (!this.#stick && !replay && from !== "customer") this.#part.latest.hidden = false;
    this.#read();
    if (!replay && !this.#part.dialog.open && from !== "customer") {
      const text = message.text ?? "";
      this.#part.pageStatus.textContent = this.#t("announce", { name: row.name, text });
    }
    this.#tell("message", { ...message, from, replay });
  }

  /** Draws an outgoing message, or the change of its fate. */
  #showEntry(entry) {
    let row = this.#pending.get(entry.id);
    if (!row) {
      if (entry.state === "sent") return;
      row = this.#row({ text: entry.text }, "customer", new Date(entry.at));
      this.#pending.set(entry.id, row);
      this.#part.log.append(row.element);
    }
    const { meta } = row;
    row.rejected = entry.state === "rejected";
    if (row.rejected) {
      this.#pending.delete(entry.id); // it waits for nothing more: it keeps its place
      this.#rows.push(row);
    }
    if (entry.state === "sent") {
      this.#date(row);
    } else {
      meta.className = `meta ${entry.state}`;
      const words = this.#t(row.rejected ? entry.reason : entry.state);
      meta.replaceChildren(words);
      if (entry.state === "failed") {
        meta.replaceChildren(h("button",
          { type: "button", "data-testid": "retry", onclick: () => this.#retry() }, words));
      } else if (row.rejected) {
        if (entry.reason === "rejected" && entry.detail) meta.replaceChildren(entry.detail);
        meta.append(" ", h("button",
          { type: "button", "data-testid": "edit", onclick: () => this.#edit(row, entry.text) },
          this.#t("edit")));
      }
      if (entry.state === "failed" || row.rejected) {
        this.#part.panelStatus.textContent = meta.textContent;
      }
    }
    this.#arranged();
  }

  #retry() {
    this.#conversation.retry();
    this.#focus();
  }

  /** Gives a refused message back to the writer. */
  #edit(row, text) {
    const { input } = this.#part;
    row.element.remove();
    this.#rows = this.#rows.filter((other) => other !== row);
    input.value = input.value ? `${text}\n${input.value}` : text;
    this.#typed();
    this.#arranged();
    input.focus();
  }

  /** A line of the widget's own. */
  #note(key) {
    if (!this.#rows.length && !this.#part.dialog.open) return;
    for (const row of this.#rows) row.over = true;
    const row = this.#row({ text: this.#t(key) }, "system", new Date());
    this.#rows.push(row);
    const [next] = this.#pending.values();
    this.#part.log.insertBefore(row.element, next?.element ?? null);
    this.#arranged();
  }

  #arranged() {
    this.#tidy();
    if (this.#stick) this.#toEnd();
  }

  /** Groups, day lines, retired buttons, who speaks: all that follows from the rows' order. */
  #tidy() {
    const rows = [...this.#rows, ...this.#pending.values()];
    const isAnswer = ({ from, rejected }) => from === "customer" && !rejected;
    const answered = rows.findLastIndex(isAnswer);
    let before = null;
    this.#person = "";
    rows.forEach((row, index) => {
      const sameDay = before?.at.toDateString() === row.at.toDateString();
      const joined = sameDay && before.from === row.from && before.name === row.name &&
        row.at - before.at < 5 * MINUTE && !before.asks;
      row.day.hidden = sameDay;
      if (!sameDay) row.day.textContent = this.#day(row.at);
      row.element.classList.toggle("joined", joined);
      row.element.classList.remove("followed", "timely");
      before?.element.classList.toggle("followed", joined);
      // one time for a quick exchange, under its last message
      before?.element.classList.toggle("timely", sameDay && row.at - before.at < 2 * MINUTE);
      if (row.asks && (index < answered || row.over)) this.#retire(row);
      if (row.person !== undefined) this.#person = String(row.person ?? "");
      before = row;
    });
    const name = this.#person;
    this.#part.hint.textContent = name ? this.#t("hintAgent", { name }) : this.#t("hint");
    this.#part.human.hidden = Boolean(name); // they are talking to one
  }

  /** Its buttons have been answered; its links stay. */
  #retire(row) {
    const focused = row.element.contains(this.#root.activeElement);
    for (const button of row.element.querySelectorAll(".choices button")) button.remove();
    row.asks = false;
    if (focused && !this.#root.activeElement) this.#focus();
  }

  #day(date) {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 864e5);
    if (days === 0) return this.#t("today");
    if (days === 1) return this.#t("yesterday");
    return this.#format(date, { dateStyle: "full" });
  }

  #choices(buttons, custom) {
    const offered = Array.isArray(buttons) ? buttons.filter((button) => button?.title) : [];
    if (custom?.type === "stars") return this.#stars(custom, offered);
    if (!offered.length) return null;
    return h("div", { class: "choices", role: "group", "aria-label": this.#t("choices") },
      ...offered.map(({ title, choice, link }) => {
        const words = h("bdi", {}, String(title));
        const href = safeUrl(link, LINK_SCHEMES);
        return href ? anchor("choice", href, words, icon("out"))
          : this.#reply("choice", title, choice, {}, words);
      }));
  }

  #reply(kind, title, choice, attributes, ...children) {
    return h("button",
      {
        class: kind, type: "button", part: "quick-reply", "data-testid": "quick-reply",
        onclick: () => this.#choose(String(title), choice), ...attributes,
      }, ...children);
  }

  /** A survey: the message's buttons from worst to best, or plain numbers if it has none. */
  #stars(custom, offered) {
    const max = offered.length || 5;
    const stars = Array.from({ length: max }, (_, index) => {
      const { title, choice } = offered[index] ?? { title: index + 1 };
      const label = this.#t("stars", { count: index + 1, max });
      const light = (upTo) => () =>
        stars.forEach((star, place) => star.classList.toggle("lit", place <= upTo));
      return this.#reply("star", title, choice, {
        "aria-label": label, title: label, onpointerenter: light(index), onfocus: light(index),
        onpointerleave: light(-1), onblur: light(-1),
      }, icon("star"));
    });
    const label = String(custom.title ?? this.#t("starsGroup"));
    return h("div", { class: "choices stars", role: "group", "aria-label": label }, ...stars);
  }

  #choose(text, choice) {
    this.#submit(choice ? { text, choice } : { text });
    this.#focus();
  }

  #extras({ image, link, custom }) {
    const cards = custom?.type === "card" ? [custom] : custom?.cards;
    return [
      ...(Array.isArray(cards) ? cards.map((card) => this.#card(card)) : []),
      this.#image(image),
      this.#link(link),
    ];
  }

  #image(image) {
    const src = safeUrl(image?.url ?? image);
    if (!src) return null;
    return anchor("image", src, h("img", {
      src, alt: image.alt || this.#t("image"), referrerpolicy: "no-referrer",
      onload: () => this.#stick && this.#toEnd(),
    }));
  }

  #link(link) {
    const href = safeUrl(link?.url ?? link, LINK_SCHEMES);
    return href && anchor("link", href, h("bdi", {}, String(link.title ?? href)), icon("out"));
  }

  #card({ title, subtitle, rows, link, image, buttons }) {
    const line = (tag, name, text) => text && h(tag, { class: name, dir: "auto" }, String(text));
    const list = (Array.isArray(rows) ? rows : []).map(({ label, value }) =>
      h("div", {}, h("dt", {}, String(label ?? "")), h("dd", { dir: "auto" }, String(value ?? ""))));
    return h("div", { class: "card", part: "card", "data-testid": "card" },
      this.#image(image),
      line("strong", "name", title),
      line("div", "subtitle", subtitle),
      list.length ? h("dl", {}, ...list) : null,
      this.#link(link),
      this.#choices(buttons));
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#part.scroll;
    // only a reader scrolls upwards; the end also moves away when the window shrinks
    if (scrollHeight - scrollTop - clientHeight < 60) this.#stick = true;
    else if (scrollTop < this.#top) this.#stick = false;
    if (this.#stick) this.#part.latest.hidden = true;
    this.#top = scrollTop;
  }

  #toEnd() {
    const { scroll, latest } = this.#part;
    scroll.scrollTop = scroll.scrollHeight;
    this.#top = scroll.scrollTop;
    this.#stick = true;
    latest.hidden = true;
  }

  // -- state

  /** While the past is replayed the log is silent: it is not news to a screen reader. */
  #hush(on) {
    this.#replaying = on;
    this.#part.log.setAttribute("aria-live", on ? "off" : "polite");
  }

  #showState(state) {
    const { dialog, banner } = this.#part;
    dialog.dataset.state = state;
    clearTimeout(this.#bannerTimer);
    if (state === "online" || state === "idle") banner.textContent = "";
    // a hiccup that mends itself at once is not worth a word
    else this.#bannerTimer = setTimeout(() => (banner.textContent = this.#t(state)), 800);
  }

  #showTyping(on, name = "") {
    const { typing } = this.#part;
    clearTimeout(this.#typingTimer);
    if (this.#person && !name) on = false; // the assistant says nothing
    typing.hidden = !on;
    typing.setAttribute("aria-label", this.#t(name ? "typingAgent" : "typing", { name }));
    if (on) this.#typingTimer = setTimeout(() => (typing.hidden = true), MINUTE);
    if (on && this.#stick) this.#toEnd();
  }

  // -- read and unread

  /** When they said what the customer has not seen, by the server's clock. */
  #news() {
    const seen = Number(shared.get(this.#seenKey));
    return this.#rows
      .filter(({ from }) => from === "assistant" || from === "agent")
      .map(({ at }) => at.getTime())
      .filter((at) => at > seen);
  }

  #read() {
    const news = this.#news();
    if (news.length && this.#part.dialog.open && !document.hidden) {
      shared.set(this.#seenKey, String(Math.max(...news)));
    }
    this.#count();
  }

  #count() {
    const { badge, launcher, dialog } = this.#part;
    const count = dialog.open ? 0 : this.#news().length;
    badge.hidden = count === 0;
    badge.textContent = count > 9 ? "9+" : String(count);
    launcher.setAttribute("aria-label",
      dialog.open ? this.#t("close")
        : count ? this.#t("launcherUnread", { count }) : this.#t("launcher"));
    if (count === 0) this.#part.pageStatus.textContent = "";
  }
}

if (!customElements.get("frontdesk-chat")) {
  customElements.define("frontdesk-chat", FrontdeskChat);
  if (!document.querySelector("frontdesk-chat")) {
    // One tag is enough: data-heading, data-theme ... on the script tag become attributes.
    const tag = [...document.scripts].find((script) => script.src === import.meta.url);
    const element = document.createElement("frontdesk-chat");
    for (const [name, value] of Object.entries(tag?.dataset ?? {})) element.setAttribute(name, value);
    document.body.append(element);
  }
}
