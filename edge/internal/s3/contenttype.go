package s3

import (
	"cmp"
	"path"
	"strings"
)

// extensions are those of each type that the AWS CLI sets for uploaded files, and
// of newer formats; "*" is a subtype of the same name. The machine's own tables
// are not used: the same file has the same type everywhere.
var extensions = map[string]string{
	"application/*":                 "json pdf rtf wasm xml yaml zip",
	"application/dash+xml":          "mpd",
	"application/epub+zip":          "epub",
	"application/gzip":              "gz tgz",
	"application/json":              "map",
	"application/ld+json":           "jsonld",
	"application/manifest+json":     "webmanifest",
	"application/msword":            "doc",
	"application/octet-stream":      "bin key",
	"application/ttml+xml":          "ttml",
	"application/vnd.apple.mpegurl": "m3u m3u8",
	"application/vnd.ms-excel":      "xls",
	"application/vnd.ms-fontobject": "eot",
	"application/vnd.ms-powerpoint": "ppt",
	"application/x-7z-compressed":   "7z",
	"application/x-subrip":          "srt",
	"application/x-tar":             "tar",
	"application/xhtml+xml":         "xhtml",
	"application/yaml":              "yml",
	"audio/*":                       "aac flac ogg opus wav",
	"audio/mp4":                     "m4a",
	"audio/mpeg":                    "mp3",
	"audio/ogg":                     "oga",
	"font/*":                        "otf ttf woff woff2",
	"image/*":                       "apng avif bmp gif heic jpeg jxl png tiff webp",
	"image/jpeg":                    "jpg",
	"image/svg+xml":                 "svg",
	"image/tiff":                    "tif",
	"image/vnd.microsoft.icon":      "ico",
	"model/gltf+json":               "gltf",
	"model/gltf-binary":             "glb",
	"text/*":                        "css csv html vtt",
	"text/calendar":                 "ics",
	"text/html":                     "htm",
	"text/javascript":               "cjs js mjs",
	"text/markdown":                 "md",
	"text/plain":                    "txt",
	"video/*":                       "mp4 mpeg webm",
	"video/iso.segment":             "m4s",
	"video/mp2t":                    "ts",
	"video/mp4":                     "m4v",
	"video/ogg":                     "ogv",
	"video/quicktime":               "mov",
	"video/x-matroska":              "mkv",
	"video/x-msvideo":               "avi",

	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "xlsx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "docx",
}

var contentTypes = func() map[string]string {
	types := map[string]string{}
	for contentType, names := range extensions {
		for name := range strings.FieldsSeq(names) {
			types["."+name] = strings.ReplaceAll(contentType, "*", name)
		}
	}
	return types
}()

// ContentType returns the media type of an object by its key's extension, by
// default S3's, binary/octet-stream.
func ContentType(key string) string {
	return cmp.Or(contentTypes[strings.ToLower(path.Ext(key))], "binary/octet-stream")
}
