using System.Globalization;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>The embedded cluster: its start, lists of it, and a copy of a real one.</summary>
internal static class Embedding
{
    private const string Shell = "pwsh";

    public static Work Start(BenchSetting setting, int nodes)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"Connect-NodeManager -Sandbox -SandboxNodes {nodes}");
        return new(string.Create(CultureInfo.InvariantCulture, $"sandbox-{nodes}"), string.Create(CultureInfo.InvariantCulture, $"an embedded cluster of {nodes} nodes with ten running pods each, in a fresh pwsh"))
        {
            Contenders = [setting.Shell(Shell, "exit"), setting.ImportedShell(name, $"$null = {name}")],
            Goals = nodes == 5000 ? [new(name, Metric.Time, 5000, Above: Shell), new(name, Metric.Peak, 400 * 1048576, Above: Shell)] : [],
        };
    }

    public static Work List(BenchSetting setting, int nodes)
    {
        string count = nodes.ToString(CultureInfo.InvariantCulture);
        string prepare = $"if (-not $embedded) {{ $embedded = Connect-NodeManager -Sandbox -SandboxNodes {count} }}";
        return new("sandbox-list-" + count, $"list {count} nodes of an embedded cluster, connected")
        {
            Contenders = [setting.Connected("NodeManager", "@(Get-ClusterNode -Session $embedded).Count", count) with { PrepareAsync = setting.Before(prepare) }],
        };
    }

    /// <param name="setting">A cluster with just these.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="pods">How many.</param>
    public static Work Copy(BenchSetting setting, int nodes, int pods)
    {
        const string Ours = "New-Sandbox -From";
        return new("copy", string.Create(CultureInfo.InvariantCulture, $"copy a cluster of {nodes} nodes and {pods} pods into an embedded one, in a fresh pwsh"))
        {
            Contenders =
            [
                setting.ConnectedShell("pwsh, import and connect", "exit"),
                setting.ConnectedShell(Ours, $"$copy = New-Sandbox -From (Get-NodeManagerSession); if (@(Get-ClusterNode -Session $copy).Count -ne {nodes}) {{ exit 1 }}"),
            ],
            Goals = [new(Ours, Metric.Time, 4000, Above: "pwsh, import and connect")],
        };
    }
}
