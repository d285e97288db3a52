package local

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A connection on which nothing comes is closed, before and after a request.
func TestServerBounds(t *testing.T) {
	t.Parallel()
	s := newServer(nil)
	if s.ReadHeaderTimeout != 30*time.Second || s.IdleTimeout != 3*time.Minute || s.MaxHeaderBytes != 65536 {
		t.Errorf("other bounds: %+v", s)
	}
}

// An address in use has a number of its own on Windows.
func TestAddressInUse(t *testing.T) {
	t.Parallel()
	for _, number := range []syscall.Errno{syscall.EADDRINUSE, 10048} {
		err := listenError("--https", "127.0.0.1:8443", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", number)})
		if err.Error() != "--https 127.0.0.1:8443 is in use" {
			t.Errorf("%d: %v", number, err)
		}
	}
	err := listenError("--https", "nowhere:1", &net.DNSError{Err: "no such host", Name: "nowhere"})
	if !strings.HasPrefix(err.Error(), "--https nowhere:1: ") {
		t.Errorf("%v", err)
	}
}
