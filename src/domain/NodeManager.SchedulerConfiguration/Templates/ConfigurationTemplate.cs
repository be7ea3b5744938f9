using NodeManager.SchedulerConfigurations.Catalog;

namespace NodeManager.SchedulerConfigurations.Templates;

/// <summary>A named set of changes that can be applied to any configuration; the rest stays.</summary>
/// <param name="Steps">The changes, in order.</param>
/// <param name="File">Its file; empty for a built-in one.</param>
public sealed record ConfigurationTemplate(string Name, string Description, IReadOnlyList<TemplateStep> Steps, string File = "");

/// <summary>One change of one plugin in a template.</summary>
/// <param name="Action"><c>enable</c>, <c>disable</c> or <c>set</c>.</param>
/// <param name="Versions">The API versions of the step; empty: all.</param>
/// <param name="Points">The extension points; empty: chosen by the action.</param>
/// <param name="Weight">Null: unchanged.</param>
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
