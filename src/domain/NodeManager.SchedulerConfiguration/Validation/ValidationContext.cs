using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerConfigurations.Validation;

/// <summary>The input of the rules.</summary>
internal sealed class ValidationContext(SchedulerDocument document, SchedulerApi api, int minor, PluginCatalog catalog, string file)
{
    private readonly Dictionary<SchedulerConfigurationFinding, YamlPath> _paths = [];

    public SchedulerDocument Document { get; } = document;

    public SchedulerApi Api { get; } = api;

    public int Minor { get; } = minor;

    public PluginCatalog Catalog { get; } = catalog;

    public IReadOnlyList<(SchedulerProfile Profile, EffectiveProfile Reading)> Profiles { get; } =
    [.. document.Profiles.Select(profile => (profile, new EffectiveProfile(profile, api, minor, catalog)))];

    public SchedulerConfigurationFinding Error(string rule, YamlPath path, string message, string action) =>
        Finding("Error", rule, path, message, action);

    public SchedulerConfigurationFinding Warning(string rule, YamlPath path, string message, string action) =>
        Finding("Warning", rule, path, message, action);

    /// <summary>
    /// A contradiction to the catalog: an error, or a warning if the catalog knows one of several releases of the plugin.
    /// </summary>
    public SchedulerConfigurationFinding Of(KnownPlugin? plugin, string rule, YamlPath path, string message, string action) =>
        Finding(plugin is { Origin: PluginOrigin.OutOfTree } ? "Warning" : "Error", rule, path, message, action);

    /// <summary>The integer at a path, or the scheduler's default.</summary>
    public static long Number(YamlNode? parent, string name, long otherwise) =>
        parent?.Value(name) is { Kind: YamlNodeKind.Scalar } node ? YamlScalar.Whole(YamlScalar.Resolve(node)) ?? otherwise : otherwise;

    public static string? Text(YamlNode? parent, string name) =>
        parent?.Value(name) is { Kind: YamlNodeKind.Scalar } node && YamlScalar.Resolve(node) is string text ? text : null;

    /// <summary>The identity of a finding, independent of positions: its path with the names of list items, and its message.</summary>
    public string IdentityOf(SchedulerConfigurationFinding finding) => $"{_paths[finding].Identity(Document.Root)}: {finding.Message}";

    private SchedulerConfigurationFinding Finding(string severity, string rule, YamlPath path, string message, string action)
    {
        var finding = new SchedulerConfigurationFinding
        {
            Severity = severity,
            Rule = rule,
            Path = path.ToString(),
            File = file,
            Line = LineOf(path),
            Message = message,
            RecommendedAction = action,
        };
        _paths[finding] = path;
        return finding;
    }

    // A missing field is reported at the nearest existing one.
    private int LineOf(YamlPath path)
    {
        for (; path.Count > 0; path = path.Parent)
            if (Document.Line(path) is var line and > 0)
                return line;
        return Document.Line(path);
    }
}
