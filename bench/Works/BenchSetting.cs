using System.Diagnostics;
using System.Text.RegularExpressions;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>What the works of a cluster share: how each client reaches it.</summary>
internal sealed partial class BenchSetting : IDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    private readonly string _module;
    private readonly string _folder = Directory.CreateTempSubdirectory("nodemanager-bench-").FullName;
    private PowerShellSession? _session, _peer;

    /// <param name="cluster">Which.</param>
    /// <param name="module">Path of the module's manifest.</param>
    public BenchSetting(BenchCluster cluster, string module)
    {
        Cluster = cluster;
        _module = module;
        Environment = new Dictionary<string, string> { ["KUBECONFIG"] = cluster.Kubeconfig, ["POWERSHELL_TELEMETRY_OPTOUT"] = "1" };
        string kubeconfig = File.ReadAllText(cluster.Kubeconfig);
        foreach (Match data in Data().Matches(kubeconfig))
        {
            string file = Path.Combine(_folder, data.Groups["name"].Value);
            var create = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(file, create);
            stream.Write(Convert.FromBase64String(data.Groups["value"].Value));
        }
    }

    public BenchCluster Cluster { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    private string Connect => $"Import-Module '{_module}'; $null = Connect-NodeManager -Kubeconfig '{Cluster.Kubeconfig}'";

    /// <summary>A script in a connected session that stays open.</summary>
    /// <param name="name">Of the contender.</param>
    /// <param name="script">That is measured.</param>
    /// <param name="expected">What its output has to be as text. Null: whatever.</param>
    public Contender Connected(string name, string script, string? expected) => new(name, async stop => await (await SessionAsync(stop)).RunAsync(script, expected, stop));

    /// <summary>What a connected session does before a sample, not measured.</summary>
    public Func<CancellationToken, Task> Before(string script) => async stop => await (await SessionAsync(stop)).RunAsync(script, null, stop);

    /// <summary>A script in a session of its own.</summary>
    /// <param name="name">Of the contender.</param>
    /// <param name="prepare">What the session does before, not measured.</param>
    /// <param name="script">That is measured.</param>
    /// <param name="expected">What its output has to be as text. Null: whatever.</param>
    public Contender Fresh(string name, string prepare, string script, string? expected) => new(name, async stop =>
    {
        using var session = new PowerShellSession(Environment);
        await session.RunAsync($"Import-Module '{_module}'; {prepare}", null, stop);
        return await session.RunAsync(script, expected, stop);
    });

    /// <summary>A connected pwsh that stays, and what it takes in a while.</summary>
    public Contender ResidentShell(string name, string script, TimeSpan window, Func<CancellationToken, Task> during) =>
        Resident(name, new("pwsh", ["-NoProfile", "-NonInteractive", "-Command", $"$ErrorActionPreference = 'Stop'; {Connect}; {script}"]), window, during);

    /// <summary>A program that stays.</summary>
    public Contender Resident(string name, ProcessStartInfo start, TimeSpan window, Func<CancellationToken, Task> during)
    {
        foreach ((string variable, string value) in Environment) start.Environment[variable] = value;
        return new(name, stop => ResidentProcess.RunAsync(start, WarmUp, window, during, stop)) { Samples = 1 };
    }

    /// <summary>A pwsh of its own, from its start to its end.</summary>
    public Contender Shell(string name, string script) => Program(name, "pwsh", "-NoProfile", "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'; " + script);

    /// <summary>The same, imported and connected.</summary>
    public Contender ConnectedShell(string name, string script) => Shell(name, Connect + "; " + script);

    /// <summary>The same, imported.</summary>
    public Contender ImportedShell(string name, string script) => Shell(name, $"Import-Module '{_module}'; {script}");

    public Contender Kubectl(string name, params string[] arguments) => Program(name, "kubectl", arguments);

    /// <summary>GETs one after another over one connection.</summary>
    public Contender Curl(string name, bool isCompressed, params string[] paths) => Program(name, "curl",
    [
        "--silent", "--show-error", "--fail-with-body", "--http2", .. isCompressed ? ["--compressed"] : Array.Empty<string>(),
        "--cacert", Path.Combine(_folder, "certificate-authority-data"), "--cert", Path.Combine(_folder, "client-certificate-data"), "--key", Path.Combine(_folder, "client-key-data"),
        .. paths.Select(path => new Uri(Cluster.Server, path).AbsoluteUri),
    ]);

    /// <summary>What a PowerShell user does today, in a session that stays open: another one, as its gigabytes would slow the connected session down.</summary>
    public Contender KubectlObjects(string name, string arguments, string expected) =>
        new(name, stop => (_peer ??= new(Environment)).RunAsync($"(kubectl {arguments} | ConvertFrom-Json -AsHashtable).items.Count", expected, stop));

    /// <summary>Ends the sessions: the next ones are new.</summary>
    public void EndSessions()
    {
        _session?.Dispose();
        _peer?.Dispose();
        _session = _peer = null;
    }

    public void Dispose()
    {
        EndSessions();
        Directory.Delete(_folder, recursive: true);
    }

    private Contender Program(string name, string file, params string[] arguments) => new(name, stop => ChildProcess.RunAsync(file, arguments, Environment, stop));

    private async Task<PowerShellSession> SessionAsync(CancellationToken cancellationToken)
    {
        if (_session is not null) return _session;
        _session = new(Environment);
        await _session.RunAsync(Connect, null, cancellationToken);
        return _session;
    }

    [GeneratedRegex("(?<name>certificate-authority-data|client-certificate-data|client-key-data): (?<value>[A-Za-z0-9+/=]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Data();
}
