package privatecdn

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// check finds every mistake in p, for a stack in region, which may be open.
func check(p *DistributionProps, region string) problems {
	var found problems
	found.checkKeys(p)
	found.checkCache("Cache", p.Cache)
	if p.CachePolicy != nil && !p.Cache.zero() {
		found.add("Cache", "is given together with CachePolicy; keep one of them")
	}
	found.checkHeaders(p)
	found.checkFront(p)
	found.checkBucket(p)
	found.checkLogging(p.Logging)
	found.checkWatch(p.Watch)
	found.checkTags(p.Tags)
	found.checkStackRegion(p, region)
	limits := p.Limits.withDefaults()
	found.checkLimit("Behaviors", len(p.Behaviors)+1, limits.Behaviors, "behaviors", "join some patterns")
	if p.Default.PathPattern != "" {
		found.add("Default.PathPattern", "is %q, but the default behavior catches every path; leave it empty", p.Default.PathPattern)
	}
	found.checkBehavior("Default", p.Default, limits)
	for i, b := range p.Behaviors {
		found.checkPattern(property(i), b.PathPattern)
		found.checkBehavior(property(i), b, limits)
	}
	found.checkOrder(p)
	found.checkShown(p)
	found.checkFunctions(p)
	return found
}

func property(i int) string { return fmt.Sprintf("Behaviors[%d]", i) }

func (p *problems) checkKeys(props *DistributionProps) {
	switch {
	case props.Keys != nil && props.TrustedKeys != nil:
		p.add("Keys", "is given together with TrustedKeys; keep one of them")
	case props.Keys == nil && props.TrustedKeys == nil && props.needsKeys():
		p.add("Keys", "is missing; open the ring with keys.Open and pass it (`privatecdn keys new` makes one)")
	case props.open() && (props.Keys != nil || props.TrustedKeys != nil):
		p.add("Keys", "would open nothing, since no behavior is Signed; leave it out, or make a behavior Signed")
	}
}

// open reports whether no behavior is Signed, as far as can be known.
func (p *DistributionProps) open() bool {
	known := func(b Behavior) bool { return b.Access == Public || b.Access == Presigned }
	return known(p.Default) && !slices.ContainsFunc(p.Behaviors, func(b Behavior) bool { return !known(b) })
}

// needsKeys reports whether a signed behavior has no key group of its own.
func (p *DistributionProps) needsKeys() bool {
	lacks := func(b Behavior) bool { return (b.Access == "" || b.Access == Signed) && len(b.TrustedKeys) == 0 }
	return lacks(p.Default) || slices.ContainsFunc(p.Behaviors, lacks)
}

func (p *problems) checkBehavior(property string, b Behavior, limits Limits) {
	p.checkLimit("GroupsPerBehavior", len(b.TrustedKeys), limits.GroupsPerBehavior, "key groups for "+property, "join their rings")
	if slices.Contains(b.TrustedKeys, nil) {
		p.add(property+".TrustedKeys", "holds nil; make each with privatecdn.NewTrustedKeys")
	}
	for j, t := range b.TrustedKeys {
		if t != nil && slices.Contains(b.TrustedKeys[:j], t) {
			p.add(property+".TrustedKeys", "holds the same key group twice; keep one of them")
		}
	}
	if len(b.TrustedKeys) > 0 && b.Access != "" && b.Access != Signed {
		p.add(property+".TrustedKeys", "would open nothing, since Access is %q; leave it out, or make the behavior Signed", b.Access)
	}
	p.checkPresigned(property, b)
	switch b.Access {
	case "", Signed, Public, Presigned:
	default:
		p.add(property+".Access", "is %q; use privatecdn.Signed, privatecdn.Public or privatecdn.Presigned", b.Access)
	}
	switch b.Methods {
	case "", MethodsGetHead, MethodsGetHeadOptions, MethodsAll:
	default:
		p.add(property+".Methods", "is %q; use one of the privatecdn.Methods constants", b.Methods)
	}
	if b.Bucket != nil && b.Origin != nil {
		p.add(property+".Origin", "is given together with Bucket; keep one of them")
	}
	if b.Cache == nil {
		return
	}
	p.checkCache(property+".Cache", *b.Cache)
	if b.CachePolicy != nil {
		p.add(property+".Cache", "is given together with CachePolicy; keep one of them")
	}
}

func (c Cache) zero() bool {
	return !c.Off && c.MinTTL == 0 && c.DefaultTTL == 0 && c.MaxTTL == 0 &&
		len(c.Headers)+len(c.Cookies)+len(c.QueryStrings) == 0
}

func (p *problems) checkCache(property string, c Cache) {
	if c.Off {
		if c.Off = false; !c.zero() {
			p.add(property, "is Off and says how to cache; with Off, leave the rest out")
		}
		return
	}
	p.checkSeconds(property+".MinTTL", c.MinTTL)
	p.checkSeconds(property+".DefaultTTL", c.DefaultTTL)
	p.checkSeconds(property+".MaxTTL", c.MaxTTL)
	full := c.withDefaults()
	if full.MinTTL > full.DefaultTTL || full.DefaultTTL > full.MaxTTL {
		p.add(property, "has MinTTL %v, DefaultTTL %v and MaxTTL %v; each must be at most the next", full.MinTTL, full.DefaultTTL, full.MaxTTL)
	}
	if slices.Contains(c.Headers, "*") {
		p.add(property+".Headers", "holds \"*\", which no cache policy can; name the headers")
	}
	p.checkWildcard(property+".Cookies", c.Cookies)
	p.checkWildcard(property+".QueryStrings", c.QueryStrings)
}

func (p *problems) checkWildcard(property string, names []string) {
	if len(names) > 1 && slices.Contains(names, "*") {
		p.add(property, `holds "*" and names; "*" stands alone`)
	}
}

func (p *problems) checkSeconds(property string, d time.Duration) {
	if d < 0 || d%time.Second != 0 {
		p.add(property, "is %v; give whole seconds, none negative", d)
	}
}

// checkPattern holds pattern to what CloudFront accepts.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
func (p *problems) checkPattern(property, pattern string) {
	property += ".PathPattern"
	switch {
	case pattern == "":
		p.add(property, "is missing; say which paths the behavior catches, or use Default for all others")
	case len(pattern) > 255:
		p.add(property, "has %d characters; CloudFront takes 255", len(pattern))
	}
	if isToken(pattern) {
		p.add(property, "is a token, known when it is deployed only, so nothing can tell what it opens; write the pattern out")
	} else if pattern != "" && !isPattern(pattern) {
		bad := strings.TrimFunc(pattern, isPatternRune)
		p.add(property, "%q holds %q, which no path pattern can; use A-Z a-z 0-9 _ - . * ? $ / ~ \" ' @ : + &", pattern, []rune(bad)[0])
	}
}

func isPattern(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !isPatternRune(r) }) < 0
}

func isPatternRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(`_-.*?$/~"'@:+&`, r)
}
