using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>Validates a configuration and returns one result object.</summary>
public static class SchedulerConfigurationTest
{
    /// <param name="options">The target of the validation.</param>
    /// <param name="origin">The source of the configuration, named in the result.</param>
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
