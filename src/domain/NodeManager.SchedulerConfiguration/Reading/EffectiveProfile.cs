using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Reading;

/// <summary>An active plugin of a point.</summary>
/// <param name="Weight">As configured; 0 for none, which the scheduler counts as 1.</param>
/// <param name="Source"><c>Default</c>, <c>MultiPoint</c> or <c>Explicit</c>.</param>
public sealed record ActivePlugin(string Name, long Weight, string Source)
{
    public const string Default = nameof(Default);
    public const string MultiPoint = nameof(MultiPoint);
    public const string Explicit = nameof(Explicit);
}

/// <summary>
/// The active plugins of a profile, by the scheduler's rules: defaults first, without disabled ones, an enabled default overridden in its
/// place (v1beta1 appends it), <c>multiPoint</c> expanded to the points that each plugin implements. At a point, plugins that override
/// <c>multiPoint</c> come first, then those of <c>multiPoint</c>, then those of the point only.
/// </summary>
public sealed class EffectiveProfile
{
    private readonly SchedulerProfile _profile;
    private readonly SchedulerApi _api;
    private readonly int _minor;
    private readonly PluginCatalog _catalog;
    private readonly Dictionary<string, List<ActivePlugin>> _active = [];

    public EffectiveProfile(SchedulerProfile profile, SchedulerApi api, int minor, PluginCatalog catalog)
    {
        _profile = profile;
        _api = api;
        _minor = minor;
        _catalog = catalog;
        MultiPoint = api.HasMultiPoint ? Merge(ExtensionPoints.MultiPoint, ActivePlugin.MultiPoint) : [];
        foreach (var point in ExtensionPoints.Of(api, minor).Where(point => point != ExtensionPoints.MultiPoint))
            _active[point] = api.HasMultiPoint ? Expand(point) : Merge(point, ActivePlugin.Explicit);
    }

    /// <summary>Expanded to the points.</summary>
    public IReadOnlyList<ActivePlugin> MultiPoint { get; }

    public IEnumerable<string> Points => _active.Keys;

    /// <summary>The active plugins of a point, in order.</summary>
    public IReadOnlyList<ActivePlugin> At(string point) => _active[point];

    public IEnumerable<string> DefaultsAt(string point) =>
        _api.HasMultiPoint
            ? DefaultPlugins
                .Of(_api, _minor, ExtensionPoints.MultiPoint)
                .Select(plugin => plugin.Name)
                .Where(name => Implements(name, point))
            : DefaultPlugins.Of(_api, _minor, point).Select(plugin => plugin.Name);

    /// <summary>The names of a disabled list.</summary>
    public HashSet<string> Disabled(string point) => [.. _profile.Plugins(point, "disabled").Select(plugin => plugin.Name)];

    public bool Implements(string name, string point) => _catalog.Find(name)?.Implements(point, _minor) == true;

    private List<ActivePlugin> Merge(string point, string source)
    {
        var disabled = Disabled(point);
        var chosen = _profile.Plugins(point, "enabled");
        var result = new List<ActivePlugin>();
        var replaced = new HashSet<int>();
        if (!disabled.Contains(PluginReference.All))
        {
            foreach (var choice in DefaultPlugins.Of(_api, _minor, point).Where(choice => !disabled.Contains(choice.Name)))
            {
                var index = _api.OverridesDefaults ? LastIndex(chosen, choice.Name) : -1;
                if (index >= 0)
                    replaced.Add(index);
                result.Add(
                    index >= 0
                        ? new ActivePlugin(choice.Name, chosen[index].Weight ?? 0, source)
                        : new ActivePlugin(choice.Name, choice.Weight, ActivePlugin.Default)
                );
            }
        }

        for (var index = 0; index < chosen.Count; index++)
            if (!replaced.Contains(index))
                result.Add(new ActivePlugin(chosen[index].Name, chosen[index].Weight ?? 0, source));
        return result;
    }

    private static int LastIndex(IReadOnlyList<PluginReference> plugins, string name)
    {
        for (var index = plugins.Count - 1; index >= 0; index--)
            if (plugins[index].Name == name)
                return index;
        return -1;
    }

    private List<ActivePlugin> Expand(string point)
    {
        var own = _profile
            .Plugins(point, "enabled")
            .Select(plugin => new ActivePlugin(plugin.Name, plugin.Weight ?? 0, ActivePlugin.Explicit))
            .ToList();
        var disabled = Disabled(point);
        if (disabled.Contains(PluginReference.All))
            return own;
        var expanded = MultiPoint.Where(plugin => Implements(plugin.Name, point) && !disabled.Contains(plugin.Name)).ToList();
        return
        [
            .. own.Where(plugin => expanded.Any(other => other.Name == plugin.Name)),
            .. expanded.Where(plugin => !own.Any(other => other.Name == plugin.Name)),
            .. own.Where(plugin => !expanded.Any(other => other.Name == plugin.Name)),
        ];
    }
}
