using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Reading;

namespace NodeManager.Core.Scheduler.Validation;

/// <summary>What the rules look at.</summary>
internal sealed class ValidationContext(SchedulerDocument document, SchedulerApi api, int minor, PluginCatalog catalog, string file)
{
    public SchedulerDocument Document { get; } = document;

    public SchedulerApi Api { get; } = api;

    public int Minor { get; } = minor;

    public PluginCatalog Catalog { get; } = catalog;

    public IReadOnlyList<(SchedulerProfile Profile, ProfileReading Reading)> Profiles { get; } =
        [.. document.Profiles.Select(profile => (profile, new ProfileReading(profile, api, minor, catalog)))];

    public SchedulerConfigurationFinding Error(string rule, YamlPath path, string message, string action) =>
        Finding("Error", rule, path, message, action);

    public SchedulerConfigurationFinding Warning(string rule, YamlPath path, string message, string action) =>
        Finding("Warning", rule, path, message, action);

    /// <summary>The whole number at a path, or what the scheduler takes where none is written.</summary>
    public static long Number(YamlNode? parent, string name, long otherwise) =>
        parent?.Value(name) is { Kind: YamlNodeKind.Scalar } node ? YamlScalar.Resolve(node) switch
        {
            long number => number,
            double number => (long)number,
            _ => otherwise,
        }
        : otherwise;

    public static string? Text(YamlNode? parent, string name) =>
        parent?.Value(name) is { Kind: YamlNodeKind.Scalar } node && YamlScalar.Resolve(node) is string text ? text : null;

    private SchedulerConfigurationFinding Finding(string severity, string rule, YamlPath path, string message, string action) => new()
    {
        Severity = severity,
        Rule = rule,
        Path = path.ToString(),
        File = file,
        Line = LineOf(path),
        Message = message,
        RecommendedAction = action,
    };

    // What is missing is told at the nearest thing that is there.
    private int LineOf(YamlPath path)
    {
        for (; path.Count > 0; path = path.Parent)
            if (Document.Line(path) is var line and > 0)
                return line;
        return Document.Line(path);
    }
}
