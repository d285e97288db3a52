#!/bin/sh
# Makes this folder's content: picture.jpg, report.pdf and the stream in hls/.
# Nothing comes from elsewhere: the picture is drawn below, the report is
# written below, the stream is a slow move over the picture with a soft chord.
# public/ is written by hand. Needs chromium and ffmpeg:
#
#     apt-get install chromium ffmpeg && sh examples/content/make.sh
#
# The results are committed, so nobody needs to run this to use them.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

browser() {
	chromium --headless --no-sandbox --disable-gpu --disable-background-networking \
		--no-first-run --user-data-dir="$work/profile" "$@" >"$work/chromium.log" 2>&1 ||
		{ cat "$work/chromium.log" >&2; exit 1; }
}

cat >"$work/picture.svg" <<'SVG'
<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720" viewBox="0 0 1280 720">
  <defs>
    <linearGradient id="sky" x2="0" y2="1">
      <stop offset="0" stop-color="#1d3557"/><stop offset=".55" stop-color="#a8577e"/><stop offset=".8" stop-color="#f4a261"/>
    </linearGradient>
    <linearGradient id="lake" x2="0" y2="1">
      <stop offset="0" stop-color="#f4a261"/><stop offset=".5" stop-color="#7b4a6d"/><stop offset="1" stop-color="#14213d"/>
    </linearGradient>
    <radialGradient id="glow"><stop offset="0" stop-color="#fff3c4"/><stop offset=".25" stop-color="#ffd97d" stop-opacity=".9"/><stop offset="1" stop-color="#ffd97d" stop-opacity="0"/></radialGradient>
  </defs>
  <rect width="1280" height="500" fill="url(#sky)"/>
  <circle cx="820" cy="390" r="230" fill="url(#glow)"/>
  <circle cx="820" cy="390" r="46" fill="#fff3c4"/>
  <path d="M0 420 130 330 240 390 380 250 520 400 640 350 760 430 900 380 1040 280 1160 370 1280 310V500H0z" fill="#6d4a78"/>
  <path d="M380 250 520 400 470 390 430 420 400 370 350 400 330 340z" fill="#835a8a"/>
  <path d="M0 470 160 400 330 470 480 430 620 485 800 470 980 420 1120 470 1280 430V510H0z" fill="#3a2f56"/>
  <rect y="500" width="1280" height="220" fill="url(#lake)"/>
  <g fill="#ffd97d" opacity=".55">
    <rect x="776" y="512" width="88" height="5" rx="2"/><rect x="760" y="532" width="124" height="4" rx="2"/>
    <rect x="782" y="554" width="74" height="5" rx="2"/><rect x="750" y="580" width="138" height="4" rx="2"/><rect x="790" y="612" width="60" height="4" rx="2"/>
  </g>
  <g fill="#14142b">
    <path d="M0 720V560q60 40 130 60t180 20 120 80z"/>
    <path d="M70 620 100 470l30 150zM110 630 150 430l42 200zM180 640 208 520l28 120zM20 620 40 520l22 100z"/>
  </g>
</svg>
SVG
browser --hide-scrollbars --window-size=1280,720 --screenshot="$work/picture.png" "file://$work/picture.svg"
ffmpeg -v error -y -i "$work/picture.png" -map_metadata -1 -vf scale=960:540 -q:v 5 picture.jpg

cat >"$work/report.html" <<'HTML'
<!doctype html><html lang="en"><meta charset="utf-8"><title>Report on a private file</title>
<style>@page{size:A4;margin:28mm}body{font:12pt/1.6 "Liberation Sans",sans-serif;color:#1d3557}h1{font-size:24pt;margin:0}
hr{border:0;border-top:2pt solid #e63946;margin:6mm 0}td,th{padding:1mm 6mm 1mm 0;text-align:left}</style>
<h1>Report on a private file</h1><hr>
<p>This is the report nobody can read without a signature. If you can read it, one of these opened it:</p>
<table><tr><th>Opened by</th><th>Good for</th></tr>
<tr><td>a signed URL</td><td>one file, one link</td></tr>
<tr><td>signed cookies</td><td>many files, a session</td></tr>
<tr><td>an S3 presigned URL</td><td>a behavior whose signature S3 checks</td></tr></table>
<p>The bucket has no public address, the distribution has no unsigned path to it, and the link stops at its end.</p></html>
HTML
browser --no-pdf-header-footer --print-to-pdf="$PWD/report.pdf" "file://$work/report.html"

# Two variants of one stream: six seconds in three fragmented MP4 segments.
variant() { # name, width, height, video bit rate
	mkdir -p "hls/$1"
	ffmpeg -v error -y -loop 1 -framerate 24 -t 6 -i "$work/picture.png" \
		-f lavfi -t 6 -i "aevalsrc='0.06*(sin(2*PI*220*t)+sin(2*PI*277.18*t)+sin(2*PI*329.63*t))*min(1\,min(t\,6-t))':s=44100" \
		-vf "zoompan=z='1+0.0018*on':x='iw*0.32*on/144':y='ih*0.2*on/144':d=1:s=$2x$3:fps=24,format=yuv420p" \
		-map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
		-c:v libx264 -profile:v main -preset veryslow -b:v "$4" -maxrate "$4" -bufsize "$4" -g 48 -keyint_min 48 -sc_threshold 0 \
		-c:a aac -b:a 40k -ac 1 \
		-f hls -hls_time 2 -hls_playlist_type vod -hls_segment_type fmp4 \
		-hls_fmp4_init_filename init.mp4 -hls_segment_filename "hls/$1/%d.m4s" "hls/$1/index.m3u8"
}
rm -rf hls
variant 270p 480 270 110k
variant 180p 320 180 50k
cat >hls/stream.m3u8 <<'M3U8'
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=160000,AVERAGE-BANDWIDTH=145000,RESOLUTION=480x270,FRAME-RATE=24,CODECS="avc1.4d401f,mp4a.40.2"
270p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=110000,AVERAGE-BANDWIDTH=95000,RESOLUTION=320x180,FRAME-RATE=24,CODECS="avc1.4d4015,mp4a.40.2"
180p/index.m3u8
M3U8
du -sh .
