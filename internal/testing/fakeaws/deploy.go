package fakeaws

import (
	"fmt"
	"maps"
	"slices"

	"io"
)

// execute turns a stack's resources into those of a change set: it creates and
// updates in the order of dependencies, then deletes what is left over. If one
// fails, it turns back.
func (s *Server) execute(k *stack, c *changeSet) {
	does, undoes := "UPDATE", "UPDATE_ROLLBACK"
	if k.resources == nil {
		does, undoes = "CREATE", "ROLLBACK"
	}
	k.tell(nil, does+"_IN_PROGRESS", "User Initiated")
	before := maps.Clone(k.resources)
	if k.resources == nil {
		k.resources = map[string]*resource{}
	}
	if err := s.apply(k, c.wanted); err != nil {
		k.tell(nil, undoes+"_IN_PROGRESS", err.Error())
		if err := s.apply(k, before); err != nil {
			k.tell(nil, undoes+"_FAILED", err.Error())
			return
		}
		s.sweep(k, before)
		k.tell(nil, undoes+"_COMPLETE", "")
		return
	}
	if does == "UPDATE" {
		k.tell(nil, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "")
	}
	k.template, k.parameters, k.outputs = c.template, c.parameters, c.outputs
	s.sweep(k, c.wanted)
	k.tell(nil, does+"_COMPLETE", "")
}

// apply creates and updates resources, each after what it needs.
func (s *Server) apply(k *stack, wanted map[string]*resource) error {
	done := map[string]bool{}
	var visit func(id string) error
	visit = func(id string) error {
		w := wanted[id]
		if done[id] || w == nil {
			return nil
		}
		done[id] = true
		for _, need := range w.needs {
			if err := visit(need); err != nil {
				return err
			}
		}
		return s.put(k, w)
	}
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		if err := visit(id); err != nil {
			return err
		}
	}
	return nil
}

// put creates or updates one resource.
func (s *Server) put(k *stack, w *resource) error {
	o := k.resources[w.logicalID]
	does := "CREATE"
	if o != nil {
		if len(changes(map[string]*resource{w.logicalID: o}, map[string]*resource{w.logicalID: w})) == 0 {
			return nil
		}
		does = "UPDATE"
	}
	k.tell(w, does+"_IN_PROGRESS", "")
	err := s.allow(k, o, w)
	if s.broken[w.logicalID] {
		err = fmt.Errorf("Internal Failure")
	}
	if err != nil {
		k.tell(w, does+"_FAILED", err.Error())
		return fmt.Errorf("The following resource(s) failed to %s: [%s]. ", does, w.logicalID)
	}
	if o != nil && o.physicalID != w.physicalID {
		k.resources[w.logicalID+" (replaced)"] = o
	}
	k.resources[w.logicalID] = w
	s.made(w)
	k.tell(w, does+"_COMPLETE", "")
	return nil
}

// made does what a resource that this server has the service of is for.
func (s *Server) made(w *resource) {
	switch w.typ {
	case "AWS::S3::Bucket":
		if ok, _ := s.buckets.BucketExists(w.physicalID); !ok {
			_ = s.buckets.CreateBucket(w.physicalID)
		}
	case "AWS::SSM::Parameter":
		s.parameters[w.physicalID] = parameter{w.physicalID, "String", fmt.Sprint(w.properties["Value"])}
	}
}

// sweep deletes the resources that are no longer wanted. A resource that is in
// use stays, which CloudFormation says and does not count as a failure.
func (s *Server) sweep(k *stack, wanted map[string]*resource) (left bool) {
	for range len(k.resources) { // what is in use by what is deleted goes in a later round
		for _, id := range slices.Sorted(maps.Keys(k.resources)) {
			r := k.resources[id]
			if wanted[id] != nil {
				continue
			}
			if s.usedBy(r) == "" || r.retained {
				s.drop(k, r)
			}
		}
	}
	for id, r := range k.resources {
		if wanted[id] == nil {
			left = true
			k.tell(r, "DELETE_FAILED", "It is in use by "+s.usedBy(r))
		}
	}
	return left
}

func (s *Server) drop(k *stack, r *resource) {
	delete(k.resources, r.logicalID)
	if r.retained {
		k.tell(r, "DELETE_SKIPPED", "")
		return
	}
	k.tell(r, "DELETE_IN_PROGRESS", "")
	switch r.typ {
	case "AWS::S3::Bucket":
		_ = s.buckets.ForceDeleteBucket(r.physicalID)
	case "AWS::SSM::Parameter":
		delete(s.parameters, r.physicalID)
	}
	k.tell(r, "DELETE_COMPLETE", "")
}

func (s *Server) remove(k *stack) {
	k.tell(nil, "DELETE_IN_PROGRESS", "User Initiated")
	if s.sweep(k, nil) {
		k.tell(nil, "DELETE_FAILED", "")
		return
	}
	k.tell(nil, "DELETE_COMPLETE", "")
}

// object returns an object of a bucket.
func (s *Server) object(bucket, key string) ([]byte, error) {
	object, err := s.buckets.GetObject(bucket, key, nil)
	if err != nil {
		return nil, err
	}
	defer object.Contents.Close()
	return io.ReadAll(object.Contents)
}
