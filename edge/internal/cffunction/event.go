package cffunction

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// The event types.
const (
	ViewerRequest  = "viewer-request"
	ViewerResponse = "viewer-response"
)

// Event is the argument of a function.
type Event struct {
	DistributionDomain string
	DistributionID     string
	RequestID          string
	Type               string // ViewerRequest or ViewerResponse
	RawQuery           string // as the viewer sent it
	ViewerIP           string
	Request            Request
	Response           *Response // for ViewerResponse
}

// Request is a viewer's request as a function sees and changes it.
type Request struct {
	Method  string
	URI     string
	Query   []Pair
	Headers []Pair // names in lower case; without cookies
	Cookies []Pair
	Origin  *Origin // that the function chose in place of its behavior's
}

// Origin is a function's change to its request's origin, or to the one with the
// ID. Zero fields stay unchanged.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
type Origin struct {
	ID                 string
	DomainName         string
	HostHeader         string
	OriginPath         *string
	CustomHeaders      map[string]string
	ConnectionAttempts int
	Timeouts           struct{ ReadTimeout, ConnectionTimeout int } // seconds
	CustomOriginConfig *struct {
		Port     int
		Protocol string // http or https
	}
	OriginAccessControlConfig *struct {
		Enabled                     bool
		SigningBehavior, OriginType string
	}
}

// Response is a response as a function sees, changes or makes it.
type Response struct {
	Status      int    `json:"statusCode"`
	Description string `json:"statusDescription"`
	Headers     []Pair
	Cookies     []Pair
	Body        *Body // nil: as it is
}

// Pair is a name with one of its values.
type Pair struct {
	Name       string `json:"name"`
	Value      string `json:"value"`
	Attributes string `json:"attributes"` // of a cookie in a response
}

// Body is a body that a function created.
type Body struct {
	Encoding string `json:"encoding"` // text or base64
	Data     string `json:"data"`
}

// Result is the result of a function: a request or a response.
type Result struct {
	Request  *Request
	Response *Response
}

type jsonValue struct {
	Value      string      `json:"value"`
	Attributes string      `json:"attributes,omitempty"`
	Multi      []jsonValue `json:"multiValue,omitempty"`
}

// valueMap represents pairs in the format of the event, in which several values
// of a name are grouped.
func valueMap(pairs []Pair) map[string]*jsonValue {
	m := map[string]*jsonValue{}
	for _, p := range pairs {
		v := jsonValue{Value: p.Value, Attributes: p.Attributes}
		switch first := m[p.Name]; {
		case first == nil:
			m[p.Name] = &v
		case first.Multi == nil:
			first.Multi = []jsonValue{*first, v}
		default:
			first.Multi = append(first.Multi, v)
		}
	}
	return m
}

// json returns the event in the structure of version 1.0.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
func (e *Event) json() ([]byte, error) {
	event := map[string]any{
		"version": "1.0",
		"context": map[string]string{
			"distributionDomainName": e.DistributionDomain, "distributionId": e.DistributionID,
			"eventType": e.Type, "requestId": e.RequestID,
		},
		"viewer":   map[string]string{"ip": e.ViewerIP},
		"rawQuery": e.RawQuery, // of which the prelude makes rawQueryString()
		"request": map[string]any{
			"method": e.Request.Method, "uri": e.Request.URI, "querystring": valueMap(e.Request.Query),
			"headers": valueMap(e.Request.Headers), "cookies": valueMap(e.Request.Cookies),
		},
	}
	if r := e.Response; r != nil {
		event["response"] = map[string]any{
			"statusCode": r.Status, "statusDescription": r.Description,
			"headers": valueMap(r.Headers), "cookies": valueMap(r.Cookies),
		}
	}
	return json.Marshal(event)
}

// parseResult parses what the prelude makes of a handler's result.
func parseResult(text string) (Result, error) {
	var r struct {
		Result
		Invalid string
	}
	err := json.Unmarshal([]byte(text), &r)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		name := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]
		return Result{}, fmt.Errorf("the origin's %s must not be a %s", strings.ToLower(name[:1])+name[1:], wrong.Value)
	case err != nil:
		return Result{}, err
	case r.Invalid != "":
		return Result{}, errors.New(r.Invalid)
	}
	return r.Result, nil
}
