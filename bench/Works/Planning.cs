using System.Globalization;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Plans: of the autoscaler, in a process of its own, and of a fleet's maintenance.</summary>
internal static class Planning
{
    private const string Ours = "NodeManager";

    private static readonly string[] Limits = ["5%", "10", "1"];

    /// <summary>Karpenter's published mix.</summary>
    /// <param name="isRich">True with prices, disks and devices.</param>
    public static Work Mix(int pods, bool isRich = false) =>
        Of(
            string.Create(CultureInfo.InvariantCulture, $"scale-{pods}{(isRich ? "-prices" : "")}"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"the autoscaler's plan for {pods} pods of Karpenter's published mix, 400 sizes of machines{(isRich ? " with prices, disks and devices" : "")}"
            ),
            pods,
            0,
            isRich
        ) with
        {
            Goals = pods == 20_000 ? [new(Ours, Metric.Time, isRich ? 2000 : 5000), new(Ours, Metric.Peak, 250 * 1048576)] : [],
        };

    public static Work Nodes(int pods, int nodes) =>
        Of(
            "scale-nodes",
            string.Create(CultureInfo.InvariantCulture, $"the autoscaler's plan for {pods} pods over {nodes} nodes"),
            pods,
            nodes
        ) with
        {
            Goals = [new(Ours, Metric.Time, 1000)],
        };

    /// <summary>Nodes that may be replaced by cheaper ones.</summary>
    public static Work Consolidation(int pods, int nodes) =>
        new(
            "scale-down-nodes",
            string.Create(CultureInfo.InvariantCulture, $"the autoscaler's plan that consolidates {nodes} nodes with {pods} pods by cost")
        )
        {
            IsWarmed = false,
            Contenders =
            [
                new(
                    Ours,
                    stop =>
                        InsideProcess.RunAsync(
                            ["consolidation", pods.ToString(CultureInfo.InvariantCulture), nodes.ToString(CultureInfo.InvariantCulture)],
                            stop
                        )
                ),
            ],
            Goals = [new(Ours, Metric.Time, 10_000)],
        };

    /// <summary>All batches of a maintenance of all nodes, and what each drain meets.</summary>
    public static Work Fleet(BenchSetting setting, int nodes, double most)
    {
        string prepare = string.Create(
            CultureInfo.InvariantCulture,
            $"$null = Connect-NodeManager -Sandbox -SandboxNodes {nodes}; $fleet = @(Get-ClusterNode)"
        );
        return new(
            string.Create(CultureInfo.InvariantCulture, $"plan-{nodes}"),
            string.Create(CultureInfo.InvariantCulture, $"the plan of a maintenance of {nodes} nodes with ten pods each, embedded cluster")
        )
        {
            Contenders =
            [
                .. Limits.Select(limit =>
                    setting.Fresh(
                        "-MaxUnavailable " + limit,
                        prepare,
                        $"@($fleet | Invoke-NodeMaintenance -MaxUnavailable {limit} -WhatIf -WarningAction Ignore).Count -gt 0",
                        "True"
                    ) with
                    {
                        Samples = limit == Limits[0] && nodes < 2000 ? int.MaxValue : 1,
                    }
                ),
            ],
            IsWarmed = false,
            Goals = [new("-MaxUnavailable 5%", Metric.Time, most), new("-MaxUnavailable 1", Metric.Time, most)],
        };
    }

    private static Work Of(string name, string what, int pods, int nodes, bool isRich = false) =>
        new(name, what)
        {
            IsWarmed = false,
            Contenders =
            [
                new(
                    Ours,
                    stop =>
                        InsideProcess.RunAsync(
                            [
                                "planning",
                                pods.ToString(CultureInfo.InvariantCulture),
                                nodes.ToString(CultureInfo.InvariantCulture),
                                .. isRich ? ["rich"] : Array.Empty<string>(),
                            ],
                            stop
                        )
                ),
            ],
        };
}
