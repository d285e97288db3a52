package infra

import (
	"encoding/json"

	"example.com/privatecdn/internal/cloudformation"
)

func (r *reader) keyValueStore(s *cloudformation.Stack, res *cloudformation.Resource) error {
	var p keyValueStoreProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	store := &KeyValueStore{LogicalID: res.LogicalID, ID: uuid(s, res), Name: p.Name}
	if p.ImportSource != nil {
		var err error
		if store.Import, err = json.Marshal(p.ImportSource); err != nil {
			return err
		}
		if store.Data, err = r.assets.pairs(s.At(res).Key("Properties.ImportSource"), p.ImportSource.SourceArn); err != nil {
			return err
		}
	}
	r.stores[fill(attributes[typeKeyValueStore]["Arn"], s, res)] = store
	return nil
}

func (r *reader) function(s *cloudformation.Stack, res *cloudformation.Resource) error {
	var p functionProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	f := &Function{LogicalID: res.LogicalID, Name: p.Name, Runtime: p.FunctionConfig.Runtime, Code: p.FunctionCode}
	at := s.At(res).Key("Properties.FunctionConfig.KeyValueStoreAssociations")
	for i, a := range p.FunctionConfig.KeyValueStoreAssociations {
		store, ok := r.stores[a.KeyValueStoreARN]
		if !ok {
			return at.Index(i).Unsupported("give the template that has it, too",
				"the key value store %q is in none of the templates given", a.KeyValueStoreARN)
		}
		f.KeyValueStores = append(f.KeyValueStores, *store)
	}
	arn, err := functionAttribute(s, res, "FunctionARN")
	if err != nil {
		return err
	}
	r.funcs[arn.(string)] = f
	return nil
}
