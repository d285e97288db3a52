package s3

import (
	"path"
	"strings"
)

// contentTypes are the types that the AWS CLI sets for uploaded files, and
// those of newer formats. The machine's own tables are not used: the same file
// has the same type everywhere.
var contentTypes = map[string]string{
	".7z":          "application/x-7z-compressed",
	".aac":         "audio/aac",
	".apng":        "image/apng",
	".avi":         "video/x-msvideo",
	".avif":        "image/avif",
	".bin":         "application/octet-stream",
	".bmp":         "image/bmp",
	".cjs":         "text/javascript",
	".css":         "text/css",
	".csv":         "text/csv",
	".doc":         "application/msword",
	".docx":        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".eot":         "application/vnd.ms-fontobject",
	".epub":        "application/epub+zip",
	".flac":        "audio/flac",
	".gif":         "image/gif",
	".glb":         "model/gltf-binary",
	".gltf":        "model/gltf+json",
	".gz":          "application/gzip",
	".heic":        "image/heic",
	".htm":         "text/html",
	".html":        "text/html",
	".ico":         "image/vnd.microsoft.icon",
	".ics":         "text/calendar",
	".jpeg":        "image/jpeg",
	".jpg":         "image/jpeg",
	".js":          "text/javascript",
	".json":        "application/json",
	".jsonld":      "application/ld+json",
	".jxl":         "image/jxl",
	".key":         "application/octet-stream",
	".m3u":         "application/vnd.apple.mpegurl",
	".m3u8":        "application/vnd.apple.mpegurl",
	".m4a":         "audio/mp4",
	".m4s":         "video/iso.segment",
	".m4v":         "video/mp4",
	".map":         "application/json",
	".md":          "text/markdown",
	".mjs":         "text/javascript",
	".mkv":         "video/x-matroska",
	".mov":         "video/quicktime",
	".mp3":         "audio/mpeg",
	".mp4":         "video/mp4",
	".mpd":         "application/dash+xml",
	".mpeg":        "video/mpeg",
	".oga":         "audio/ogg",
	".ogg":         "audio/ogg",
	".ogv":         "video/ogg",
	".opus":        "audio/opus",
	".otf":         "font/otf",
	".pdf":         "application/pdf",
	".png":         "image/png",
	".ppt":         "application/vnd.ms-powerpoint",
	".pptx":        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".rtf":         "application/rtf",
	".srt":         "application/x-subrip",
	".svg":         "image/svg+xml",
	".tar":         "application/x-tar",
	".tgz":         "application/gzip",
	".tif":         "image/tiff",
	".tiff":        "image/tiff",
	".ts":          "video/mp2t",
	".ttf":         "font/ttf",
	".ttml":        "application/ttml+xml",
	".txt":         "text/plain",
	".vtt":         "text/vtt",
	".wasm":        "application/wasm",
	".wav":         "audio/wav",
	".webm":        "video/webm",
	".webmanifest": "application/manifest+json",
	".webp":        "image/webp",
	".woff":        "font/woff",
	".woff2":       "font/woff2",
	".xhtml":       "application/xhtml+xml",
	".xls":         "application/vnd.ms-excel",
	".xlsx":        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".xml":         "application/xml",
	".yaml":        "application/yaml",
	".yml":         "application/yaml",
	".zip":         "application/zip",
}

// ContentType returns the media type of an object by its key's extension, by
// default S3's, binary/octet-stream.
func ContentType(key string) string {
	if t, known := contentTypes[strings.ToLower(path.Ext(key))]; known {
		return t
	}
	return "binary/octet-stream"
}
