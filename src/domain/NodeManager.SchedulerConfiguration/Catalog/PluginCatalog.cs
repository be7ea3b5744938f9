namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>The plugins that are known: built in, public, and those that a user made known.</summary>
public sealed class PluginCatalog
{
    private readonly Dictionary<string, KnownPlugin> _plugins;

    /// <param name="registered">Plugins made known beside ours; they win over ours of the same name.</param>
    public PluginCatalog(IEnumerable<KnownPlugin> registered)
    {
        _plugins = BuiltInPlugins.All.Concat(OutOfTreePlugins.All).ToDictionary(plugin => plugin.Name);
        foreach (var plugin in registered)
            _plugins[plugin.Name] = plugin;
    }

    /// <summary>What is known without anyone's addition.</summary>
    public static PluginCatalog Standard { get; } = new([]);

    public IEnumerable<KnownPlugin> All => _plugins.Values;

    public KnownPlugin? Find(string name) => _plugins.GetValueOrDefault(name);
}
