using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerConfigurations.Templates;

/// <summary>A set of changes with a name. It is made in whatever configuration there is; what it does not name stays.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Description">What it is for, in a sentence.</param>
/// <param name="Steps">The changes, in order.</param>
/// <param name="File">Where it was read from; empty: one of ours.</param>
public sealed record ConfigurationTemplate(string Name, string Description, IReadOnlyList<TemplateStep> Steps, string File = "");

/// <summary>One change of one plugin that a template makes.</summary>
/// <param name="Action"><c>enable</c>, <c>disable</c> or <c>set</c>.</param>
/// <param name="Plugin">The plugin.</param>
/// <param name="Versions">The configuration's versions that it is for; empty: all.</param>
/// <param name="Points">The extension points; empty: those that the action itself finds.</param>
/// <param name="Weight">The weight of its scores, or null.</param>
/// <param name="Arguments">Arguments to set.</param>
public sealed record TemplateStep(
    string Action,
    string Plugin,
    IReadOnlyList<string> Versions,
    IReadOnlyList<string> Points,
    int? Weight,
    IReadOnlyDictionary<string, object?> Arguments
)
{
    public const string Enable = "enable";
    public const string Disable = "disable";
    public const string Set = "set";

    public bool IsFor(SchedulerApi api) => Versions.Count == 0 || Versions.Contains(api.Name);
}
