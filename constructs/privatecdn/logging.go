package privatecdn

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
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
	"ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2",
	"il-central-1", "me-central-1", "me-south-1", "mx-central-1",
}

var logFormats = []string{"w3c", "json", "plain", "raw", "parquet"}

func (l Logging) withDefaults(in place) Logging {
	l.V2 = l.V2 || l.LogGroup != nil || l.DeliveryStreamARN != ""
	l.serverOnly = !l.Disabled && !l.V2 && l.Bucket == nil && slices.Contains(regionsWithoutLogs, in.region)
	l.Retention = orDefault(l.Retention, year)
	l.Format = cmp.Or(l.Format, logFormats[0])
	if !l.V2 {
		l.Prefix = cmp.Or(l.Prefix, "cloudfront/")
	}
	return l
}

func (s *settled) checkLogging(m *mistakes) {
	l := or(s.given.Logging)
	m.refuse(l.Retention < 0 || l.Retention%day != 0, "Logging.Retention", "use whole days",
		"%v is not a valid retention", l.Retention)
	if l.Disabled {
		m.refuse(l != Logging{Disabled: true}, "Logging", "remove Disabled or the other properties",
			"Disabled is set together with properties of logs")
		return
	}
	checkEnum(m, "Logging.Format", l.Format, logFormats...)
	m.refuse(l.Format != "" && !s.Logging.V2, "Logging.Format", "set V2, or remove it", "it is for standard logs v2")
	m.refuseBoth(l.LogGroup != nil && l.DeliveryStreamARN != "", "Logging.DeliveryStreamARN", "LogGroup")
	m.refuse(s.Logging.V2 && !isToken(s.in.region) && s.in.region != "us-east-1", "Logging.V2",
		"remove it for the older standard logs, which may go to a Bucket in another Region, or move the stack",
		"the stack is in %s, and CloudFormation makes CloudFront's log deliveries in us-east-1 only", s.in.region)
	if l.Bucket == nil {
		return
	}
	m.refuse(l.Retention != 0, "Logging.Retention", "remove it",
		"the lifecycle rules of Logging.Bucket set how long it stores logs")
	if s.Logging.V2 {
		return
	}
	region := *l.Bucket.Env().Region
	m.refuse(slices.Contains(regionsWithoutLogs, region), "Logging.Bucket", "use a bucket in another Region, or V2",
		"it is in %s, which CloudFront's older standard logs do not reach", region)
	var made bucketProperties
	m.refuse(readProperties(l.Bucket, &made) && !made.hasACLs(), "Logging.Bucket",
		"set its ObjectOwnership to OBJECT_WRITER or BUCKET_OWNER_PREFERRED, or use V2",
		"its ACLs are disabled, and CloudFront's older standard logs arrive through an ACL")
}

// addLogBucket makes the bucket for the logs, unless one is given.
func (d *distribution) addLogBucket(props awss3.BucketProps) {
	l := d.props.Logging
	if l.Disabled {
		return
	}
	if d.logs = l.Bucket; d.logs != nil {
		return
	}
	switch {
	case l.serverOnly:
		warn(d, "logging", "Logging: CloudFront's older standard logs do not reach "+d.in.region+
			", so only S3's own are stored; set Logging.Bucket to a bucket in another Region")
	case !l.V2:
		// The older standard logs arrive through an ACL grant.
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
		props.ObjectOwnership = awss3.ObjectOwnership_OBJECT_WRITER
	}
	props.LifecycleRules = &[]*awss3.LifecycleRule{{Expiration: seconds(l.Retention)}}
	d.logs = awss3.NewBucket(d, new("Logs"), &props)
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
		DestinationBucketName: d.logs.BucketName(), LogFilePrefix: new("s3/"),
	})
	from := map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": d.in.account}}
	// Another stack's policy cannot refer to what refers to its bucket.
	if given == nil || awscdk.Stack_Of(given) == d.in.stack {
		from["ArnLike"] = map[string]any{"aws:SourceArn": *bucket.BucketArn()}
	}
	d.grant(d.logs, allowService("logging.s3.amazonaws.com", from, *d.logs.ArnForObjects(new("s3/*")), "s3:PutObject"))
}

// addLogDelivery makes the three parts of a v2 delivery, and lets them write.
func (d *distribution) addLogDelivery() {
	l := d.props.Logging
	if !l.V2 {
		return
	}
	// A delivery's names have up to 60 characters.
	name := new(stackwideName(d, 60))
	from := awslogs.NewCfnDeliverySource(d, new("LogSource"), &awslogs.CfnDeliverySourceProps{
		Name: name, LogType: new("ACCESS_LOGS"), ResourceArn: d.distribution.DistributionArn(),
	})
	to := awslogs.NewCfnDeliveryDestination(d, new("LogDestination"), &awslogs.CfnDeliveryDestinationProps{
		Name: name, OutputFormat: &l.Format,
	})
	delivery := awslogs.NewCfnDelivery(d, new("LogDelivery"), &awslogs.CfnDeliveryProps{
		DeliverySourceName: from.Ref(), DeliveryDestinationArn: to.AttrArn(),
	})
	switch {
	case l.LogGroup != nil:
		to.SetDestinationResourceArn(l.LogGroup.LogGroupArn())
		l.LogGroup.AddToResourcePolicy(awsiam.NewPolicyStatement(deliveryStatement(
			*l.LogGroup.LogGroupArn()+":log-stream:*", "logs:CreateLogStream", "logs:PutLogEvents")))
	case l.DeliveryStreamARN != "":
		to.SetDestinationResourceArn(&l.DeliveryStreamARN)
	default:
		to.SetDestinationResourceArn(d.logs.BucketArn())
		delivery.SetS3SuffixPath(optional(l.Prefix))
		objects := new("AWSLogs/" + *awscdk.Aws_ACCOUNT_ID() + "/CloudFront/*")
		d.grant(d.logs, deliveryStatement(*d.logs.ArnForObjects(objects), "s3:PutObject"))
		delivery.Node().AddDependency(d.logs)
	}
}

// deliveryStatement is what the delivery service needs on its destination.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
func deliveryStatement(resource string, actions ...string) *awsiam.PolicyStatementProps {
	account := *awscdk.Aws_ACCOUNT_ID()
	source := fmt.Sprintf("arn:%s:logs:us-east-1:%s:delivery-source:*", *awscdk.Aws_PARTITION(), account)
	return allowService("delivery.logs.amazonaws.com", map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": account},
		"ArnLike":      map[string]any{"aws:SourceArn": source},
	}, resource, actions...)
}
