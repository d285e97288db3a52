// Asks for each signed object with whatever cookies the browser holds, and
// shows the object or the reason it was refused.

for (const section of document.querySelectorAll("section[data-path]")) {
  ask(section).catch((err) => tell(section, false, String(err)));
}

async function ask(section) {
  const path = section.dataset.path;
  // Not from the browser's own cache, which asks for no signature.
  const response = await fetch(path, { cache: "no-store", credentials: "include", headers: { Range: "bytes=0-0" } });
  if (!response.ok) {
    const code = /<Code>(.*?)<\/Code>/.exec(await response.text());
    tell(section, false, `${response.status} ${code ? code[1] : ""}: needs a signature`);
    return;
  }
  const content = section.querySelector(".content");
  content.hidden = false;
  if (content instanceof HTMLImageElement || content instanceof HTMLIFrameElement) content.src = path;
  if (content instanceof HTMLVideoElement) await play(content, path);
  tell(section, true, `opened: ${response.headers.get("Content-Type")}`);
}

function tell(section, opened, what) {
  section.classList.add(opened ? "opened" : "refused");
  section.querySelector(".answer").textContent = what;
}

// play uses hls.js, a copy of which lies beside this page, and leaves the
// stream to the browser where that plays HLS itself and hls.js cannot.
async function play(video, path) {
  if (!Hls.isSupported()) {
    video.src = path;
    return;
  }
  const hls = new Hls({ xhrSetup: (xhr) => { xhr.withCredentials = true; } });
  hls.loadSource(path);
  hls.attachMedia(video);
  await new Promise((opened, failed) => {
    hls.once(Hls.Events.MANIFEST_PARSED, opened);
    hls.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) failed(new Error(error.details)); });
  });
}

// The backend leads here with the end of the cookies and the address that
// clears them, since scripts cannot read the cookies themselves.
const session = new URLSearchParams(location.hash.slice(1));
const until = Number(session.get("until")) * 1000;
const logout = URL.parse(session.get("logout"));
if (until > Date.now() && logout?.hostname === location.hostname && /^https?:$/.test(logout.protocol)) {
  document.querySelector("#signed-in").hidden = false;
  document.querySelector("#signed-out").hidden = true;
  document.querySelector("#sign-out").action = logout.href;
  const time = document.querySelector("#until");
  time.dateTime = new Date(until).toISOString();
  time.textContent = new Date(until).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  setTimeout(() => location.replace(location.pathname), Math.min(until - Date.now(), 2 ** 31 - 1));
}
