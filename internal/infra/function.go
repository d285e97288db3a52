package infra

import (
	"cmp"
	"encoding/json"
	"strings"
)

func (r *reader) keyValueStore(from source, p *keyValueStoreProperties) (*KeyValueStore, error) {
	store := &KeyValueStore{LogicalID: from.logicalID, ID: lastSegment(from.id), Name: p.Name}
	if p.ImportSource != nil {
		var err error
		if store.Import, err = json.Marshal(p.ImportSource); err != nil {
			return nil, err
		}
		arn := string(p.ImportSource.SourceArn)
		if store.Data, err = r.assets.pairs(arn); err != nil {
			return nil, err
		}
		if store.Data == nil {
			r.noteAt(from.at, typeKeyValueStore, "its import "+arn+" is not beside the template: "+
				"it is empty unless its data is given")
		}
	}
	r.tmpl.KeyValueStores = append(r.tmpl.KeyValueStores, store)
	return store, nil
}

func lastSegment(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func (r *reader) function(from source, p *functionProperties) (*Function, error) {
	if other, twice := r.made[from.id].(*Function); twice {
		return nil, from.at.Key("Name").Invalid("%s has the name %q too", other.LogicalID, p.Name)
	}
	f := &Function{LogicalID: cmp.Or(from.logicalID, p.Name), Runtime: p.FunctionConfig.Runtime,
		Code: p.FunctionCode, Unpublished: !p.AutoPublish}
	at := from.at.Key("FunctionConfig.KeyValueStoreAssociations")
	for i, a := range p.FunctionConfig.KeyValueStoreAssociations {
		store, ok := r.made[a.KeyValueStoreARN].(*KeyValueStore)
		if !ok {
			id := lastSegment(a.KeyValueStoreARN)
			store = &KeyValueStore{ID: id, Name: id}
			r.tmpl.KeyValueStores = append(r.tmpl.KeyValueStores, store)
			r.noteAt(at.Index(i), typeFunction,
				"the key value store "+id+" is in none of the templates given: it is empty unless its data is given")
		}
		f.KeyValueStores = append(f.KeyValueStores, *store)
	}
	return f, nil
}
