package access_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/privatecdn/access"
	"example.com/privatecdn/edge"
)

// proofs say for each kind of finding whether the edges confirm one.
var proofs = map[access.Kind]func(*proving, access.Finding) bool{
	access.BecamePublic:         provePublic,
	access.BecameSigned:         proveSigned,
	access.KeyRemoved:           func(p *proving, f access.Finding) bool { return p.turns(f.Witness, p.keyOf(f), true) },
	access.KeyAdded:             func(p *proving, f access.Finding) bool { return p.turns(f.Witness, p.keyOf(f), false) },
	access.BucketReplaced:       func(p *proving, f access.Finding) bool { return p.differs(f.Witness) },
	access.RootObjectChanged:    func(p *proving, f access.Finding) bool { return p.differs("/") },
	access.DistributionReplaced: proveGone,
	access.DistributionAdded:    proveAdded,
	access.DistributionDisabled: func(p *proving, f access.Finding) bool { return p.turns("/private/x", "KeyOne", true) },
	access.DistributionEnabled:  func(p *proving, f access.Finding) bool { return p.turns("/private/x", "KeyOne", false) },
	access.AliasRemoved:         proveAlias,
	access.OriginGrantWidened:   func(p *proving, f access.Finding) bool { return proveGrant(p, f, false) },
	access.OriginGrantRemoved:   func(p *proving, f access.Finding) bool { return proveGrant(p, f, true) },
	access.HTTPSWeakened:        proveHTTPS,
	access.HTTPSRequired:        proveHTTPSRequired,
	access.CORSWidened: func(p *proving, f access.Finding) bool {
		return moreCORS(p.cors(p.now, f),
			p.cors(p.old, f))
	},
	access.CORSNarrowed: func(p *proving, f access.Finding) bool {
		return moreCORS(p.cors(p.old, f),
			p.cors(p.now, f))
	},
	access.MethodsWidened: func(p *proving, f access.Finding) bool {
		return p.methodAllowed(p.now, f) && !p.methodAllowed(p.old, f)
	},
	access.MethodsNarrowed: func(p *proving, f access.Finding) bool {
		return p.methodAllowed(p.old, f) && !p.methodAllowed(p.now, f)
	},
	access.GeoChanged:             proveGeo,
	access.ErrorPageChanged:       proveErrorPage,
	access.CacheOutlivesSignature: proveCache,
	access.BehaviorShadowed:       proveShadowed,
	access.FunctionChanged:        func(p *proving, f access.Finding) bool { return p.differs(f.Witness) },
}

// turns reports whether what one has to show opened a path as was says, and does
// the contrary now.
func (p *proving) turns(path, key string, was bool) bool {
	before, after := p.lab(p.old).content(viewer{key: key}, path), p.lab(p.now).content(viewer{key: key}, path)
	return (before != "") == was && (after != "") == !was
}

// differs reports whether somebody gets other content for a path.
func (p *proving) differs(path string) bool {
	return slices.ContainsFunc(allKeys, func(key string) bool {
		return p.lab(p.old).content(viewer{key: key}, path) != p.lab(p.now).content(viewer{key: key}, path)
	})
}

func (p *proving) keyOf(f access.Finding) string {
	return map[string]string{fingerprint(keyOne): "KeyOne", fingerprint(keyTwo): "KeyTwo"}[f.Key]
}

var pageOfError = regexp.MustCompile(`is the page of error (\d+)`)

func provePublic(p *proving, f access.Finding) bool {
	old, now, everyone := p.lab(p.old), p.lab(p.now), viewer{}
	switch {
	case f.Severity == access.Breaking:
		return p.turns(f.Witness, "presigned", true)
	case f.Severity == access.Note:
		return old.content(everyone, f.Witness) == "" && now.content(everyone, f.Witness) == ""
	case pageOfError.MatchString(f.Sentence):
		page := now.content(viewer{key: "KeyOne"}, f.Witness)
		code := pageOfError.FindStringSubmatch(f.Sentence)[1]
		gets := func(l *lab) bool {
			return slices.ContainsFunc(l.hosts(), func(host string) bool {
				body := l.failed(host, code)
				return body != "" && strings.Contains(page, body)
			})
		}
		return gets(now) && !(gets(old) && old.content(everyone, f.Witness) == "")
	case strings.Contains(f.Sentence, "the same object is at"):
		_, plain, _ := strings.Cut(f.Sentence, "does not protect ")
		plain, _, _ = strings.Cut(plain, ": ")
		opened := now.content(everyone, f.Witness)
		return opened != "" && old.content(everyone, f.Witness) != opened && old.content(everyone, plain) != opened
	}
	return p.turns(f.Witness, "", false)
}

