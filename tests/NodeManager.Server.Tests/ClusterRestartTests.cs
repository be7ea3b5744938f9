using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Options;
using NodeManager.Core.Observing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Server.Tests;

/// <summary>The embedded cluster served by a process of its own, which is stopped and started again where it stopped.</summary>
public sealed class ClusterRestartTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly string _folder = Directory.CreateTempSubdirectory("nodemanager-state-").FullName;
    private readonly int _port = FreePort();
    private Process? _server;

    public void Dispose()
    {
        _server?.Kill();
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableFact]
    public async Task A_drain_waiting_for_a_PDB_survives_a_server_restart()
    {
        Skip.If(OperatingSystem.IsWindows(), "there is no SIGTERM");
        await StartAsync();
        using NodeManagerSession session = await ConnectAsync();
        (string node, PodDisruptionBudget budget) = await FindBlockedAsync(session);
        Heard heard = new();
        DrainOptions options = new() { DeleteEmptyDirData = true, DeleteUnmanagedPods = true, Timeout = Limit };
        Task<List<NodeDrainResult>> drain = NodeDrainer.DrainAsync(session, [node], options, heard, default).ToListAsync().AsTask();
        await heard.Waits.WaitAsync(Limit);

        await StopAsync();
        Assert.False(drain.IsCompleted);
        await StartAsync();
        await session.UseAsync(
            async (client, token) =>
            {
                await client.DeleteAsync(Resources.PodDisruptionBudgets("v1"), budget.Metadata.Name, budget.Metadata.Namespace, new(), token);
                return true;
            }, default);

        NodeDrainResult result = Assert.Single(await drain.WaitAsync(Limit));
        Assert.True(result is { Status: NodeDrainStatus.Drained, Cordoned: true }, result.Message);
        Assert.Equal(result.Pods.Count, result.Pods.Select(p => p.Uid).Distinct().Count());
        Node after = await session.UseAsync((client, token) => client.GetAsync(Resources.Nodes, node, null, token), default);
        Assert.True(after.Spec.Unschedulable);
    }

    // A node that one budget alone keeps from being drained.
    private static async Task<(string Node, PodDisruptionBudget Budget)> FindBlockedAsync(NodeManagerSession session)
    {
        List<Node> nodes = await session.UseAsync(async (client, token) => (await client.ListAsync(Resources.Nodes, new(), token)).Items, default);
        List<PodDisruptionBudget> budgets =
            await session.UseAsync(async (client, token) => (await client.ListAsync(Resources.PodDisruptionBudgets("v1"), new(), token)).Items, default);
        DrainOptions options = new() { DeleteEmptyDirData = true, DeleteUnmanagedPods = true };
        IReadOnlyList<NodeDrainPlan> plans = await DrainPlanner.PlanAsync(
            session, [.. nodes.Where(n => n.Spec.Unschedulable != true && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true).Select(n => n.Metadata.Name)],
            options, default);
        foreach (NodeDrainPlan plan in plans.Where(p => p.Status == NodeDrainPlanStatus.WillNotFinish))
        {
            List<PodBudget> blocking = [.. plan.Pods.Where(p => p.BlockedByBudget).SelectMany(p => p.Budgets).DistinctBy(b => b.Name)];
            if (blocking is [PodBudget one] && plan.Pods.All(p => p.Decision != DrainDecision.Wait))
                return (plan.Node, budgets.Single(b => b.Metadata.Namespace == one.Namespace && b.Metadata.Name == one.Name));
        }

        throw new InvalidOperationException("the seeded cluster has no node that one budget blocks");
    }

    private Task<NodeManagerSession> ConnectAsync()
    {
        string path = Path.Combine(_folder, "kubeconfig");
        return SessionFactory.ConnectAsync(
            Kubeconfig.Load(new() { Paths = [path] }), path, NullLogger.Instance, TimeProvider.System, default);
    }

    private async Task StartAsync()
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in (string[])[
            "exec", Path.Combine(AppContext.BaseDirectory, "NodeManager.Server.dll"), "--serve-cluster", $"{_port}", "--state", _folder, "--seed", "1"])
            start.ArgumentList.Add(argument);
        _server = Process.Start(start)!;
        while (await _server.StandardOutput.ReadLineAsync().WaitAsync(Limit) is { } line)
            if (line.Contains("kubectl get nodes", StringComparison.Ordinal)) return;
        throw new InvalidOperationException("the server did not start");
    }

    private async Task StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_server!.Id}"]);
        await _server.WaitForExitAsync().WaitAsync(Limit);
        int code = _server.ExitCode;
        _server.Dispose();
        _server = null;
        Assert.Equal(0, code);
    }

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

        public void Warning(string message)
        {
        }

        public void Verbose(string message)
        {
            if (message.Contains("waiting for PDB", StringComparison.Ordinal)) _waits.TrySetResult();
        }

        public void Progress(OperationProgress progress)
        {
        }
    }
}
