namespace NodeManager;

/// <summary>The definition of a scheduler plugin: its extension points and its arguments.</summary>
public sealed class SchedulerPluginDefinition : ClusterObject
{
    public required string Name { get; init; }

    /// <summary>The extension points that it implements.</summary>
    public required ItemList<string> ExtensionPoints { get; init; }

    /// <summary>Its arguments with the kind of each, as one line of YAML: <c>{mode: string, weights: {'*': number}}</c>; empty: they are not checked.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>See <see cref="SchedulerPluginSource"/>.</summary>
    public required string Source { get; init; }

    public override string ToString() => Name;
}
