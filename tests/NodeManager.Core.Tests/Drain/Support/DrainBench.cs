using System.Collections.Concurrent;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Drains.Options;

namespace NodeManager.Core.Tests.Drain.Support;

/// <summary>A drain in a test: runs it, and keeps what it tells.</summary>
internal sealed class DrainBench : IOperationObserver
{
    // Far beyond what any of these takes: a test that hangs fails.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public ConcurrentQueue<string> Warnings { get; } = new();

    public ConcurrentQueue<OperationProgress> Reports { get; } = new();

    /// <summary>Called with every verbose line.</summary>
    public Action<string> OnLine { get; set; } = _ => { };

    public async Task<IReadOnlyList<NodeDrainResult>> DrainAllAsync(
        NodeManagerSession session,
        string[] nodes,
        DrainOptions options,
        CancellationToken cancellationToken = default
    )
    {
        List<NodeDrainResult> results = [];
        Task all = CollectAsync();
        await all.WaitAsync(Limit, CancellationToken.None);
        return results;

        async Task CollectAsync()
        {
            await foreach (NodeDrainResult result in NodeDrainer.DrainAsync(session, [.. nodes], options, this, cancellationToken))
                results.Add(result);
        }
    }

    public async Task<NodeDrainResult> DrainAsync(
        DrainServer server,
        DrainOptions? options = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default
    )
    {
        using NodeManagerSession session = await server.ConnectAsync(time);
        return Assert.Single(await DrainAllAsync(session, ["n1"], options ?? new(), cancellationToken));
    }

    /// <summary>Ends when a verbose line holds this text.</summary>
    public Task LineAsync(string text)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        OnLine += line =>
        {
            if (line.Contains(text, StringComparison.Ordinal))
                seen.TrySetResult();
        };
        return seen.Task.WaitAsync(Limit);
    }

    public void Warning(string message) => Warnings.Enqueue(message);

    public void Verbose(string message)
    {
        _lines.Enqueue(message);
        OnLine(message);
    }

    public void Progress(OperationProgress progress) => Reports.Enqueue(progress);
}
