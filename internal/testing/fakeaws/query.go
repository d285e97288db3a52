package fakeaws

import (
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// query answers one request of the query protocol: of STS or CloudFormation.
func (s *Server) query(w http.ResponseWriter, r *http.Request, body []byte, form url.Values) {
	action := form.Get("Action")
	s.requests = append(s.requests, Request{action, string(body), roleOf(r)})
	w.Header().Set("Content-Type", "text/xml")
	failure := s.refuse(r, action, body)
	var result any
	if failure == nil {
		do := s.queryActions()[action]
		if do == nil {
			do = func(url.Values) (any, *Failure) { return nil, failed("InvalidAction", action) }
		}
		result, failure = do(form)
	}
	if failure != nil {
		w.WriteHeader(failure.Status)
		_ = xml.NewEncoder(w).Encode(struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Type    string   `xml:"Error>Type"`
			Code    string   `xml:"Error>Code"`
			Message string   `xml:"Error>Message"`
		}{Type: "Sender", Code: failure.Code, Message: failure.Message})
		return
	}
	encoder := xml.NewEncoder(w)
	response := xml.StartElement{Name: xml.Name{Local: action + "Response"}}
	_ = encoder.EncodeToken(response)
	if result != nil {
		_ = encoder.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: action + "Result"}})
	}
	_ = encoder.EncodeToken(response.End())
	_ = encoder.Flush()
}

func (s *Server) queryActions() map[string]func(url.Values) (any, *Failure) {
	return map[string]func(url.Values) (any, *Failure){
		"GetCallerIdentity":           s.getCallerIdentity,
		"AssumeRole":                  s.assumeRole,
		"DescribeStacks":              s.ofStack(s.describeStacks),
		"GetTemplate":                 s.ofStack(s.getTemplate),
		"CreateChangeSet":             s.createChangeSet,
		"DescribeChangeSet":           s.ofChangeSet(s.describeChangeSet),
		"ExecuteChangeSet":            s.ofChangeSet(s.executeChangeSet),
		"DeleteChangeSet":             s.deleteChangeSet,
		"DescribeStackEvents":         s.ofStack(s.describeStackEvents),
		"DescribeStackResources":      s.ofStack(s.describeStackResources),
		"DeleteStack":                 s.deleteStack,
		"UpdateTerminationProtection": s.ofStack(s.updateTerminationProtection),
	}
}

func (s *Server) getCallerIdentity(url.Values) (any, *Failure) {
	return struct{ Account, Arn, UserId string }{Account, "arn:aws:iam::" + Account + ":user/deployer", "AIDAEXAMPLE"}, nil
}

// assumeRole accepts every role that a stack has created, and gives the
// caller's own key with a session token.
func (s *Server) assumeRole(form url.Values) (any, *Failure) {
	type credentials struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }
	arn := form.Get("RoleArn")
	if !s.exists("AWS::IAM::Role", arn) {
		return nil, &Failure{http.StatusForbidden, "AccessDenied",
			"User is not authorized to perform: sts:AssumeRole on resource: " + arn}
	}
	return struct {
		Credentials credentials
		Arn         string `xml:"AssumedRoleUser>Arn"`
		ID          string `xml:"AssumedRoleUser>AssumedRoleId"`
	}{
		credentials{credential.AccessKeyID, credential.SecretAccessKey, sessionToken(arn), stamp(time.Now().Add(time.Hour))},
		arn + "/session", "AROAEXAMPLE:session",
	}, nil
}

func sessionToken(arn string) string { return "session/" + hex.EncodeToString([]byte(arn)) }

// roleOf returns the role whose session signed a request, or "".
func roleOf(r *http.Request) string {
	_, token, _ := strings.Cut(r.Header.Get("X-Amz-Security-Token"), "session/")
	arn, _ := hex.DecodeString(token)
	return string(arn)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
