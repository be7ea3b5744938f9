using NodeManager.Sandbox;
using NodeManager.Server.Tour;
using NodeManager.Sessions;

namespace NodeManager.Server;

/// <summary>The embedded cluster on its own, for kubectl.</summary>
internal static class ClusterService
{
    /// <summary>Serves until it is cancelled.</summary>
    public static async Task RunAsync(ServerOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        using SandboxCluster cluster = SandboxCluster.Start(
            new() { Nodes = options.Nodes, Seed = options.Seed, Version = options.Version, Speed = options.Speed, Rbac = options.Rbac, Programs = SandboxPrograms.All });
        using SandboxServer server = cluster.Serve(new() { Port = options.ClusterPort ?? 0, KubeconfigPath = options.KubeconfigPath });
        terminal.Line($"A Kubernetes {options.Version} of {options.Nodes} nodes is served at {server.Address} until Ctrl-C.");
        if (options.Speed > 1) terminal.Line($"Its clock runs {options.Speed} times as fast as yours.");
        terminal.Line("Point kubectl at it:");
        terminal.Line(OperatingSystem.IsWindows() ? $"  $env:KUBECONFIG = '{server.KubeconfigPath}'" : $"  export KUBECONFIG='{server.KubeconfigPath}'");
        terminal.Line("  kubectl get nodes");
        var stopped = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }
}
