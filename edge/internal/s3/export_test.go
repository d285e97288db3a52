package s3

// Exact has a server open only names as they are listed, as on operating
// systems whose file systems fold names.
func (s *Server) Exact() *Server {
	s.exact = true
	return s
}
