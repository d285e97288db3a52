package bucketpolicy

// Statement is one statement of a bucket policy, with single values made lists.
type Statement struct {
	SID          string
	Effect       string
	Principals   []Principal // kind "*" and value "*" for everyone
	NotPrincipal bool        // Principals came as NotPrincipal
	Actions      []string
	NotAction    bool
	Resources    []string
	NotResource  bool
	Conditions   []Condition
}

// Principal is one principal of a statement: kind AWS, Service, CanonicalUser,
// Federated or *.
type Principal struct{ Kind, Value string }

// Condition is one operator on one key of a statement.
type Condition struct {
	Operator string // StringEquals, Bool, …
	Key      string // aws:SecureTransport, …
	Values   []string
}
