package local

import "testing"

// A connection on which nothing comes is closed, before and after a request.
func TestServerBounds(t *testing.T) {
	t.Parallel()
	s := newServer(nil)
	if s.ReadHeaderTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("no bound: %+v", s)
	}
}
