package cffunction_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/privatecdn/edge/internal/cffunction"
)

// A result of another shape than the event structure says is invalid, which is
// another failure than an error of the function.
func TestInvalidResults(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"undefined", "the handler must return the request or a response"},
		{"null", "the handler must return the request or a response"},
		{"7", "the handler must return the request or a response"},
		{"'text'", "the handler must return the request or a response"},
		{"{}", "request.method must be a string"},
		{"[]", "request.method must be a string"},
		{"e", "request.method must be a string"},
		{"Object.assign(e.request, {uri: 7})", "request.uri must be a string"},
		{"Object.assign(e.request, {uri: undefined})", "request.uri must be a string"},
		{"Object.assign(e.request, {uri: 'a'})", `the uri "a" must start with a slash`},
		{"Object.assign(e.request, {method: 'POST'})", "the method must not be changed"},
		{"Object.assign(e.request, {headers: null})", "request.headers must be an object"},
		{"Object.assign(e.request, {headers: 'x'})", "request.headers must be an object"},
		{"Object.assign(e.request, {headers: {a: 'x'}})", `request.headers["a"] must be an object`},
		{"Object.assign(e.request, {headers: {a: null}})", `request.headers["a"] must be an object`},
		{"Object.assign(e.request, {headers: {a: {}}})", `request.headers["a"].value must be a string`},
		{"Object.assign(e.request, {headers: {a: {Value: 'x'}}})", `request.headers["a"].value must be a string`},
		{"Object.assign(e.request, {headers: {a: {value: 7}}})", `request.headers["a"].value must be a string`},
		{"Object.assign(e.request, {headers: {A: {value: 'x'}}})", `the header name "A" must be in lower case`},
		{"Object.assign(e.request, {querystring: 'a=b'})", "request.querystring must be an object"},
		{"Object.assign(e.request, {querystring: {a: 'b'}})", `request.querystring["a"] must be an object`},
		{"Object.assign(e.request, {querystring: {a: {multiValue: 'b'}}})",
			`request.querystring["a"].multiValue must be an array`},
		{"Object.assign(e.request, {querystring: {a: {multiValue: ['b']}}})",
			`request.querystring["a"].multiValue[] must be an object`},
		{"Object.assign(e.request, {querystring: {a: {multiValue: [{}]}}})",
			`request.querystring["a"].value must be a string`},
		{"Object.assign(e.request, {cookies: {a: 'b'}})", `request.cookies["a"] must be an object`},
		{"Object.assign(e.request, {cookies: {a: {value: 'b', attributes: 1}}})",
			`request.cookies["a"].attributes must be a string`},
		{"{statusCode: '200'}", "response.statusCode must be an integer"},
		{"{statusCode: 200.5}", "response.statusCode must be an integer"},
		{"{statusCode: null}", "response.statusCode must be an integer"},
		{"{statusCode: 199}", "the statusCode 199 is not a status of HTTP"},
		{"{statusCode: 600}", "the statusCode 600 is not a status of HTTP"},
		{"{statusCode: 200, statusDescription: 200}", "response.statusDescription must be a string"},
		{"{statusCode: 200, headers: {a: 'b'}}", `response.headers["a"] must be an object`},
		{"{statusCode: 200, cookies: 1}", "response.cookies must be an object"},
		{"{statusCode: 200, body: 7}", "response.body must be an object"},
		{"{statusCode: 200, body: {}}", "response.body.data must be a string"},
		{"{statusCode: 200, body: {data: 'x', encoding: 1}}", "response.body.encoding must be a string"},
		{"{statusCode: 200, body: {data: 'x', encoding: 'gzip'}}", `the body's encoding "gzip" is neither text nor base64`},
		{"(require('cloudfront').updateRequestOrigin({domainName: 7}), e.request)",
			"the origin's domainName must not be a number"},
		{"(require('cloudfront').updateRequestOrigin({timeouts: 'long'}), e.request)",
			"the origin's timeouts must not be a string"},
	} {
		_, _, err := run(t, "function handler(e) { return "+c[0]+"; }")
		if !errors.Is(err, cffunction.ErrInvalid) || !strings.HasSuffix(err.Error(), ": "+c[1]) {
			t.Errorf("%s: %v, want an invalid result: %s", c[0], err, c[1])
		}
	}
}

