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
  if (content instanceof HTMLImageElement) content.src = path;
  if (content instanceof HTMLVideoElement) await play(content, path);
  tell(section, true, `opened: ${response.headers.get("Content-Type")}`);
}

function tell(section, opened, what) {
  section.classList.add(opened ? "opened" : "refused");
  section.querySelector(".answer").textContent = what;
}

// play gives an HLS stream to the browser where it plays HLS itself, and
// otherwise feeds it the first variant's segments one after the other.
async function play(video, path) {
  if (video.canPlayType("application/vnd.apple.mpegurl")) {
    video.src = path;
    return;
  }
  const base = new URL(path, location.href);
  const variants = await lines(base);
  const info = variants.find((line) => line.startsWith("#EXT-X-STREAM-INF"));
  const codecs = /CODECS="(.*?)"/.exec(info)[1];
  const media = new URL(variants.find((line) => line && !line.startsWith("#")), base);
  const playlist = await lines(media);
  const map = /URI="(.*?)"/.exec(playlist.find((line) => line.startsWith("#EXT-X-MAP")))[1];
  const parts = [map, ...playlist.filter((line) => line && !line.startsWith("#"))];

  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await new Promise((opened) => source.addEventListener("sourceopen", opened, { once: true }));
  const buffer = source.addSourceBuffer(`video/mp4; codecs="${codecs}"`);
  for (const part of parts) {
    const response = await fetch(new URL(part, media), { credentials: "include" });
    if (!response.ok) throw new Error(`${part}: ${response.status}`);
    const appended = new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
    buffer.appendBuffer(await response.arrayBuffer());
    await appended;
  }
  source.endOfStream();
}

async function lines(url) {
  const response = await fetch(url, { credentials: "include" });
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
  return (await response.text()).split(/\r?\n/);
}
