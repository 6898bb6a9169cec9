"""Log groups, metric filters, alarms and dashboards."""

from collections.abc import Mapping
from typing import Any

from local.aws import ACCOUNT_ID
from local.resources.names import pascal, present
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState


def _update_log_group(request: Request) -> ResourceState:
    """Set the retention of a group; the emulator (1.5.33) cannot change its key."""
    logs, name = request.client("logs"), request.id
    if request.get("retentionInDays"):
        logs.put_retention_policy(
            logGroupName=name, retentionInDays=request.require("retentionInDays")
        )
    else:
        logs.delete_retention_policy(logGroupName=name)
    return request.unchanged()


@resource(
    "aws:cloudwatch/logGroup:LogGroup",
    passes="name retentionInDays kmsKeyId",
    # The emulator has no deletion protection for groups.
    ignores="deletionProtectionEnabled logGroupClass skipDestroy",
    update=_update_log_group,
    fixed="name kmsKeyId",
    delete=lambda request: request.client("logs").delete_log_group(logGroupName=request.id),
)
def log_group(request: Request) -> ResourceState:
    """Make a log group and set its retention."""
    logs = request.client("logs")
    name = request.physical_name(512)
    logs.create_log_group(logGroupName=name, **present(kmsKeyId=request.get("kmsKeyId")))
    if request.get("retentionInDays"):
        logs.put_retention_policy(
            logGroupName=name, retentionInDays=request.require("retentionInDays")
        )
    return ResourceState(
        name, {"name": name, "arn": request.target.arn("logs", f"log-group:{name}")}
    )


@resource(
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    passes="name logGroupName pattern metricTransformation",
    update=PUT,
    fixed="name logGroupName",
    delete=lambda request: request.client("logs").delete_metric_filter(
        logGroupName=request.require("logGroupName"), filterName=request.id
    ),
)
def log_metric_filter(request: Request) -> ResourceState:
    """Count log records in a metric."""
    name = request.physical_name(512)
    given = request.require("metricTransformation")
    transformation = present(
        metricName=given["name"],
        metricNamespace=given["namespace"],
        metricValue=given["value"],
        dimensions=given.get("dimensions"),
        unit=given.get("unit"),
    )
    if given.get("defaultValue") is not None:
        transformation["defaultValue"] = float(given["defaultValue"])
    request.client("logs").put_metric_filter(
        logGroupName=request.require("logGroupName"),
        filterName=name,
        filterPattern=request.get("pattern", ""),
        metricTransformations=[transformation],
    )
    return ResourceState(name, {"name": name})


@resource(
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    passes=(
        "name actionsEnabled alarmActions alarmDescription comparisonOperator datapointsToAlarm "
        "dimensions evaluationPeriods extendedStatistic insufficientDataActions metricName "
        "metricQueries namespace okActions period statistic threshold thresholdMetricId "
        "treatMissingData unit evaluateLowSampleCountPercentiles"
    ),
    update=PUT,
    fixed="name",
    delete=lambda request: request.client("cloudwatch").delete_alarms(AlarmNames=[request.id]),
)
def metric_alarm(request: Request) -> ResourceState:
    """Make an alarm on a metric or on an expression over metrics."""
    name = request.physical_name(255)
    given = {key: value for key, value in request.inputs.items() if key not in _ALARM_BY_HAND}
    renames = {
        "okActions": "OKActions",
        "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
    }
    arguments = pascal(given, renames)
    if request.get("dimensions"):
        arguments["Dimensions"] = _dimensions(request.require("dimensions"))
    if request.get("metricQueries"):
        arguments["Metrics"] = [_query(query) for query in request.require("metricQueries")]
    request.client("cloudwatch").put_metric_alarm(AlarmName=name, **arguments)
    return ResourceState(
        name, {"name": name, "arn": request.target.arn("cloudwatch", f"alarm:{name}")}
    )


@resource(
    "aws:cloudwatch/dashboard:Dashboard",
    passes="dashboardName dashboardBody",
    update=PUT,
    fixed="dashboardName",
    delete=lambda request: request.client("cloudwatch").delete_dashboards(
        DashboardNames=[request.require("dashboardName")]
    ),
)
def dashboard(request: Request) -> ResourceState:
    """Make a dashboard."""
    name = request.require("dashboardName")
    request.client("cloudwatch").put_dashboard(
        DashboardName=name, DashboardBody=request.require("dashboardBody")
    )
    return ResourceState(
        name, {"dashboardArn": f"arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/{name}"}
    )


_ALARM_BY_HAND = {"name", "dimensions", "metricQueries", "tags", "tagsAll", "region"}


def _dimensions(given: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in given.items()]


def _query(given: Mapping[str, Any]) -> dict[str, Any]:
    query: dict[str, Any] = pascal({key: item for key, item in given.items() if key != "metric"})
    metric = given.get("metric")
    if metric:
        query["MetricStat"] = present(
            Metric=present(
                Namespace=metric.get("namespace"),
                MetricName=metric["metricName"],
                Dimensions=_dimensions(metric.get("dimensions") or {}),
            ),
            Period=metric["period"],
            Stat=metric["stat"],
            Unit=metric.get("unit"),
        )
    return query
