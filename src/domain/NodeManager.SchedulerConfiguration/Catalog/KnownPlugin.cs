using System.Globalization;

namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>The source of the information about a plugin, which determines the severity of findings.</summary>
public enum PluginOrigin
{
    /// <summary>kube-scheduler itself: contradictions are errors.</summary>
    BuiltIn,

    /// <summary>One release of another project. A scheduler may be built with another release, so contradictions are warnings.</summary>
    OutOfTree,

    /// <summary>A user-registered definition: contradictions are errors.</summary>
    Registered,
}

/// <summary>A plugin with known extension points and arguments.</summary>
public sealed class KnownPlugin
{
    private readonly IReadOnlyList<(string Point, int Since)> _points;
    private readonly IReadOnlyList<(string FromApi, string Schema)> _arguments;
    private readonly IReadOnlyList<(string Api, int From, int To)> _invalidIn;

    /// <param name="name">The name in configurations.</param>
    /// <param name="points"><c>preFilter@22</c>: since Kubernetes 1.22.</param>
    /// <param name="origin">Built-in plugins are in every kube-scheduler of <paramref name="since"/> to <paramref name="until"/>.</param>
    /// <param name="since">The first minor version.</param>
    /// <param name="until">The last one.</param>
    /// <param name="invalidIn">
    /// The API versions whose validation refuses its name, enabled or in <c>pluginConfig</c>; <c>v1@32-99</c>: in these minor versions
    /// only.
    /// </param>
    /// <param name="arguments">
    /// The arguments from an API version on, the newest last; none: arguments are not checked. See <see cref="ValueSchema.Parse"/>.
    /// </param>
    public KnownPlugin(
        string name,
        string points,
        PluginOrigin origin = PluginOrigin.Registered,
        int since = 0,
        int until = int.MaxValue,
        string invalidIn = "",
        params (string FromApi, string Schema)[] arguments
    )
    {
        Name = name;
        Origin = origin;
        Since = since;
        Until = until;
        _invalidIn =
        [
            .. invalidIn
                .Split(' ')
                .Select(text =>
                    text.Split('@', '-') is [var api, var from, var to]
                        ? (api, int.Parse(from, CultureInfo.InvariantCulture), int.Parse(to, CultureInfo.InvariantCulture))
                        : (text, 0, int.MaxValue)
                ),
        ];
        _arguments = arguments;
        _points =
        [
            .. points
                .Split(' ')
                .Select(text =>
                {
                    var parts = text.Split('@');
                    return (parts[0], parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
                }),
        ];
    }

    public string Name { get; }

    public PluginOrigin Origin { get; }

    public bool IsBuiltIn => Origin == PluginOrigin.BuiltIn;

    public int Since { get; }

    public int Until { get; }

    public bool Exists(int minor) => minor >= Since && minor <= Until;

    /// <summary>True if that release's validation of that API version refuses its name.</summary>
    public bool IsInvalidIn(SchedulerApi api, int minor) =>
        _invalidIn.Any(range => range.Api == api.Name && range.From <= minor && minor <= range.To);

    /// <summary>The extension points that it implements in that release.</summary>
    public IEnumerable<string> Points(int minor) => _points.Where(point => point.Since <= minor).Select(point => point.Point);

    public bool Implements(string point, int minor) => Points(minor).Contains(point);

    /// <summary>The schema of its arguments; null if they are not checked.</summary>
    public ValueSchema? Arguments(SchedulerApi api, int minor)
    {
        var order = SchedulerApi.All.ToList();
        ValueSchema? schema = null;
        foreach (var (fromApi, text) in _arguments)
            if (order.IndexOf(api) >= order.FindIndex(version => version.Name == fromApi))
                schema = text.Length == 0 ? null : ArgumentSchemas.Get(text, minor);
        return schema;
    }

    public override string ToString() => Name;
}
