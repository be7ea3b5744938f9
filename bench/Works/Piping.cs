using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>Many nodes through the pipeline: previews, and output as text.</summary>
internal static class Piping
{
    private const string Raw = "dry runs sent raw";

    private static readonly (string Name, string Script)[] Previews =
    [
        ("Set-NodeLabel -WhatIf", "$all | Set-NodeLabel -Label @{ 'bench-preview' = 'x' } -WhatIf"),
        ("Set-NodeTaint -WhatIf", "$all | Set-NodeTaint -Key bench-preview -Value x -Effect NoSchedule -WhatIf"),
        ("Suspend-NodeScheduling -WhatIf", "$all | Suspend-NodeScheduling -WhatIf"),
    ];

    private static readonly (string Name, string Script)[] Texts =
    [
        ("ConvertTo-Json -Depth 3", "$null = $all | ConvertTo-Json -Depth 3"),
        ("ConvertTo-Csv", "$null = $all | ConvertTo-Csv"),
    ];

    /// <param name="setting">A cluster with at least these.</param>
    /// <param name="nodes">How many.</param>
    public static Work Of(BenchSetting setting, int nodes)
    {
        string prepare = string.Create(
            CultureInfo.InvariantCulture,
            $"if ($all.Count -ne {nodes}) {{ $all = @(Get-ClusterNode | Select-Object -First {nodes}) }}; if ($all.Count -ne {nodes}) {{ throw 'nodes are missing' }}"
        );
        return new(
            string.Create(CultureInfo.InvariantCulture, $"pipeline-{nodes}"),
            string.Create(CultureInfo.InvariantCulture, $"{nodes} nodes, read before, through the pipeline")
        )
        {
            Contenders =
            [
                new(Raw, stop => Changing.PatchAsync(setting.Cluster, nodes, "?dryRun=All", Label, stop)),
                .. Previews
                    .Concat(Texts)
                    .Select(one => setting.Connected(one.Name, one.Script, null) with { PrepareAsync = setting.Before(prepare) }),
            ],
            Subject = Previews[0].Name,
            Goals =
            [
                .. Previews.SelectMany(one =>
                    (Goal[])
                        [
                            new(one.Name, Metric.Time, 1.3, Raw) { Row = Asked.Pipeline },
                            .. nodes < 10_000 ? Array.Empty<Goal>() : [new(one.Name, Metric.Time, 15_000) { Row = Asked.Pipeline }],
                        ]
                ),
            ],
        };
    }

    private static JsonObject Label() =>
        new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["bench-preview"] = "x" } } };
}