// failed returns the body of a host's response to a request that ends in an
// error.
func (l *lab) failed(host, code string) string {
	path := "/private/unsigned"
	if code != "403" {
		path = "/web/fail-" + code
	}
	return l.send(viewer{}, host, path).Body.String()
}

func proveSigned(p *proving, f access.Finding) bool {
	if f.Severity == access.Breaking {
		return p.turns(f.Witness, "presigned", true)
	}
	return p.turns(f.Witness, "", true)
}

// proveGone reports whether a host opens no URL any more.
func proveGone(p *proving, _ access.Finding) bool {
	old, now := p.lab(p.old), p.lab(p.now).hosts()
	return slices.ContainsFunc(old.hosts(), func(host string) bool {
		return !slices.Contains(now, host) && old.send(viewer{key: "KeyOne"}, host, "/x").Code == http.StatusOK
	})
}

// proveAdded reports whether there is a host that opens a URL.
func proveAdded(p *proving, f access.Finding) bool {
	return proveGone(&proving{p.t, p.keys, p.failing, p.now, p.old}, f) ||
		slices.ContainsFunc(p.lab(p.now).hosts(), func(host string) bool {
			return p.lab(p.now).send(viewer{key: "KeyTwo"}, host, "/x").Code == http.StatusOK
		})
}

func proveAlias(p *proving, f access.Finding) bool {
	host := strings.ToLower(f.Witness)
	behind := func(l *lab, v viewer) string {
		if !slices.Contains(l.hosts(), host) && !slices.Contains(l.hosts(), "*.example.com") {
			return "" // an edge with one distribution responds to every name
		}
		return l.send(v, host, "/private/x").Body.String()
	}
	return slices.ContainsFunc(allKeys[:3], func(key string) bool {
		return behind(p.lab(p.old), viewer{key: key}) != behind(p.lab(p.now), viewer{key: key})
	})
}

func proveHTTPS(p *proving, f access.Finding) bool {
	return slices.ContainsFunc(allKeys, func(key string) bool {
		over, plain := viewer{key: key}, viewer{key: key, scheme: "http"}
		both := func(see func(*lab) bool) bool { return !see(p.lab(p.old)) && see(p.lab(p.now)) }
		ask := func(l *lab, v viewer) *httptest.ResponseRecorder { return l.send(v, l.hosts()[0], f.Witness) }
		switch {
		case strings.Contains(f.Sentence, "are served over plain HTTP"):
			return both(func(l *lab) bool { // from the cache, too, of what the bucket gives over HTTPS alone
				return ask(l, over).Code == http.StatusOK && ask(l, plain).Code == http.StatusOK
			})
		case strings.Contains(f.Sentence, "redirected instead of refused"):
			return both(func(l *lab) bool { return ask(l, plain).Code == http.StatusMovedPermanently })
		case strings.Contains(f.Sentence, "from the origin over plain HTTP"):
			return both(func(l *lab) bool { return ask(l, plain).Header().Get("X-Scheme") == "http" }) ||
				both(func(l *lab) bool { return ask(l, over).Header().Get("X-Scheme") == "http" })
		case strings.Contains(f.Sentence, "Strict-Transport-Security"):
			return both(func(l *lab) bool { return ask(l, over).Header().Get("Strict-Transport-Security") == "" })
		case strings.Contains(f.Sentence, "no longer refuses plain HTTP"):
			return p.decisions(p.old, p.old.media).denied(insecure) && !p.decisions(p.now, f.Bucket).denied(insecure)
		}
		return false
	})
}

func proveHTTPSRequired(p *proving, f access.Finding) bool {
	works := func(s *site, key string) bool {
		l := p.lab(s)
		code := l.send(viewer{key: key, scheme: "http"}, l.hosts()[0], f.Witness).Code
		return code == http.StatusOK || code == http.StatusMovedPermanently
	}
	return slices.ContainsFunc(allKeys, func(key string) bool { return works(p.old, key) && !works(p.now, key) })
}

