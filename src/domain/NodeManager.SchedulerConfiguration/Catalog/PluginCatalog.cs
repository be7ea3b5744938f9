namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>The known plugins: built-in, public, and user-registered.</summary>
public sealed class PluginCatalog
{
    private readonly Dictionary<string, KnownPlugin> _plugins;

    /// <param name="registered">Override ours of the same name.</param>
    public PluginCatalog(IEnumerable<KnownPlugin> registered)
    {
        _plugins = BuiltInPlugins.All.Concat(OutOfTreePlugins.All).ToDictionary(plugin => plugin.Name);
        foreach (var plugin in registered)
            _plugins[plugin.Name] = plugin;
    }

    /// <summary>The catalog without registered plugins.</summary>
    public static PluginCatalog Standard { get; } = new([]);

    public IEnumerable<KnownPlugin> All => _plugins.Values;

    public KnownPlugin? Find(string name) => _plugins.GetValueOrDefault(name);
}
