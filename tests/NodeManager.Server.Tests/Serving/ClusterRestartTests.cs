using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Server.Tests.Serving;

/// <summary>The embedded cluster served by a process of its own, which is stopped and started again where it stopped.</summary>
public sealed class ClusterRestartTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly string _folder = Directory.CreateTempSubdirectory("nodemanager-state-").FullName;
    private readonly int _port = FreePort();
    private ServerProcess? _server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableFact]
    public async Task A_drain_waiting_for_a_PDB_survives_a_server_restart()
    {
        Skip.If(OperatingSystem.IsWindows(), "there is no SIGTERM");
        await StartAsync();
        using NodeManagerSession session = await ConnectAsync();
        BlockedNode blocked = await BlockedNode.FindAsync(session);
        Heard heard = new();
        DrainOptions options = BlockedNode.Options with { Timeout = Limit };
        Task<List<NodeDrainResult>> drain = NodeDrainer.DrainAsync(session, [blocked.Name], options, heard, default).ToListAsync().AsTask();
        await heard.Waits.WaitAsync(Limit);

        await StopAsync();
        Assert.False(drain.IsCompleted);
        await StartAsync();
        await blocked.ReleaseAsync(session);

        NodeDrainResult result = Assert.Single(await drain.WaitAsync(Limit));
        Assert.True(result is { Status: NodeDrainStatus.Drained, Cordoned: true }, result.Message);
        Assert.Equal(result.Pods.Count, result.Pods.Select(p => p.Uid).Distinct().Count());
        Node after = await session.UseAsync((client, token) => client.GetAsync(Resources.Nodes, blocked.Name, null, token), default);
        Assert.True(after.Spec.Unschedulable);
    }

    private Task<NodeManagerSession> ConnectAsync()
    {
        string path = Path.Combine(_folder, "kubeconfig");
        return SessionFactory.ConnectAsync(
            Kubeconfig.Load(new() { Paths = [path] }),
            path,
            NullLogger.Instance,
            TimeProvider.System,
            default
        );
    }

    private async Task StartAsync()
    {
        _server = ServerProcess.Start("cluster", "--port", $"{_port}", "--state", _folder, "--seed", "1");
        await _server.ReadAsync("kubectl get nodes");
    }

    private async Task StopAsync() => Assert.Equal(0, await _server!.TerminateAsync());

    // Below those that a system gives to connections: one that looks for the server while it is away must not get its port.
    private static int FreePort()
    {
        while (true)
        {
            int port = Random.Shared.Next(15000, 30000);
            using TcpListener listener = new(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Another one, then.
            }
        }
    }

    private sealed class Heard : IOperationObserver
    {
        private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Waits => _waits.Task;

        public void Warning(string message) { }

        public void Verbose(string message)
        {
            if (message.Contains("waiting for PDB", StringComparison.Ordinal))
                _waits.TrySetResult();
        }

        public void Progress(OperationProgress progress) { }
    }
}