// cors returns what web pages may do with the witness of a finding.
func (p *proving) cors(s *site, f access.Finding) (allowed []string) {
	l := p.lab(s)
	for _, key := range allKeys {
		for _, origin := range []string{"https://a.example.com", "https://b.example.com", "https://evil.test"} {
			v, path := viewer{key: key, origin: origin}, f.Witness
			host := l.hosts()[0]
			if f.Path == "" {
				v, path, host = viewer{method: http.MethodOptions, origin: origin, direct: true}, "/x", bucketHost(l.edge)
			}
			h := l.send(v, host, path).Header()
			if a := h.Get("Access-Control-Allow-Origin"); a == "*" || a == origin {
				allowed = append(allowed, origin, origin+" credentials "+h.Get("Access-Control-Allow-Credentials"),
					origin+" expose "+h.Get("Access-Control-Expose-Headers"))
			}
		}
	}
	return allowed
}

// bucketHost returns the host of the bucket that the first distribution reads.
func bucketHost(e *edge.Edge) string {
	b := e.Deployments()[0].Bucket
	return b.Name + ".s3." + b.Region + ".amazonaws.com"
}

func moreCORS(after, before []string) bool {
	return slices.ContainsFunc(after, func(s string) bool { return !slices.Contains(before, s) })
}

var method = regexp.MustCompile(`\b(OPTIONS|PUT|POST|PATCH|DELETE)\b`)

// methodAllowed reports whether a request with the method that a finding is
// about comes to the origin.
func (p *proving) methodAllowed(s *site, f access.Finding) bool {
	return slices.ContainsFunc(allKeys, func(key string) bool {
		l := p.lab(s)
		l.send(viewer{key: key, method: method.FindString(f.Sentence)}, l.hosts()[0], f.Witness)
		return l.trace.Origin != nil
	})
}

func proveGeo(p *proving, f access.Finding) bool {
	countries := strings.Split(f.Witness, ", ")
	if strings.HasPrefix(f.Witness, "every country but") {
		countries = []string{"US"}
	}
	return !slices.ContainsFunc(countries, func(country string) bool {
		v := viewer{key: "KeyOne", country: country}
		before, after := p.lab(p.old).content(v, "/private/x") != "", p.lab(p.now).content(v, "/private/x") != ""
		return before == after || after != (f.Severity == access.Widening)
	})
}

var requestID = regexp.MustCompile(`[A-Za-z0-9_=+/-]{16,}`)

func proveErrorPage(p *proving, f access.Finding) bool {
	body := func(s *site) string {
		l := p.lab(s)
		return requestID.ReplaceAllString(l.failed(l.hosts()[0], f.Witness), "")
	}
	path := map[bool]string{true: "/private/unsigned", false: "/web/fail-" + f.Witness}[f.Witness == "403"]
	status := func(s *site) int {
		l := p.lab(s)
		return l.send(viewer{}, l.hosts()[0], path).Code
	}
	return body(p.old) != body(p.now) || status(p.old) != status(p.now)
}

var upTo = regexp.MustCompile(`up to (\S+) after`)

func proveCache(p *proving, f access.Finding) bool {
	var after func(l *lab) bool
	switch {
	case f.Severity == access.Breaking:
		return p.turns(f.Witness, "presigned", true)
	case strings.Contains(f.Sentence, "is not part of the cache key"):
		after = func(l *lab) bool {
			return l.content(viewer{key: "presigned"}, f.Witness) != "" && l.content(viewer{}, f.Witness) != ""
		}
	default:
		longest, err := time.ParseDuration(upTo.FindStringSubmatch(f.Sentence)[1])
		if err != nil {
			p.t.Fatal(err)
		}
		after = func(l *lab) bool {
			host := l.hosts()[0]
			url := f.Witness + l.presign(host, f.Witness)
			l.clock = l.clock.Add(presignedFor - time.Minute)
			first := l.send(viewer{}, host, url).Code
			l.clock = l.clock.Add(longest - time.Second)
			return first == http.StatusOK && l.send(viewer{}, host, url).Code == http.StatusOK
		}
	}
	return !after(p.lab(p.old)) && after(p.lab(p.now))
}

func proveShadowed(p *proving, f access.Finding) bool {
	if strings.Contains(f.Sentence, "does not protect") {
		return p.lab(p.now).content(viewer{}, f.Witness) != ""
	}
	return f.Severity == access.Widening && p.turns(f.Witness, "", false)
}