// A function that throws while its result is read has failed.
func TestResultThatThrows(t *testing.T) {
	t.Parallel()
	for _, result := range []string{
		"{get statusCode() { throw new Error('here'); }}", "{get statusCode() { throw null; }}",
		"{statusCode: 200, body: {get data() { throw {}; }}}",
	} {
		if _, _, err := run(t, "function handler(e) { return "+result+"; }"); !errors.Is(err, cffunction.ErrFailed) {
			t.Errorf("%s: %v", result, err)
		}
	}
}

// What a response leaves out is empty, and every value of a name is there.
func TestResponse(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]cffunction.Response{
		"{statusCode: 200}": {Status: 200},
		"{statusCode: 599, statusDescription: 'd', body: 'b'}": {Status: 599, Description: "d",
			Body: &cffunction.Body{Encoding: "text", Data: "b"}},
		"{statusCode: 200, body: {data: 'b'}}": {Status: 200, Body: &cffunction.Body{Data: "b"}},
		"{statusCode: 200, body: null, headers: {a: {value: '', multiValue: []}, " +
			"b: {value: 'x', multiValue: [{value: '1'}, {value: '2'}]}}, " +
			"cookies: {c: {value: 'v', attributes: 'Secure'}}}": {Status: 200,
			Headers: []cffunction.Pair{{Name: "a"}, {Name: "b", Value: "1"}, {Name: "b", Value: "2"}},
			Cookies: []cffunction.Pair{{Name: "c", Value: "v", Attributes: "Secure"}}},
	} {
		r, _, err := run(t, "function handler(e) { return "+result+"; }")
		if err != nil {
			t.Errorf("%s: %v", result, err)
			continue
		}
		got := r.Response
		if got.Status != want.Status || got.Description != want.Description || !reflect.DeepEqual(got.Body, want.Body) ||
			!slices.Equal(got.Headers, want.Headers) || !slices.Equal(got.Cookies, want.Cookies) {
			t.Errorf("%s: %+v, want %+v", result, got, want)
		}
	}
}

// Parameters that a function leaves alone stay in the viewer's order.
func TestQueryKeepsItsOrder(t *testing.T) {
	t.Parallel()
	event := viewerRequest
	event.Request.Query = []cffunction.Pair{{Name: "b", Value: "1"}, {Name: "a", Value: "2"}, {Name: "b", Value: "3"}}
	for code, want := range map[string][]cffunction.Pair{
		"e.request.uri = '/b';": event.Request.Query,
		"e.request.querystring.c = {value: '4'};": {
			{Name: "a", Value: "2"}, {Name: "b", Value: "1"}, {Name: "b", Value: "3"}, {Name: "c", Value: "4"}},
		"delete e.request.querystring.b;": {{Name: "a", Value: "2"}},
	} {
		r, err := compile(t, "function handler(e) { "+code+" return e.request; }").Run(event, time.Unix(0, 0), nil)
		if err != nil || !reflect.DeepEqual(r.Request.Query, want) {
			t.Errorf("%s: %v, %v, want %v", code, r.Request, err, want)
		}
	}
}

// A function that runs on a response may change what is not read-only, and
// leave what it may not add.
func TestViewerResponse(t *testing.T) {
	t.Parallel()
	event := cffunction.Event{Type: cffunction.ViewerResponse, Request: viewerRequest.Request,
		Response: &cffunction.Response{
			Status: 200, Headers: []cffunction.Pair{{Name: "via", Value: "v"}, {Name: "x-cache", Value: "Hit"}}}}
	for code, says := range map[string]string{
		"":                                        "",
		"r.headers.a = {value: 'b'};":             "",
		"r.headers.warning = {value: 'w'};":       `the header "warning" is read-only in a viewer-response function`,
		"delete r.headers.via;":                   `the header "via" is read-only in a viewer-response function`,
		"r.headers['x-cache'].value = 'Miss';":    `the header "x-cache" must not be set by a function`,
		"r.headers['x-edge-a'] = {value: 'Miss'}": `the header "x-edge-a" must not be set by a function`,
		"return e.request;":                       "a viewer-response function must return a response",
	} {
		f := compile(t, "function handler(e) { const r = e.response; "+code+"; return r; }")
		_, err := f.Run(event, time.Unix(0, 0), nil)
		if says == "" && err != nil || says != "" && (!errors.Is(err, cffunction.ErrInvalid) ||
			!strings.HasSuffix(err.Error(), says)) {
			t.Errorf("%s: %v, want %q", code, err, says)
		}
	}
}
