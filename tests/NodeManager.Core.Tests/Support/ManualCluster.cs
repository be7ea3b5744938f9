using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Support;

/// <summary>
/// An embedded cluster and a session on a clock that only the test moves, and that waits for the cluster's own work: however busy the
/// machine is, nothing passes between two steps of the test.
/// </summary>
internal class ManualCluster : IAsyncDisposable
{
    private static readonly TimeSpan SmallStep = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan RetryStep = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly ManualTimeProvider _clock = new();

    protected ManualCluster(int nodes) =>
        Cluster = SandboxCluster.Start(
            new()
            {
                Nodes = nodes,
                Time = _clock,
                StartsAt = _clock.GetUtcNow(),
            }
        );

    /// <summary>How long the machine may take for what takes an idle one a moment.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(5);

    public SandboxCluster Cluster { get; }

    public NodeManagerSession Session { get; private set; } = null!;

    public DateTimeOffset Now => Cluster.Time.GetUtcNow();

    public static async Task<ManualCluster> StartAsync(int nodes, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        ManualCluster cluster = new(nodes);
        await cluster.ConnectAsync(wrap);
        return cluster;
    }

    /// <param name="time">How much of the cluster's time passes, at least.</param>
    /// <param name="step">The longest step of the clock; null: 100 ms.</param>
    public async Task PassAsync(TimeSpan time, TimeSpan? step = null)
    {
        DateTimeOffset end = Now + time;
        await UntilAsync(() => Now >= end, "the time", step);
    }

    public async Task UntilAsync(Func<bool> holds, string what, TimeSpan? step = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, $"{what} did not happen");
            _clock.Advance(step ?? SmallStep);
            await Task.Delay(step is null ? 3 : 1);
        }
    }

    /// <summary>Lets time pass only while this does not end without it: a refused request waits before it is sent again.</summary>
    public async Task<T> AwaitAsync<T>(Task<T> task)
    {
        long start = Stopwatch.GetTimestamp();
        while (await Task.WhenAny(task, Task.Delay(Patience)) != task)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, "the request did not end");
            _clock.Advance(RetryStep);
        }

        return await task;
    }

    /// <summary>The names of the nodes, or of those of them that are so.</summary>
    public async Task<IReadOnlyList<string>> NodesAsync(Predicate<Node>? isMeant = null) =>
        [
            .. (await Session.Connection().Client.ListAsync(Resources.Nodes, new(), default))
                .Items.Where(node => isMeant?.Invoke(node) != false)
                .Select(static node => node.Metadata.Name),
        ];

    public ValueTask DisposeAsync()
    {
        Session.Dispose();
        Cluster.Dispose();
        return ValueTask.CompletedTask;
    }

    protected async Task ConnectAsync(Func<HttpMessageHandler, HttpMessageHandler>? wrap)
    {
        HttpMessageHandler transport = Cluster.CreateTransport();
        Session = await SessionFactory.ConnectAsync(
            "sandbox",
            Cluster.Server,
            wrap?.Invoke(transport) ?? transport,
            null,
            NullLogger.Instance,
            Cluster.Time,
            default
        );
    }
}
