// Keeps the open page up to date, and sends what is written without leaving it.
"use strict";

const live = document.getElementById("live");
const csrf = document.body.dataset.csrf;
const title = document.title;
const announce = document.getElementById("announce");
let waiting = countWaiting();
let busy = false;
let again = false;
let unread = 0; // what the customer wrote while another tab was looked at
let seen = null; // the number of changes when the page was last fetched
let typingTimer = 0;

function countWaiting() {
  const section = live && live.querySelector("[data-waiting]");
  return section ? Number(section.dataset.waiting) : 0;
}

function showBadge() {
  const count = live && live.dataset.kind === "queue" ? waiting : unread;
  document.title = count ? `(${count}) ${title}` : title;
}

function ring() {
  if (localStorage.getItem("sound") !== "on") return;
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.12, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.5);
  tone.onended = () => audio.close();
}

function inUse() {
  // Nothing is taken away under somebody's hands: an open menu, a list being chosen from.
  const active = document.activeElement;
  if (live.querySelector(".menu[open]")) return true;
  if (document.getElementById("customer")?.contains(active)) return false; // it is kept as it is
  return live.contains(active) && ["SELECT", "INPUT"].includes(active.tagName);
}

function replace(html) {
  const open = new Set([...live.querySelectorAll("details[open][id]")].map((one) => one.id));
  const list = document.getElementById("transcript");
  const atEnd = !list || list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const top = list ? list.scrollTop : 0;
  const focused = live.contains(document.activeElement) ? document.activeElement : null;
  const path = focused && !focused.closest("#customer") && (focused.getAttribute("href") || focused.closest("form")?.getAttribute("action"));
  const customer = document.getElementById("customer");
  const said = saidByCustomer();
  live.innerHTML = html;
  const news = saidByCustomer() - said;
  if (news > 0) {
    showTyping(false);
    if (document.hidden) {
      unread += news;
      ring();
    }
  }
  if (customer) {
    document.getElementById("customer").replaceWith(customer);
    if (customer.contains(focused)) focused.focus({ preventScroll: true });
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  const fresh = document.getElementById("transcript");
  if (fresh) fresh.scrollTop = atEnd ? fresh.scrollHeight : top;
  if (path) {
    const same = live.querySelector(`[href="${CSS.escape(path)}"], form[action="${CSS.escape(path)}"] button`);
    same?.focus();
  }
  const before = waiting;
  waiting = countWaiting();
  if (waiting > before) {
    ring();
    announce.textContent = `${waiting} waiting`;
  }
  showBadge();
  showComposer();
}

const TYPING_SHOWN = 6000; // ms: the customer's side says it every three seconds
const TYPING_EVERY = 3000; // ms
const SPREAD = 400; // ms

function showTyping(on = true) {
  const line = document.getElementById("typing");
  if (!line) return;
  clearTimeout(typingTimer);
  line.textContent = on ? "The customer is typing…" : "";
  if (on) typingTimer = setTimeout(showTyping, TYPING_SHOWN, false);
}

const saidByCustomer = () => live.querySelectorAll(".bubble.customer").length;

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    do {
      again = false;
      if (inUse()) break;
      const answer = await fetch(live.dataset.part, { headers: { Accept: "text/html" } });
      if (answer.redirected || answer.status === 401) {
        location.assign("/login");
        return;
      }
      if (answer.ok) {
        const html = await answer.text();
        if (!inUse()) replace(html);
      }
    } while (again);
  } catch {
    // The desk is away for a moment; the stream brings us back.
  } finally {
    busy = false;
  }
}

function showComposer() {
  const composer = document.getElementById("composer");
  if (!composer) return;
  const talk = live.querySelector(".talk");
  const open = talk.dataset.state === "assigned" && talk.dataset.mine === "yes";
  const text = document.getElementById("text");
  document.getElementById("send").disabled = !open;
  text.placeholder = open
    ? "Write to the customer. Enter sends, Shift+Enter makes a new line."
    : "Take the conversation to write to the customer. Notes can be kept at any time.";
}

