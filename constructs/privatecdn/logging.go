package privatecdn

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// Logging is where the access logs go. By default CloudFront's standard logs,
// and S3's own of the content bucket, are stored for a year in a bucket of their
// own.
type Logging struct {
	// Disabled writes no logs.
	Disabled bool
	// Bucket stores the logs in place of one made here, for as long as its own
	// lifecycle rules say. CloudFront's standard logs need a bucket with ACLs.
	Bucket awss3.IBucket
	// Prefix begins the keys of CloudFront's logs; "cloudfront/" by default.
	Prefix string
	// V2 writes standard logs v2 to the bucket. CloudFormation makes their
	// delivery in us-east-1 only.
	// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
	V2 bool
	// LogGroup, or the Firehose stream DeliveryStreamARN, receives standard logs
	// v2 in place of the bucket.
	LogGroup          awslogs.ILogGroup
	DeliveryStreamARN string
	// Format of the v2 logs: json, plain, w3c, raw or parquet (for S3 alone);
	// w3c by default.
	Format string
	// Retention is how long logs are stored: whole days, a year by default.
	Retention time.Duration

	// serverOnly leaves out CloudFront's logs, which do not reach the Region.
	serverOnly bool
}

// regionsWithoutLogs are those whose buckets CloudFront's older standard logs do
// not reach: in October 2026 the ones that are not enabled by default.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
// https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
var regionsWithoutLogs = []string{
	"af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
	"ap-southeast-6",
	"ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1",
	"me-south-1", "mx-central-1",
}

func (l Logging) withDefaults(in place) Logging {
	l.V2 = l.V2 || l.LogGroup != nil || l.DeliveryStreamARN != ""
	l.serverOnly = !l.Disabled && !l.V2 && l.Bucket == nil && slices.Contains(regionsWithoutLogs, in.region)
	l.Retention = orDefault(l.Retention, year)
	if l.Format == "" {
		l.Format = "w3c"
	}
	if l.Prefix == "" && !l.V2 {
		l.Prefix = "cloudfront/"
	}
	return l
}

func (s *settled) checkLogging(m *mistakes, in place) {
	l := or(s.DistributionProps.Logging)
	if l.Retention < 0 || l.Retention%day != 0 {
		m.add("Logging.Retention", "use whole days", "%v is not a valid retention", l.Retention)
	}
	if rest := l; l.Disabled {
		if rest.Disabled = false; rest != (Logging{}) {
			m.add("Logging", "with Disabled, leave the rest out", "it is Disabled and says how to log")
		}
		return
	}
	switch {
	case l.Format == "":
	case !s.Logging.V2:
		m.add("Logging.Format", "set V2, or leave Format out", "it is for standard logs v2")
	case !slices.Contains([]string{"json", "plain", "w3c", "raw", "parquet"}, l.Format):
		m.add("Logging.Format", "use json, plain, w3c, raw or parquet", "%q is not a valid format", l.Format)
	}
	if l.LogGroup != nil && l.DeliveryStreamARN != "" {
		m.add("Logging.DeliveryStreamARN", "keep one of them", "it is given together with LogGroup")
	}
	if s.Logging.V2 && !isToken(in.region) && in.region != "us-east-1" {
		m.add("Logging.V2",
			"leave it out for the older standard logs, which may go to a Bucket in another Region, or move the stack",
			"the stack is in %s, and CloudFormation makes CloudFront's log deliveries in us-east-1 only", in.region)
	}
	if l.Bucket != nil {
		s.checkLogBucket(m, l)
	}
}

func (s *settled) checkLogBucket(m *mistakes, l Logging) {
	if l.Retention != 0 {
		m.add("Logging.Retention", "leave it out", "the lifecycle rules of Logging.Bucket say how long it stores logs")
	}
	if s.Logging.V2 {
		return
	}
	if region := *l.Bucket.Env().Region; slices.Contains(regionsWithoutLogs, region) {
		m.add("Logging.Bucket", "use a bucket in another Region, or V2",
			"it is in %s, which CloudFront's older standard logs do not reach", region)
	}
	var made bucketProperties
	if readProperties(l.Bucket, &made) && !made.hasACLs() {
		m.add("Logging.Bucket", "set its ObjectOwnership to OBJECT_WRITER or BUCKET_OWNER_PREFERRED, or use V2",
			"it has no ACLs, through which CloudFront's older standard logs arrive")
	}
}

