using System.Globalization;

namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>Where the knowledge about a plugin comes from, which decides how much it weighs.</summary>
public enum PluginOrigin
{
    /// <summary>kube-scheduler itself: it refuses what contradicts this.</summary>
    BuiltIn,

    /// <summary>
    /// Another project, one release of it. A scheduler built with another release may know more, so what contradicts this is only doubted.
    /// </summary>
    OutOfTree,

    /// <summary>A definition that the user registered, to be held to it.</summary>
    Registered,
}

/// <summary>A plugin whose extension points and arguments are known.</summary>
public sealed class KnownPlugin
{
    private readonly IReadOnlyList<(string Point, int Since)> _points;
    private readonly IReadOnlyList<(string FromApi, string Schema)> _arguments;
    private readonly IReadOnlyList<(string Api, int From, int To)> _invalidIn;

    /// <param name="name">As the configuration writes it.</param>
    /// <param name="points">The extension points; <c>preFilter@22</c>: since Kubernetes 1.22.</param>
    /// <param name="origin">Who says so; the built-in ones are in every kube-scheduler of <paramref name="since"/> to <paramref name="until"/>.</param>
    /// <param name="since">The first minor release.</param>
    /// <param name="until">The last one.</param>
    /// <param name="invalidIn">
    /// The API versions whose validation refuses its name, enabled or in <c>pluginConfig</c>; <c>v1@32-99</c>: in these minor releases only.
    /// </param>
    /// <param name="arguments">
    /// Its arguments from an API version on, the newest last; none: it takes no arguments that are checked. See <see cref="ValueSchema.Parse"/>.
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

    /// <summary>That release's validation of that API version refuses its name.</summary>
    public bool IsInvalidIn(SchedulerApi api, int minor) =>
        _invalidIn.Any(range => range.Api == api.Name && range.From <= minor && minor <= range.To);

    /// <summary>The extension points that it implements in that release.</summary>
    public IEnumerable<string> Points(int minor) => _points.Where(point => point.Since <= minor).Select(point => point.Point);

    public bool Implements(string point, int minor) => Points(minor).Contains(point);

    /// <summary>What its arguments may hold; null where nothing checks them.</summary>
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
