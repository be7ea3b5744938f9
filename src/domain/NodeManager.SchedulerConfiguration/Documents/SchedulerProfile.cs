using NodeManager.SchedulerConfigurations.Yaml;

namespace NodeManager.SchedulerConfigurations.Documents;

/// <summary>A profile of a configuration.</summary>
/// <param name="Index">Its place in <c>profiles</c>.</param>
/// <param name="Name">Its <c>schedulerName</c>.</param>
/// <param name="Node">Where it is written; null where the configuration has no profile and the scheduler makes one.</param>
public sealed record SchedulerProfile(int Index, string Name, YamlNode? Node)
{
    public const string DefaultName = "default-scheduler";

    public YamlPath Path => YamlPath.Root.Key("profiles").Item(Index);

    /// <summary>The path of a point's enabled or disabled list.</summary>
    public YamlPath List(string point, string list) => Path.Key("plugins").Key(point).Key(list);

    /// <summary>A point's list as written, bare names included.</summary>
    public IReadOnlyList<PluginReference> Plugins(string point, string list)
    {
        var node = Node?.Value("plugins")?.Value(point)?.Value(list);
        return node is not { Kind: YamlNodeKind.Sequence } ? [] : [.. node.Items.Select(PluginReference.Of)];
    }

    /// <summary>The arguments written for a plugin, or null.</summary>
    public YamlNode? Arguments(string plugin) => ArgumentsEntry(plugin)?.Node.Value("args");

    /// <summary>The first <c>pluginConfig</c> item of a plugin and its place.</summary>
    public (int Index, YamlNode Node)? ArgumentsEntry(string plugin)
    {
        var items = Node?.Value("pluginConfig")?.Items ?? [];
        for (var index = 0; index < items.Count; index++)
            if (items[index].Resolved.Value("name")?.Text == plugin)
                return (index, items[index].Resolved);
        return null;
    }
}
