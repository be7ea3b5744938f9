using System.Diagnostics;
using System.Text;
using System.Text.Json;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Clients;

/// <summary>A pwsh that stays, as the one a user has open. Measures inside it.</summary>
internal sealed class PowerShellSession : IDisposable
{
    private const string Mark = "##bench ";

    // One script a line, in Base64; one line of JSON for each.
    private const string Driver = """
        $ErrorActionPreference = 'Stop'
        $ProgressPreference = 'SilentlyContinue'
        $WarningPreference = 'SilentlyContinue'
        $ConfirmPreference = 'None'
        $own = [Diagnostics.Process]::GetCurrentProcess()
        while ($null -ne ($line = [Console]::In.ReadLine())) {
            $script = [scriptblock]::Create([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line)))
            $failure = $value = $null
            $own.Refresh()
            $cpu = $own.TotalProcessorTime
            $watch = [Diagnostics.Stopwatch]::StartNew()
            try { $value = . $script } catch { $failure = "$_" }
            $watch.Stop()
            $own.Refresh()
            [Console]::Out.WriteLine('##bench ' + (ConvertTo-Json -Compress ([ordered]@{
                value = "$value"; failure = $failure; ms = $watch.Elapsed.TotalMilliseconds; cpu = ($own.TotalProcessorTime - $cpu).TotalMilliseconds; peak = $own.PeakWorkingSet64 })))
        }
        """;

    private readonly Process _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("nodemanager-bench-").FullName;

    public PowerShellSession(IReadOnlyDictionary<string, string> environment)
    {
        string file = Path.Combine(_folder, "driver.ps1");
        File.WriteAllText(file, Driver);
        var start = new ProcessStartInfo("pwsh", ["-NoProfile", "-NonInteractive", "-File", file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    /// <summary>Runs a script in the session's scope.</summary>
    /// <param name="script">Variables that it sets stay.</param>
    /// <param name="expected">What its output has to be as text. Null: whatever.</param>
    /// <param name="cancellationToken">Kills the shell.</param>
    /// <exception cref="InvalidOperationException">It failed, or its output was another.</exception>
    public async Task<Sample> RunAsync(string script, string? expected, CancellationToken cancellationToken)
    {
        (Sample sample, string value) = await RunAsync(script, cancellationToken);
        return expected is null || value == expected
            ? sample
            : throw new InvalidOperationException($"'{value}' instead of '{expected}': {script}");
    }

    public async Task<(Sample Sample, string Value)> RunAsync(string script, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration kill = cancellationToken.Register(() => _process.Kill(entireProcessTree: true));
        await _process.StandardInput.WriteLineAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(script)));
        await _process.StandardInput.FlushAsync(CancellationToken.None);
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (!line.StartsWith(Mark, StringComparison.Ordinal))
                continue;
            using var answer = JsonDocument.Parse(line[Mark.Length..]);
            JsonElement root = answer.RootElement;
            if (root.GetProperty("failure").GetString() is { } failure)
                throw new InvalidOperationException($"{script}: {failure}");
            return (
                new(root.GetProperty("ms").GetDouble(), root.GetProperty("cpu").GetDouble(), root.GetProperty("peak").GetInt64()),
                root.GetProperty("value").GetString()!
            );
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new InvalidOperationException("pwsh ended.");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
