using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Live;

namespace NodeManager.Core.Scheduler.Validation;

/// <summary>Validates a configuration and reports the outcome as one object.</summary>
public static class SchedulerConfigurationTest
{
    /// <param name="document">The configuration.</param>
    /// <param name="options">What it is judged for.</param>
    /// <param name="session">The cluster that it comes from; null for a file.</param>
    /// <param name="scheduler">Whose configuration it is; null for a file.</param>
    public static SchedulerConfigurationTestResult Run(
        SchedulerDocument document, ValidationOptions options, NodeManagerSession? session = null, ClusterScheduler? scheduler = null) => new()
        {
            Cluster = session?.Cluster ?? "",
            Session = session,
            Namespace = scheduler?.Namespace ?? "",
            ConfigMap = scheduler?.ConfigMap ?? "",
            Key = scheduler?.Key ?? "",
            Deployment = scheduler?.Deployment ?? "",
            File = options.File,
            KubernetesVersion = $"1.{options.Minor ?? SchedulerApi.Of(document)?.AssumedMinor ?? SchedulerApi.NewestMinor}",
            Findings = new([.. SchedulerConfigurationValidator.Validate(document, options)]),
        };
}
