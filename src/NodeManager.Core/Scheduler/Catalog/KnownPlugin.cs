using System.Globalization;

namespace NodeManager.Core.Scheduler.Catalog;

/// <summary>A plugin whose extension points and arguments are known.</summary>
public sealed class KnownPlugin
{
    private readonly IReadOnlyList<(string Point, int Since)> points;
    private readonly IReadOnlyList<(string FromApi, string Schema)> arguments;

    /// <param name="name">As the configuration writes it.</param>
    /// <param name="points">The extension points; <c>preFilter@22</c>: since Kubernetes 1.22.</param>
    /// <param name="isBuiltIn">In every kube-scheduler of <paramref name="since"/> to <paramref name="until"/>.</param>
    /// <param name="since">The first minor release.</param>
    /// <param name="until">The last one.</param>
    /// <param name="invalidFrom">The API version from which on it is refused, or null.</param>
    /// <param name="arguments">Its arguments from an API version on, the newest last; none: it takes no arguments that are checked.</param>
    public KnownPlugin(
        string name,
        string points,
        bool isBuiltIn = false,
        int since = 0,
        int until = int.MaxValue,
        SchedulerApi? invalidFrom = null,
        params (string FromApi, string Schema)[] arguments)
    {
        Name = name;
        IsBuiltIn = isBuiltIn;
        Since = since;
        Until = until;
        InvalidFrom = invalidFrom;
        this.arguments = arguments;
        this.points = [.. points.Split(' ').Select(text =>
        {
            var parts = text.Split('@');
            return (parts[0], parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        })];
    }

    public string Name { get; }

    public bool IsBuiltIn { get; }

    public int Since { get; }

    public int Until { get; }

    public SchedulerApi? InvalidFrom { get; }

    public bool Exists(int minor) => minor >= Since && minor <= Until;

    /// <summary>The extension points that it implements in that release.</summary>
    public IEnumerable<string> Points(int minor) => points.Where(point => point.Since <= minor).Select(point => point.Point);

    public bool Implements(string point, int minor) => Points(minor).Contains(point);

    /// <summary>What its arguments may hold; null where nothing checks them.</summary>
    public ValueSchema? Arguments(SchedulerApi api)
    {
        var order = SchedulerApi.All.ToList();
        ValueSchema? schema = null;
        foreach (var (fromApi, text) in arguments)
            if (order.IndexOf(api) >= order.FindIndex(version => version.Name == fromApi))
                schema = text.Length == 0 ? null : ArgumentSchemas.Get(text);
        return schema;
    }

    public override string ToString() => Name;
}
