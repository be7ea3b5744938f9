using System.Diagnostics;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Clusters;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Works;

/// <summary>What the works of a cluster share: how each client reaches it.</summary>
internal sealed class BenchSetting : IDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    private readonly string _module;
    private readonly string _folder = Directory.CreateTempSubdirectory("nodemanager-bench-").FullName;
    private PowerShellSession? _session,
        _peer;

    /// <param name="cluster">Which.</param>
    /// <param name="module">Path of the module's manifest.</param>
    public BenchSetting(BenchCluster cluster, string module)
    {
        Cluster = cluster;
        _module = module;
        Environment = new Dictionary<string, string> { ["KUBECONFIG"] = cluster.Kubeconfig, ["POWERSHELL_TELEMETRY_OPTOUT"] = "1" };
    }

    public BenchCluster Cluster { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    private string Connect(string module) => $"Import-Module '{module}'; $null = Connect-NodeManager -Kubeconfig '{Cluster.Kubeconfig}'";

    /// <summary>A script in a connected session that stays open.</summary>
    /// <param name="name">Of the contender.</param>
    /// <param name="script">That is measured.</param>
    /// <param name="expected">What its output has to be as text. Null: whatever.</param>
    public Contender Connected(string name, string script, string? expected) =>
        new(name, async stop => await (await SessionAsync(stop)).RunAsync(script, expected, stop));

    /// <summary>What a connected session does before a sample, not measured.</summary>
    public Func<CancellationToken, Task> Before(string script) =>
        async stop => await (await SessionAsync(stop)).RunAsync(script, null, stop);

    /// <summary>A script in a session of its own.</summary>
    /// <param name="name">Of the contender.</param>
    /// <param name="prepare">What the session does before, not measured.</param>
    /// <param name="script">That is measured.</param>
    /// <param name="expected">What its output has to be as text. Null: whatever.</param>
    public Contender Fresh(string name, string prepare, string script, string? expected) =>
        new(
            name,
            async stop =>
            {
                using var session = new PowerShellSession(Environment);
                await session.RunAsync($"Import-Module '{_module}'; {prepare}", null, stop);
                return await session.RunAsync(script, expected, stop);
            }
        );

    /// <summary>A connected pwsh that stays, and what it takes in a while.</summary>
    public Contender ResidentShell(string name, string script, TimeSpan window) =>
        Resident(
            name,
            new("pwsh", ["-NoProfile", "-NonInteractive", "-Command", $"$ErrorActionPreference = 'Stop'; {Connect(_module)}; {script}"]),
            window
        );

    /// <summary>A program that stays.</summary>
    public Contender Resident(string name, ProcessStartInfo start, TimeSpan window)
    {
        foreach ((string variable, string value) in Environment)
            start.Environment[variable] = value;
        return new(name, stop => ResidentProcess.RunAsync(start, WarmUp, window, isSilent: false, stop)) { Samples = 1 };
    }

    /// <summary>A pwsh of its own, from its start to its end.</summary>
    public Contender Shell(string name, string script) =>
        Program(name, "pwsh", "-NoProfile", "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'; " + script);

    /// <summary>The same, imported and connected.</summary>
    public Contender ConnectedShell(string name, string script) => Shell(name, Connect(_module) + "; " + script);

    /// <summary>The same, of the module without code compiled for this platform.</summary>
    public Contender CompilingShell(string name, string script) => Shell(name, Connect(ModuleToCompile()) + "; " + script);

    /// <summary>The same, imported.</summary>
    public Contender ImportedShell(string name, string script) => Shell(name, $"Import-Module '{_module}'; {script}");

    public Contender Kubectl(string name, params string[] arguments) => Program(name, KubectlProgram.Executable, arguments);

    /// <summary>A pwsh that lists in pages with the runtime's HttpClient alone and drops the bytes: what any list over HTTPS takes there.</summary>
    public Contender HttpShell(string name, string path, int pages) =>
        Shell(
            name,
            $$"""
            $handler = [Net.Http.SocketsHttpHandler]::new()
            $handler.AutomaticDecompression = 'GZip'
            $policy = [Security.Cryptography.X509Certificates.X509ChainPolicy]::new()
            $policy.TrustMode = 'CustomRootTrust'
            $policy.RevocationMode = 'NoCheck'
            $null = $policy.CustomTrustStore.Add([Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPem([IO.File]::ReadAllText('{{Cluster.Client.Authority}}')))
            $handler.SslOptions.CertificateChainPolicy = $policy
            $handler.SslOptions.ClientCertificates = [Security.Cryptography.X509Certificates.X509CertificateCollection]::new()
            $null = $handler.SslOptions.ClientCertificates.Add([Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile('{{Cluster.Client.Certificate}}', '{{Cluster.Client.Key}}'))
            $client = [Net.Http.HttpClient]::new($handler)
            $client.DefaultRequestVersion = '2.0'
            $client.DefaultRequestHeaders.Add('Accept', 'application/vnd.kubernetes.protobuf')
            $start = [byte[]]::new(4096)
            $count = 0
            do {
                $answer = $client.GetAsync("{{new Uri(
                Cluster.Server,
                path
            ).AbsoluteUri}}?limit=500&continue=$next", 'ResponseHeadersRead').GetAwaiter().GetResult()
                $null = $answer.EnsureSuccessStatusCode()
                $body = $answer.Content.ReadAsStream()
                # The token of the next page is among the first bytes, as JSON in base64.
                $next = [regex]::Match([Text.Encoding]::Latin1.GetString($start, 0, $body.ReadAtLeast($start, 2048, $false)), 'eyJ2[A-Za-z0-9_-]+').Value
                $body.CopyTo([IO.Stream]::Null)
                $body.Dispose()
                $count++
            } while ($next)
            if ($count -ne {{pages}}) { exit 1 }
            """
        );

    /// <summary>GETs one after another over one connection.</summary>
    public Contender Curl(string name, bool isCompressed, params string[] paths) =>
        Program(
            name,
            "curl",
            [
                "--silent",
                "--show-error",
                "--fail-with-body",
                "--http2",
                .. isCompressed ? ["--compressed"] : Array.Empty<string>(),
                "--cacert",
                Cluster.Client.Authority,
                "--cert",
                Cluster.Client.Certificate,
                "--key",
                Cluster.Client.Key,
                .. paths.Select(path => new Uri(Cluster.Server, path).AbsoluteUri),
            ]
        );

    /// <summary>What a PowerShell user does today, in a session that stays open: another one, as its gigabytes would slow the connected session down.</summary>
    public Contender KubectlObjects(string name, string arguments, string expected) =>
        new(
            name,
            stop =>
                (_peer ??= new(Environment)).RunAsync($"(kubectl {arguments} | ConvertFrom-Json -AsHashtable).items.Count", expected, stop)
        );

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

    // A copy of the packed one.
    private string ModuleToCompile()
    {
        string source = Path.GetDirectoryName(_module)!,
            target = Path.Combine(_folder, "module"),
            manifest = Path.Combine(target, Path.GetFileName(_module));
        if (File.Exists(manifest))
            return manifest;
        HashSet<string> left = [.. BenchOptions.NativeFolders(source), Path.Combine(source, "bin", "server")];
        Copy(new(Path.Combine(source, "bin")), Path.Combine(target, "bin"));
        File.Copy(_module, manifest);
        return manifest;

        void Copy(DirectoryInfo from, string to)
        {
            Directory.CreateDirectory(to);
            foreach (FileInfo file in from.EnumerateFiles())
                file.CopyTo(Path.Combine(to, file.Name));
            foreach (DirectoryInfo folder in from.EnumerateDirectories().Where(one => !left.Contains(one.FullName)))
                Copy(folder, Path.Combine(to, folder.Name));
        }
    }

    private Contender Program(string name, string file, params string[] arguments) =>
        new(name, stop => ChildProcess.RunAsync(file, arguments, Environment, stop));

    private async Task<PowerShellSession> SessionAsync(CancellationToken cancellationToken)
    {
        if (_session is not null)
            return _session;
        _session = new(Environment);
        await _session.RunAsync(Connect(_module), null, cancellationToken);
        return _session;
    }
}
