namespace NodeManager;

/// <summary>A set of changes of a scheduler's configuration that goes by a name.</summary>
public sealed class SchedulerTemplate
{
    public required string Name { get; init; }

    public string Description { get; init; } = "";

    /// <summary>The plugins that it changes.</summary>
    public required ItemList<string> Plugins { get; init; }

    /// <summary>
    /// Those of them that kube-scheduler itself does not have: the scheduler must be built with them. Empty: the template is proven with
    /// kube-scheduler.
    /// </summary>
    public required ItemList<string> Requires { get; init; }

    /// <summary>The file of the template; empty for a built-in one.</summary>
    public string File { get; init; } = "";

    public override string ToString() => Name;
}