function newKey() {
  return crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

function setUpComposer() {
  const composer = document.getElementById("composer");
  if (!composer) return;
  const text = document.getElementById("text");
  const problem = document.getElementById("problem");
  let key = newKey();
  let sending = false;

  async function send(action) {
    if (sending || !text.value.trim()) return;
    sending = true;
    const body = new URLSearchParams({ text: text.value, key });
    try {
      const answer = await fetch(action, {
        method: "POST",
        body,
        headers: { "X-CSRF-Token": csrf, Accept: "application/json" },
      });
      if (answer.status === 401) {
        location.assign("/login");
        return;
      }
      if (!answer.ok) {
        const said = await answer.json().catch(() => ({}));
        throw new Error(said.message || "That could not be stored.");
      }
      text.value = "";
      key = newKey();
      problem.hidden = true;
      refresh();
    } catch (error) {
      // The same key goes with the next try, so that nothing is sent twice.
      problem.textContent = `${error.message} Your text is still here: try again.`;
      problem.hidden = false;
    } finally {
      sending = false;
      text.focus();
    }
  }

  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const isNote = event.submitter && event.submitter.id === "note";
    if (!isNote && document.getElementById("send").disabled) return;
    send(isNote ? composer.action.replace(/say$/, "note") : composer.action);
  });
  let typedAt = 0;
  text.addEventListener("input", () => {
    if (document.getElementById("send").disabled || !text.value.trim() || Date.now() - typedAt < TYPING_EVERY) return;
    typedAt = Date.now();
    const headers = { "X-CSRF-Token": csrf, Accept: "application/json" };
    // a nicety: what does not arrive is not said again
    fetch(composer.action.replace(/say$/, "typing"), { method: "POST", headers }).catch(() => {});
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      composer.requestSubmit(document.getElementById("send"));
    }
  });
  const reply = document.getElementById("reply");
  reply.addEventListener("change", () => {
    const filled = { name: reply.dataset.name, agent: reply.dataset.agent, order: reply.dataset.order };
    // what is not known leaves no gap: "Hello {name}, ..." becomes "Hello, ..."
    text.value += reply.value.replace(/ ?\{(name|agent|order)\}/g, (all, name) => {
      const gap = all.startsWith(" ") ? " " : "";
      return filled[name] ? gap + filled[name] : "";
    });
    reply.value = "";
    text.focus();
  });
}

async function showCustomer() {
  const place = document.getElementById("customer");
  if (!place) return;
  try {
    const answer = await fetch(`${live.dataset.part}/customer`, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error();
    place.innerHTML = await answer.text();
  } catch {
    place.textContent = "What the shop knows could not be fetched. Reload the page to try again.";
    return;
  }
  document.getElementById("lookup").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const found = document.getElementById("found");
    found.textContent = "Looking…";
    try {
      const body = new URLSearchParams(new FormData(form));
      const headers = { "X-CSRF-Token": csrf, Accept: "text/html" };
      const answer = await fetch(form.action, { method: "POST", body, headers });
      if (!answer.ok) throw new Error();
      found.innerHTML = await answer.text();
      found.querySelector("details")?.setAttribute("open", "");
    } catch {
      found.textContent = "That could not be looked up. Try again.";
    }
  });
}

if (live) {
  showBadge();
  showCustomer();
  showComposer();
  setUpComposer();
  // Who has just taken a conversation writes next; on a phone the keyboard would hide it.
  const send = document.getElementById("send");
  if (send && !send.disabled && matchMedia("(pointer: fine)").matches) document.getElementById("text").focus();
  const list = document.getElementById("transcript");
  if (list) list.scrollTop = list.scrollHeight;
  const stream = new EventSource(`/stream?${new URLSearchParams({ conversation: live.dataset.conversation || "" })}`);
  stream.onopen = () => (seen = null); // a desk that was started anew counts from the beginning
  stream.onmessage = (event) => {
    const { change, typing } = JSON.parse(event.data);
    if (typing) showTyping();
    if (change === seen) return;
    seen = change;
    // not all agents' pages in the same instant; the one conversation somebody is in, at once
    setTimeout(refresh, live.dataset.kind === "queue" ? Math.random() * SPREAD : 0);
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) unread = 0;
    showBadge();
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.classList && event.target.classList.contains("menu") && !event.target.open) refresh();
  }, true);
  setInterval(refresh, 30000); // waiting times grow also when nothing happens
}
const sound = document.getElementById("sound");
if (sound) {
  sound.checked = localStorage.getItem("sound") === "on";
  sound.addEventListener("change", () => localStorage.setItem("sound", sound.checked ? "on" : "off"));
}
