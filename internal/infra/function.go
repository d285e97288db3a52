package infra

import (
	"cmp"
	"encoding/json"
	"strings"

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
		if store.Data == nil {
			r.note(s, res, "its import "+p.ImportSource.SourceArn+" is not beside the template: "+
				"it is empty unless its data is given")
		}
	}
	r.tmpl.KeyValueStores = append(r.tmpl.KeyValueStores, store)
	r.stores[fill(attributes[typeKeyValueStore]["Arn"], s, res)] = store
	return nil
}

func (r *reader) function(s *cloudformation.Stack, res *cloudformation.Resource) error {
	var p functionProperties
	if err := s.Properties(res, &p); err != nil {
		return err
	}
	f, err := r.newFunction(s.At(res).Key("Properties"), res.LogicalID, &p)
	if err != nil {
		return err
	}
	arn, err := functionAttribute(s, res, "FunctionARN")
	if err != nil {
		return err
	}
	if other := r.funcs[arn.(string)]; other != nil {
		return s.At(res).Key("Properties.Name").Invalid("%s has the name %q too", other.LogicalID, p.Name)
	}
	r.funcs[arn.(string)] = f
	return nil
}

func (r *reader) newFunction(at cloudformation.Location, logicalID string, p *functionProperties) (*Function, error) {
	f := &Function{LogicalID: cmp.Or(logicalID, p.Name), Name: p.Name, Runtime: p.FunctionConfig.Runtime,
		Code: p.FunctionCode, Unpublished: !p.AutoPublish}
	at = at.Key("FunctionConfig.KeyValueStoreAssociations")
	for i, a := range p.FunctionConfig.KeyValueStoreAssociations {
		store, ok := r.stores[a.KeyValueStoreARN]
		if !ok {
			id := a.KeyValueStoreARN[strings.LastIndexByte(a.KeyValueStoreARN, '/')+1:]
			store = &KeyValueStore{ID: id, Name: id}
			r.tmpl.KeyValueStores = append(r.tmpl.KeyValueStores, store)
			r.noteAt(at.Index(i), typeFunction,
				"the key value store "+id+" is in none of the templates given: it is empty unless its data is given")
		}
		f.KeyValueStores = append(f.KeyValueStores, *store)
	}
	return f, nil
}
