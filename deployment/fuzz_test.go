package deployment_test

import (
	"encoding/json"
	"errors"
	"testing"

	"example.com/privatecdn/deployment"
)

// A document is read whole and written back the same, or refused with an Error.
func FuzzParse(f *testing.F) {
	f.Add([]byte(document))
	f.Add([]byte(`{"version":1,"hosts":[],"behaviors":[{}],"keys":[{}]}`))
	f.Add([]byte("{\"version\":1,\n\"maxTtl\":}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := deployment.Parse(data)
		if err != nil {
			var e *deployment.Error
			if d != nil || !errors.As(err, &e) || e.What == "" || e.Remedy == "" {
				t.Fatalf("%q: %v, %v", data, d, err)
			}
			return
		}
		if _, err := d.SigningKey(); err != nil && !errors.Is(err, deployment.ErrNoSigningKey) {
			t.Fatal(err)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := deployment.Parse(text)
		if err != nil {
			t.Fatalf("%q, written as %q: %v", data, text, err)
		}
		if back, err := json.Marshal(again); err != nil || string(back) != string(text) {
			t.Fatalf("%q came back as %q, %v", text, back, err)
		}
	})
}
