using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeManager.Testing;

namespace NodeManager.Conformance.Harness;

/// <summary>A PowerShell of its own, in which the module runs as users run it.</summary>
internal static class PowerShellProcess
{
    /// <summary>The folder of the repository, which is an importable module.</summary>
    public static string Root { get; } = RepositoryFolder.Path;

    public static Process Start(string command) => Process.Start(PowerShellProgram.StartInfo("-Command", command))!;

    /// <summary>Runs a command without input to its end, and returns what it wrote.</summary>
    /// <exception cref="TimeoutException">It did not end within the limit, and was killed.</exception>
    public static async Task<(string Output, string Errors)> ReadAsync(string command, TimeSpan limit)
    {
        ProcessRun run = await ProcessRun.RunAsync(PowerShellProgram.StartInfo("-Command", command), limit);
        return (run.Output, run.Errors);
    }

    /// <summary>Runs a script with the module, connected to the cluster by its administrator's kubeconfig.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="script">Fills the table <c>$seen</c>. Has <c>Wait-For { … } { … }</c>, which waits until the first is true, and shows the second if it does not come.</param>
    /// <returns>The table.</returns>
    public static async Task<JsonObject> RunAsync(TestCluster cluster, string script)
    {
        const string Mark = "SEEN:";
        (string output, string errors) = await ReadAsync(
            $$"""
            $ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; $WarningPreference = 'SilentlyContinue'
            Import-Module '{{Root}}/NodeManager.psd1'
            $null = Connect-NodeManager -Kubeconfig '{{cluster.ServeKubeconfig()}}'
            function Wait-For([scriptblock] $Condition, [scriptblock] $Tell = {}) {
                $end = [DateTime]::UtcNow.AddSeconds({{Eventually.Limit.TotalSeconds:0}})
                while (-not (& $Condition)) {
                    if ([DateTime]::UtcNow -gt $end) { throw "Timed out waiting for: $Condition`n$((& $Tell) -join "`n")" }
                    Start-Sleep -Milliseconds 100
                }
            }
            $seen = [ordered]@{}
            {{script}}
            [Console]::Out.WriteLine('{{Mark}}' + ($seen | ConvertTo-Json -Depth 6 -Compress))
            """,
            2 * Eventually.Limit
        );
        string? seen = output.Split('\n').LastOrDefault(static line => line.StartsWith(Mark, StringComparison.Ordinal));
        Assert.True(seen is not null, $"{output}\n{errors}");
        return JsonNode.Parse(seen[Mark.Length..])!.AsObject();
    }
}
