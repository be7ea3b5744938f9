namespace NodeManager.Bench.Running;

/// <summary>How much more five times the nodes take.</summary>
/// <param name="What">For the report.</param>
/// <param name="Small">The work with 1,000 nodes.</param>
/// <param name="Large">The work with 5,000.</param>
/// <param name="Contender">Of both.</param>
/// <param name="Metric">Of which.</param>
/// <param name="Above">What is taken off both: the shell's own.</param>
internal sealed record Growth(string What, string Small, string Large, string Contender, Metric Metric = Metric.Time, string? Above = null)
{
    /// <summary>The most that five times the nodes may take.</summary>
    public const double Limit = 5.2;

    // What others need for the same, to compare with.
    public bool IsPeer { get; init; }

    public static IReadOnlyList<Growth> All { get; } =
    [
        new("list, connected", "list-1000", "list-5000", "NodeManager"),
        new("list, connected", "list-1000", "list-5000", "kubectl") { IsPeer = true },
        new("list, connected", "list-1000", "list-5000", "curl") { IsPeer = true },
        new("list, connected", "list-1000", "list-5000", "curl --compressed") { IsPeer = true },
        new("list, connected", "list-1000", "list-5000", "the same pages, bytes dropped") { IsPeer = true },
        new("nodes with requests of ten pods each, connected", "usage-1000", "usage-5000", "NodeManager"),
        new("nodes with requests of ten pods each, connected", "usage-1000", "usage-5000", "curl") { IsPeer = true },
        new("statistics, connected", "statistics-1000", "statistics-5000", "NodeManager"),
        new("list of the server", "server-1000", "server-5000", "NodeManager.Server"),
        new("embedded cluster: list", "sandbox-list-1000", "sandbox-list-5000", "Get-ClusterNode"),
        new("embedded cluster: usage, pods known", "sandbox-list-1000", "sandbox-list-5000", "Get-ClusterNode -Usage"),
        new("embedded cluster: statistics, pods known", "sandbox-list-1000", "sandbox-list-5000", "Get-ClusterStatistic"),
        new("embedded cluster: start", "sandbox-1000", "sandbox-5000", "Connect-NodeManager -Sandbox", Above: "pwsh"),
        new(
            "embedded cluster: start, list, usage and statistics",
            "sandbox-1000",
            "sandbox-5000",
            "start, list, usage, statistics",
            Above: "pwsh"
        ),
        new(
            "embedded cluster: largest working set after these",
            "sandbox-1000",
            "sandbox-5000",
            "start, list, usage, statistics",
            Metric.Peak,
            "pwsh"
        ),
    ];

    public double? Value(Result few, Result many) => Own(many) / Own(few);

    public double? Own(Result result) => result.Median(Contender, Metric) - (Above is null ? 0 : result.Median(Above, Metric));
}
