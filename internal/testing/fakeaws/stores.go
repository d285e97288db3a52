package fakeaws

import (
	"maps"
	"slices"
)

func (s *Server) secretsManager() map[string]func([]byte) (any, *Failure) {
	type secret struct{ Name, SecretId, SecretString string }
	return map[string]func([]byte) (any, *Failure){
		"CreateSecret": operation(func(in secret) (any, *Failure) {
			if _, ok := s.secrets[in.Name]; ok {
				return nil, failed("ResourceExistsException", "The operation failed because the secret "+in.Name+" already exists.")
			}
			s.secrets[in.Name] = in.SecretString
			return map[string]any{"Name": in.Name, "ARN": "arn:aws:secretsmanager:" + Region + ":" + Account + ":secret:" +
				in.Name}, nil
		}),
		"GetSecretValue": operation(func(in secret) (any, *Failure) {
			value, ok := s.secrets[in.SecretId]
			if !ok {
				return nil, failed("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
			}
			return map[string]any{"Name": in.SecretId, "SecretString": value}, nil
		}),
	}
}

type parameter struct{ Name, Type, Value string }

func (s *Server) ssm() map[string]func([]byte) (any, *Failure) {
	return map[string]func([]byte) (any, *Failure){
		"PutParameter": operation(func(in struct {
			parameter
			Overwrite bool
		}) (any, *Failure) {
			if _, ok := s.parameters[in.Name]; ok && !in.Overwrite {
				return nil, failed("ParameterAlreadyExists", "The parameter already exists.")
			}
			s.parameters[in.Name] = in.parameter
			return map[string]any{"Version": 1}, nil
		}),
		"GetParameter": operation(func(in struct {
			Name           string
			WithDecryption bool
		}) (any, *Failure) {
			p, ok := s.parameters[in.Name]
			if !ok {
				return nil, failed("ParameterNotFound", "")
			}
			if p.Type == "SecureString" && !in.WithDecryption {
				p.Value = "AQICAHh"
			}
			return map[string]any{"Parameter": p}, nil
		}),
	}
}

// Stored returns what secrets and parameters hold.
func (s *Server) Stored() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	values := slices.Collect(maps.Values(s.secrets))
	for _, p := range s.parameters {
		values = append(values, p.Value)
	}
	return values
}

// SetSecret puts a secret in place.
func (s *Server) SetSecret(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[name] = value
}

// SetParameter puts a parameter, String or SecureString, in place.
func (s *Server) SetParameter(name, kind, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parameters[name] = parameter{name, kind, value}
}
