package cache_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge/internal/cache"
)

func TestLifetime(t *testing.T) {
	t.Parallel()
	p := cache.Policy{Min: 0, Default: time.Hour, Max: 24 * time.Hour, Error: 10 * time.Second}
	min := p
	min.Min = time.Minute
	control := func(directives string) http.Header { return http.Header{"Cache-Control": {directives}} }
	later := start.Add(time.Second).Format(http.TimeFormat)
	for name, c := range map[string]struct {
		policy cache.Policy
		status int
		header http.Header
		ttl    time.Duration
		store  bool
	}{
		"default":              {p, 200, nil, time.Hour, true},
		"max-age":              {p, 200, http.Header{"Cache-Control": {"max-age=5"}}, 5 * time.Second, true},
		"huge max-age":         {p, 200, http.Header{"Cache-Control": {"max-age=99999999999999999999"}}, time.Hour, true},
		"partial":              {p, 206, nil, 0, false},
		"no-store":             {p, 200, http.Header{"Cache-Control": {"No-Store"}}, 0, false},
		"no-cache":             {p, 200, http.Header{"Cache-Control": {"no-cache"}}, 0, true},
		"private":              {p, 200, control("private"), 0, false},
		"more than 31 bits":    {p, 200, control("max-age=2147483648"), time.Hour, true},
		"Max 0":                {cache.Policy{Default: time.Hour}, 200, nil, 0, false},
		"307":                  {p, 307, nil, 0, false},
		"308":                  {p, 308, nil, 0, false},
		"301":                  {p, 301, nil, time.Hour, true},
		"307 with max-age":     {p, 307, control("max-age=5"), 5 * time.Second, true},
		"no-cache, minimum":    {min, 200, control("no-cache"), time.Minute, true},
		"private, minimum":     {min, 200, control("private"), time.Minute, true},
		"no-store, minimum":    {min, 200, http.Header{"Cache-Control": {"no-store"}}, time.Minute, true},
		"Expires":              {p, 200, http.Header{"Expires": {later}}, time.Second, true},
		"404":                  {p, 404, nil, 10 * time.Second, true},
		"399":                  {p, 399, nil, time.Hour, true},
		"404, no-store":        {p, 404, control("no-store"), 0, false},
		"404, no-cache":        {p, 404, control("no-cache"), 0, false},
		"404, private":         {p, 404, control("private"), 0, false},
		"410":                  {p, 410, nil, 10 * time.Second, true},
		"414":                  {p, 414, nil, 10 * time.Second, true},
		"501":                  {p, 501, nil, 10 * time.Second, true},
		"501, no-store":        {p, 501, control("no-store"), 0, false},
		"400":                  {p, 400, nil, 0, false},
		"400 with max-age":     {p, 400, control("max-age=5"), 10 * time.Second, true},
		"405 with max-age":     {p, 405, control("max-age=5"), 10 * time.Second, true},
		"412 with max-age":     {p, 412, control("max-age=5"), 10 * time.Second, true},
		"415 with max-age":     {p, 415, control("max-age=5"), 10 * time.Second, true},
		"418 with max-age":     {p, 418, control("max-age=5"), 0, false},
		"500":                  {p, 500, nil, 10 * time.Second, true},
		"403":                  {p, 403, nil, 0, false},
		"403 with max-age":     {p, 403, http.Header{"Cache-Control": {"max-age=5"}}, 10 * time.Second, true},
		"416":                  {p, 416, http.Header{"Cache-Control": {"max-age=5"}}, 0, false},
		"503 longer":           {p, 503, http.Header{"Cache-Control": {"max-age=60"}}, time.Minute, true},
		"503 no error caching": {cache.Policy{Max: time.Hour}, 503, nil, 0, false},
	} {
		if ttl, store := c.policy.Lifetime(c.status, c.header, start); ttl != c.ttl || store != c.store {
			t.Errorf("%s: %s, %v; want %s, %v", name, ttl, store, c.ttl, c.store)
		}
	}
}

func TestStale(t *testing.T) {
	t.Parallel()
	p := cache.Policy{Max: time.Hour}
	expires := start.Add(time.Minute)
	for name, c := range map[string]struct {
		control        string
		ifError, while time.Time
	}{
		"nothing":         {"max-age=60", start.Add(time.Hour), start},
		"if error":        {"stale-if-error=30", expires.Add(30 * time.Second), start},
		"if error, never": {"stale-if-error=0", expires, start},
		"if error, long":  {"stale-if-error=86400", start.Add(time.Hour), start},
		"while":           {"stale-while-revalidate=30", start.Add(time.Hour), expires.Add(30 * time.Second)},
		"while, long":     {"Stale-While-Revalidate=86400", start.Add(time.Hour), start.Add(time.Hour)},
		"not a number":    {"stale-if-error=x, stale-while-revalidate=-1", start.Add(time.Hour), start},
	} {
		ifError, while := p.Stale(http.Header{"Cache-Control": {c.control}}, start, expires)
		if !ifError.Equal(c.ifError) || !while.Equal(c.while) {
			t.Errorf("%s: %v %v, want %v %v", name, ifError, while, c.ifError, c.while)
		}
	}
}

func TestUnstored(t *testing.T) {
	t.Parallel()
	for control, want := range map[string]string{
		`no-cache="set-cookie, x-a", max-age=5`: "Set-Cookie X-A", "no-cache": "", `private="x-a"`: "", "": "",
		"no-cache=X-B": "X-B",
	} {
		h := http.Header{"Cache-Control": {control}}
		if got := strings.Join(cache.Unstored(h), " "); got != want {
			t.Errorf("%s: %q, want %q", control, got, want)
		}
	}
}
