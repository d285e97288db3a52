package probe

import (
	"context"
	"fmt"
	"time"

	"example.com/privatecdn/internal/fault"
)

// Verdict is what a deployment's answer says of an unverified conformance case.
type Verdict string

// The verdicts on a case.
const (
	Confirmed    Verdict = "confirmed"    // the deployment answers as the local edge does
	Contradicted Verdict = "contradicted" // it does not
	Open         Verdict = "open"         // this deployment cannot tell
)

// Finding is one unverified case and what the deployment answered.
type Finding struct {
	Case    string  `json:"case"`
	Verdict Verdict `json:"verdict"`
	Edge    string  `json:"edge,omitempty"`   // the local edge's answer
	Seen    string  `json:"seen,omitempty"`   // the deployment's answer
	Why     string  `json:"why,omitempty"`    // of an open case: what it needs
	Change  string  `json:"change,omitempty"` // the case's file and what to write into it
}

// Record is what one deployment answered to all unverified cases.
type Record struct {
	Date     time.Time `json:"date"`
	Stack    string    `json:"stack"`
	Host     string    `json:"host"`
	Local    bool      `json:"local"` // of a local edge, which verifies nothing about CloudFront
	Findings []Finding `json:"cases"`
}

// Unverified sends the unverified conformance cases to a deployment, as far as
// it can settle them, and hands each finding to tell as it comes in.
func Unverified(ctx context.Context, o Options, tell func(Finding)) (Record, error) {
	p, err := reach(ctx, o)
	if err != nil {
		return Record{}, err
	}
	record := Record{Date: time.Now().UTC().Truncate(time.Second), Stack: o.Deployment.Stack,
		Host: o.Deployment.Hosts[0], Local: o.Deployment.Endpoint != ""}
	add := func(f Finding) {
		record.Findings = append(record.Findings, f)
		tell(f)
	}
	s, unable := p.newSettler()
	for _, q := range questions {
		f := Finding{Case: q.name, Verdict: Open}
		if unable != nil {
			f.Why = unable.Error()
		} else {
			s.settle(q, &record, &f)
		}
		if err := ctx.Err(); err != nil {
			return Record{}, err
		}
		add(f)
	}
	for _, group := range unanswerable {
		for _, name := range group.cases {
			add(Finding{Case: name, Verdict: Open, Why: group.needs})
		}
	}
	return record, nil
}

// settle puts one question and completes its finding.
func (s *settler) settle(q question, r *Record, f *Finding) {
	seen, err := q.ask(s)
	if err != nil {
		f.Why = fault.Printable(fault.Text(err.Error()))
		return
	}
	f.Edge, f.Seen = q.edge, fault.Printable(fault.Text(seen))
	f.Change = fmt.Sprintf(
		"edge/testdata/conformance/%s.txtar: source: public report, see: %s, deployed by this project (%s)",
		q.name, r.Host, r.Date.Format(time.DateOnly))
	if f.Verdict = Confirmed; seen != q.edge {
		f.Verdict = Contradicted
		f.Change += "; expect " + f.Seen
	}
}
