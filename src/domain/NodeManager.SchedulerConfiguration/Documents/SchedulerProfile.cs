namespace NodeManager.SchedulerConfigurations.Documents;

/// <param name="Index">Its index in <c>profiles</c>.</param>
/// <param name="Name">Its <c>schedulerName</c>.</param>
/// <param name="Node">Null for the implicit default profile.</param>
public sealed record SchedulerProfile(int Index, string Name, YamlNode? Node)
{
    public const string DefaultName = "default-scheduler";

    public YamlPath Path => YamlPath.Root.Key("profiles").Item(Index);

    /// <summary>The path of a point's enabled or disabled list.</summary>
    public YamlPath List(string point, string list) => Path.Key("plugins").Key(point).Key(list);

    /// <summary>A point's list as written, including plain names.</summary>
    public IReadOnlyList<PluginReference> Plugins(string point, string list)
    {
        var node = Node?.Value("plugins")?.Value(point)?.Value(list);
        return node is not { Kind: YamlNodeKind.Sequence } ? [] : [.. node.Items.Select(PluginReference.Of)];
    }

    /// <summary>The arguments of a plugin, or null.</summary>
    public YamlNode? Arguments(string plugin) => ArgumentsEntry(plugin)?.Node.Value("args");

    public (int Index, YamlNode Node)? ArgumentsEntry(string plugin)
    {
        var items = Node?.Value("pluginConfig")?.Items ?? [];
        for (var index = 0; index < items.Count; index++)
            if (items[index].Resolved.Value("name")?.Text == plugin)
                return (index, items[index].Resolved);
        return null;
    }
}
