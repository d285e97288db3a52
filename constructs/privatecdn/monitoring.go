package privatecdn

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
)

// Monitoring configures alarms and a dashboard. CloudFront's metrics are in
// us-east-1, and so must the stack be. The zero Monitoring has thresholds to
// start from.
type Monitoring struct {
	// ClientErrors, ServerErrors and OriginErrors are the percentages of
	// requests over five minutes, three times running, that raise an alarm for
	// 4xx, for 5xx, and for 502, 503 and 504 alone. The defaults are 25, since
	// refusals are part of private content, 1 and 1.
	ClientErrors, ServerErrors, OriginErrors float64
	// Actions are run by every alarm, like one that writes to an SNS topic.
	Actions []awscloudwatch.IAlarmAction
}

func (s *settled) checkMonitoring(m *mistakes) {
	o := or(s.Monitoring)
	checkBetween(m, "Monitoring.ClientErrors", o.ClientErrors, 0, 100)
	checkBetween(m, "Monitoring.ServerErrors", o.ServerErrors, 0, 100)
	checkBetween(m, "Monitoring.OriginErrors", o.OriginErrors, 0, 100)
	m.refuse(slices.Contains(o.Actions, nil), "Monitoring.Actions", "remove it", "one of them is nil")
	m.refuse(s.Monitoring != nil && !isToken(s.in.region) && s.in.region != "us-east-1", "Monitoring",
		"remove it, or move the stack", "the stack is in %s, and CloudFront's metrics are in us-east-1 only", s.in.region)
}

func (d *distribution) addMonitoring() {
	o := d.props.Monitoring
	if o == nil {
		return
	}
	client := d.metric("4xxErrorRate", "Average")
	server := d.metric("5xxErrorRate", "Average")
	origin := computed("Origin error rate", "m502 + m503 + m504", map[string]awscloudwatch.IMetric{
		"m502": d.metric("502ErrorRate", "Average"),
		"m503": d.metric("503ErrorRate", "Average"),
		"m504": d.metric("504ErrorRate", "Average"),
	})
	d.addAlarm("ClientErrors", "Viewers are refused or ask for what is not there", client, cmp.Or(o.ClientErrors, 25), 3)
	d.addAlarm("ServerErrors", "Viewers get server errors", server, cmp.Or(o.ServerErrors, 1), 3)
	d.addAlarm("OriginErrors", "CloudFront cannot reach the origin", origin, cmp.Or(o.OriginErrors, 1), 3)
	age, limit := d.keyAge()
	if age != nil {
		d.addAlarm("KeyAge", "The signing key is due for rotation", age, limit.Hours()/24, 1)
	}
	d.addDashboard(age, client, server, origin)
}

const metricPeriod = 5 * time.Minute

// metric returns one of CloudFront's, with both its dimensions; CDK's own
// metrics leave Region out and find no data.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
func (d *distribution) metric(name, statistic string) awscloudwatch.IMetric {
	dimensions := map[string]*string{"DistributionId": d.distribution.DistributionId(), "Region": new("Global")}
	return d.distribution.Metric(&name, &awscloudwatch.MetricOptions{
		DimensionsMap: &dimensions, Statistic: &statistic, Period: seconds(metricPeriod),
	})
}

func computed(label, expression string, metrics map[string]awscloudwatch.IMetric) awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: &expression, Label: &label, UsingMetrics: &metrics, Period: seconds(metricPeriod),
	})
}

func (d *distribution) addAlarm(id, description string, metric awscloudwatch.IMetric, threshold, periods float64) {
	alarm := awscloudwatch.NewAlarm(d, &id, &awscloudwatch.AlarmProps{
		AlarmDescription:   new(fmt.Sprintf("%s (%s)", description, d.path)),
		Metric:             metric,
		Threshold:          &threshold,
		EvaluationPeriods:  &periods,
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	alarm.AddAlarmAction(d.props.Monitoring.Actions...)
	d.alarms = append(d.alarms, alarm)
}

// keyAge returns the signing key's age in days, and the age at which the ring
// expects another one. No service counts it: it is the date of any data point,
// less the day the key began to sign.
func (d *distribution) keyAge() (awscloudwatch.IMetric, time.Duration) {
	if d.keys == nil || d.keys.Ring() == nil {
		return nil, 0
	}
	key, ok := d.keys.Ring().Signing()
	if !ok {
		return nil, 0
	}
	age := fmt.Sprintf("(EPOCH(requests) - %d) / 86400", key.Promoted.Unix())
	requests := map[string]awscloudwatch.IMetric{"requests": d.metric("Requests", "Sum")}
	return computed("Age of the signing key in days", age, requests), d.keys.Ring().RotateAfter()
}

func (d *distribution) addDashboard(age awscloudwatch.IMetric, errors ...awscloudwatch.IMetric) {
	d.dashboard = awscloudwatch.NewDashboard(d, new("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName: new(stackwideName(d, longestName)),
	})
	graph := func(title string, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
		return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
			Title: &title, Left: &metrics, Width: new(12.0), Region: new("us-east-1"),
		})
	}
	d.dashboard.AddWidgets(graph("Requests", d.metric("Requests", "Sum")), graph("Error rates", errors...))
	d.dashboard.AddWidgets(graph("Bytes", d.metric("BytesDownloaded", "Sum")),
		graph("Cache hit rate", d.metric("CacheHitRate", "Average")))
	if age != nil {
		d.dashboard.AddWidgets(graph("Origin latency", d.metric("OriginLatency", "Average")), graph("Signing key", age))
	}
}
