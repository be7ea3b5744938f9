using NodeManager.Sandbox;
using NodeManager.Sandbox.Saving;
using NodeManager.Server.Options;
using NodeManager.Server.Tour;
using NodeManager.Sessions;

namespace NodeManager.Server;

/// <summary>Serves the embedded cluster for kubectl. A persistent cluster is saved at the end.</summary>
internal sealed class ClusterService(ServerOptions options, Terminal terminal) : IHostedService, IDisposable
{
    private SandboxCluster? _cluster;
    private SandboxServer? _server;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        string? kept = Kept("cluster");
        _cluster =
            kept is not null && File.Exists(kept)
                ? SandboxCluster.Restore(SandboxFile.Read(kept), options.Speed, SandboxPrograms.All, TimeProvider.System)
                : SandboxCluster.Start(
                    new()
                    {
                        Nodes = options.Nodes,
                        Seed = options.Seed,
                        Version = options.Version,
                        Speed = options.Speed ?? 1,
                        Rbac = options.Rbac,
                        Programs = SandboxPrograms.All,
                    }
                );
        _server = _cluster.Serve(
            new()
            {
                Port = options.Port,
                KubeconfigPath = options.KubeconfigPath ?? Kept("kubeconfig"),
                IdentityPath = Kept("identity"),
            }
        );
        terminal.Line(
            $"A Kubernetes {_cluster.Options.Version} of {_cluster.Options.Nodes} nodes is served at {_server.Address} until Ctrl-C."
        );
        if (_cluster.Options.Speed > 1)
            terminal.Line($"Its clock runs {_cluster.Options.Speed} times as fast as yours.");
        terminal.Line("Point kubectl at it:");
        terminal.Line(
            OperatingSystem.IsWindows()
                ? $"  $env:KUBECONFIG = '{_server.KubeconfigPath}'"
                : $"  export KUBECONFIG='{_server.KubeconfigPath}'"
        );
        terminal.Line("  kubectl get nodes");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _server?.Dispose();
        if (_cluster is not { } cluster || Kept("cluster") is not { } kept)
            return Task.CompletedTask;
        cluster.Save(kept, includeSecrets: true, replace: true);
        terminal.Line($"Kept in {options.StateFolder}.");
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _server?.Dispose();
        _cluster?.Dispose();
    }

    private string? Kept(string file) => options.StateFolder is { } folder ? Path.GetFullPath(Path.Combine(folder, file)) : null;
}
