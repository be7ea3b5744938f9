using System.Text.Json.Nodes;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Yaml;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Scheduler;

internal static class SchedulerMapping
{
    public static ApiPluginState ToApi(
        this IReadOnlyList<SchedulerPlugin> plugins,
        SchedulerDocument document,
        string scheduler,
        long? revision,
        string version,
        string? profile
    ) =>
        new(
            scheduler,
            revision,
            version,
            Points(plugins.Where(p => p.Status != SchedulerPluginStatus.Disabled).OrderBy(p => p.Order)),
            Points(plugins.Where(p => p.Status == SchedulerPluginStatus.Disabled)),
            Arguments(document, profile)
        );

    public static ApiSchedulerRestart ToApi(this SchedulerRestartResult result) =>
        new(
            result.Status == SchedulerRestartStatus.Restarted ? "success" : "error",
            result.Message,
            $"{result.Namespace}/{result.Deployment}",
            result.Status,
            result.Revision,
            result.FormerRevision,
            result.Leader,
            result.Duration.TotalSeconds,
            result.Log.Length > 0 ? result.Log : null
        );

    public static ApiRevision ToApi(this SchedulerConfigurationBackup backup, bool text) =>
        new(
            backup.Revision,
            backup.Status,
            backup.Action,
            backup.By,
            backup.Reason,
            backup.CreatedAt,
            backup.PreviousRevision,
            backup.Changes,
            text ? backup.Text : null
        );

    public static ApiSchedulerCheck ToApi(this SchedulerHealthFinding finding) =>
        new(finding.Check, finding.Status, finding.Subject, AnswerAdvice.In(finding.Message), AnswerAdvice.Of(finding.RecommendedAction));

    private static Dictionary<string, IReadOnlyList<string>> Points(IEnumerable<SchedulerPlugin> plugins) =>
        plugins.GroupBy(p => p.ExtensionPoint).ToDictionary(g => g.Key, IReadOnlyList<string> (g) => [.. g.Select(p => p.Name).Distinct()]);

    // The first of several profiles with arguments for a plugin.
    private static Dictionary<string, JsonNode?> Arguments(SchedulerDocument document, string? profile)
    {
        var arguments = new Dictionary<string, JsonNode?>();
        foreach (SchedulerProfile one in document.Profiles.Where(p => profile is null || p.Name == profile))
        foreach (YamlNode item in one.Node?.Value("pluginConfig")?.Items ?? [])
            if (item.Resolved.Value("name")?.Text is { } name && item.Resolved.Value("args") is { } args)
                arguments.TryAdd(name, ArgumentValues.ToJson(YamlValue.Of(args)));
        return arguments;
    }
}
