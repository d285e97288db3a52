package infra

import "example.com/privatecdn/internal/cloudformation"

// CDK carries a value to a stack in another Region with two custom resources:
// the exporting stack's writer puts it into SSM, the importing one's reader
// gives it as an attribute called like the SSM parameter.
const typeReader = "Custom::CrossRegionExportReader"

func (r *reader) imported(res *cloudformation.Resource, name string) (any, error) {
	for _, other := range r.app.Stacks() {
		for _, id := range other.LogicalIDs() {
			writer := other.Resources[id]
			props, _ := writer.Properties["WriterProps"].(map[string]any)
			exports, _ := props["exports"].(map[string]any)
			if v, ok := exports[name]; ok {
				return other.Resolve(writer.At().Key("Properties.WriterProps.exports."+name), v)
			}
		}
	}
	return nil, res.UnknownAttribute(name)
}
