using NodeManager.Sandbox;
using NodeManager.Sandbox.Saving;
using NodeManager.Server.Tour;
using NodeManager.Sessions;

namespace NodeManager.Server;

/// <summary>The embedded cluster on its own, for kubectl.</summary>
internal static class ClusterService
{
    /// <summary>Serves until it is cancelled; a cluster that is kept is saved then.</summary>
    public static async Task RunAsync(ServerOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        string? kept = Kept(options, "cluster");
        using SandboxCluster cluster = kept is not null && File.Exists(kept)
            ? SandboxCluster.Restore(SandboxFile.Read(kept), options.Speed, SandboxPrograms.All, TimeProvider.System)
            : SandboxCluster.Start(new()
            {
                Nodes = options.Nodes, Seed = options.Seed, Version = options.Version, Speed = options.Speed ?? 1, Rbac = options.Rbac, Programs = SandboxPrograms.All,
            });
        using (SandboxServer server = cluster.Serve(new()
        {
            Port = options.ClusterPort ?? 0, KubeconfigPath = options.KubeconfigPath ?? Kept(options, "kubeconfig"), IdentityPath = Kept(options, "identity"),
        }))
        {
            terminal.Line($"A Kubernetes {cluster.Options.Version} of {cluster.Options.Nodes} nodes is served at {server.Address} until Ctrl-C.");
            if (cluster.Options.Speed > 1) terminal.Line($"Its clock runs {cluster.Options.Speed} times as fast as yours.");
            terminal.Line("Point kubectl at it:");
            terminal.Line(OperatingSystem.IsWindows() ? $"  $env:KUBECONFIG = '{server.KubeconfigPath}'" : $"  export KUBECONFIG='{server.KubeconfigPath}'");
            terminal.Line("  kubectl get nodes");
            var stopped = new TaskCompletionSource();
            await using CancellationTokenRegistration registration = cancellationToken.Register(stopped.SetResult);
            await stopped.Task;
        }

        if (kept is null) return;
        cluster.Save(kept, includeSecrets: true, replace: true);
        terminal.Line($"Kept in {options.StateFolder}.");
    }

    private static string? Kept(ServerOptions options, string file) => options.StateFolder is { } folder ? Path.GetFullPath(Path.Combine(folder, file)) : null;
}