// addLogBucket makes the bucket for the logs, unless one is given.
func (d *distribution) addLogBucket(props awss3.BucketProps) {
	l := d.props.Logging
	if l.Disabled {
		return
	}
	if l.serverOnly {
		d.warn("logging",
			"Logging: CloudFront's older standard logs do not reach "+d.in.region+", so only S3's own are stored; "+
				"set Logging.Bucket to a bucket in another Region")
	}
	if l.Bucket != nil {
		d.logs = l.Bucket
		return
	}
	if !l.V2 && !l.serverOnly {
		// The older standard logs arrive through an ACL grant.
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
		props.ObjectOwnership = awss3.ObjectOwnership_OBJECT_WRITER
	}
	props.LifecycleRules = &[]*awss3.LifecycleRule{{
		Expiration: awscdk.Duration_Days(jsii.Number(float64(l.Retention / day))),
	}}
	d.logs = awss3.NewBucket(d, jsii.String("Logs"), &props)
}

// logsToBucket reports whether CloudFront's older standard logs are written.
func (d *distribution) logsToBucket() bool {
	return d.logs != nil && !d.props.Logging.V2 && !d.props.Logging.serverOnly
}

// logAccess stores S3's own logs of the content bucket, which the log bucket's
// policy allows: CDK does that under a feature flag only. They stay in one
// Region.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
func (d *distribution) logAccess(bucket awss3.Bucket) {
	given := d.props.Logging.Bucket
	if d.logs == nil || given != nil && *given.Env().Region != d.in.region {
		return
	}
	made := bucket.Node().DefaultChild().(awss3.CfnBucket)
	made.SetLoggingConfiguration(&awss3.CfnBucket_LoggingConfigurationProperty{
		DestinationBucketName: d.logs.BucketName(), LogFilePrefix: jsii.String("s3/"),
	})
	conditions := map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": d.in.account}}
	// Another stack's policy cannot refer to what refers to its bucket.
	if given == nil || awscdk.Stack_Of(given) == d.in.stack {
		conditions["ArnLike"] = map[string]any{"aws:SourceArn": *bucket.BucketArn()}
	}
	d.grant(d.logs, &awsiam.PolicyStatementProps{
		Principals: service("logging.s3.amazonaws.com"),
		Actions:    jsii.Strings("s3:PutObject"),
		Resources:  jsii.Strings(*d.logs.ArnForObjects(jsii.String("s3/*"))),
		Conditions: &conditions,
	})
}

// addLogDelivery makes the three parts of a v2 delivery, and lets them write.
func (d *distribution) addLogDelivery() {
	l := d.props.Logging
	if !l.V2 {
		return
	}
	// A delivery's names have up to 60 characters.
	name := jsii.String(stackwideName(d, 60))
	from := awslogs.NewCfnDeliverySource(d, jsii.String("LogSource"), &awslogs.CfnDeliverySourceProps{
		Name: name, LogType: jsii.String("ACCESS_LOGS"), ResourceArn: d.distribution.DistributionArn(),
	})
	target := d.logs.BucketArn()
	switch {
	case l.LogGroup != nil:
		target = l.LogGroup.LogGroupArn()
	case l.DeliveryStreamARN != "":
		target = &l.DeliveryStreamARN
	}
	to := awslogs.NewCfnDeliveryDestination(d, jsii.String("LogDestination"), &awslogs.CfnDeliveryDestinationProps{
		Name: name, DestinationResourceArn: target, OutputFormat: jsii.String(l.Format),
	})
	delivery := awslogs.NewCfnDelivery(d, jsii.String("LogDelivery"), &awslogs.CfnDeliveryProps{
		DeliverySourceName: from.Ref(), DeliveryDestinationArn: to.AttrArn(),
	})
	switch {
	case l.LogGroup != nil:
		l.LogGroup.AddToResourcePolicy(awsiam.NewPolicyStatement(d.deliveryStatement("logs:CreateLogStream",
			*l.LogGroup.LogGroupArn()+":log-stream:*")))
	case l.DeliveryStreamARN == "":
		delivery.SetS3SuffixPath(optional(l.Prefix))
		d.grant(d.logs, d.deliveryStatement("s3:PutObject",
			*d.logs.ArnForObjects(jsii.String("AWSLogs/" + *awscdk.Aws_ACCOUNT_ID() + "/CloudFront/*"))))
		delivery.Node().AddDependency(d.logs)
	}
}

// deliveryStatement is what the delivery service needs on its destination.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
func (d *distribution) deliveryStatement(action, resource string) *awsiam.PolicyStatementProps {
	account := *awscdk.Aws_ACCOUNT_ID()
	actions := []string{action}
	if action == "logs:CreateLogStream" {
		actions = append(actions, "logs:PutLogEvents")
	}
	return &awsiam.PolicyStatementProps{
		Principals: service("delivery.logs.amazonaws.com"),
		Actions:    jsii.Strings(actions...),
		Resources:  jsii.Strings(resource),
		Conditions: &map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": account},
			"ArnLike": map[string]any{
				"aws:SourceArn": fmt.Sprintf("arn:%s:logs:us-east-1:%s:delivery-source:*", *awscdk.Aws_PARTITION(),
					account),
			},
		},
	}
}
