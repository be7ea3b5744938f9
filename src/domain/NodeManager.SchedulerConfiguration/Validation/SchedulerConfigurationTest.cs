using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>Validates a configuration and reports the outcome as one object.</summary>
public static class SchedulerConfigurationTest
{
    /// <param name="document">The configuration.</param>
    /// <param name="options">What it is judged for.</param>
    /// <param name="origin">Where it was read; the result names it.</param>
    public static SchedulerConfigurationTestResult Run(
        SchedulerDocument document,
        ValidationOptions options,
        ConfigurationOrigin? origin = null
    ) =>
        new()
        {
            Cluster = origin?.Session?.Cluster ?? "",
            Session = origin?.Session,
            Namespace = origin?.Namespace ?? "",
            ConfigMap = origin?.ConfigMap ?? "",
            Key = origin?.Key ?? "",
            Deployment = origin?.Deployment ?? "",
            File = options.File,
            KubernetesVersion = $"1.{options.Minor ?? SchedulerApi.Of(document)?.AssumedMinor ?? SchedulerApi.NewestMinor}",
            Findings = new([.. SchedulerConfigurationValidator.Validate(document, options)]),
        };
}
