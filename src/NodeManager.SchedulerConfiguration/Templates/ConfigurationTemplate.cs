namespace NodeManager.SchedulerConfigurations.Templates;

/// <summary>A set of changes with a name. It is made in whatever configuration there is; what it does not name stays.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Description">What it is for, in a sentence.</param>
/// <param name="Steps">The changes, in order.</param>
/// <param name="File">Where it was read from; empty: one of ours.</param>
public sealed record ConfigurationTemplate(string Name, string Description, IReadOnlyList<TemplateStep> Steps, string File = "");
