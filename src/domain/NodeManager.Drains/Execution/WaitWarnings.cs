using NodeManager.Core.Progress;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Execution;

/// <summary>
/// Warns while the drain of a node waits: for what, whether that will come, and what would help. Once for each cause in a run, whatever the
/// number of nodes and pods.
/// </summary>
/// <param name="scope">The run.</param>
/// <param name="node">The node's name.</param>
/// <param name="judge">Says what is waited for now.</param>
internal sealed class WaitWarnings(DrainScope scope, string node, Func<CancellationToken, Task<IReadOnlyList<NodeDrainBlocker>>> judge)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // What takes its time and ends by itself is worth a warning only when it takes long.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, DateTimeOffset> _since = [];

    /// <summary>Looks repeatedly, until cancelled. Never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await scope.DelayAsync(FirstLook, cancellationToken);
            while (true)
            {
                Tell(await judge(cancellationToken));
                await scope.DelayAsync(Interval, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
                scope.Observer.Verbose($"Node {node}: cannot determine what its drain waits for: {exception.Message}");
        }
    }

    private void Tell(IReadOnlyList<NodeDrainBlocker> blockers)
    {
        Dictionary<string, DateTimeOffset> before = new(_since);
        _since.Clear();
        foreach (NodeDrainBlocker blocker in blockers)
        {
            string cause = $"{blocker.Kind} {blocker.Name} {blocker.Outlook}";
            DateTimeOffset since = _since[cause] = before.GetValueOrDefault(cause, scope.Now);
            if (blocker.Outlook != BudgetOutlook.Never && scope.Now - since < Timeout)
                continue;
            string pods = blocker.Pods.Count switch
            {
                0 => "",
                1 => $"pod {blocker.Pods[0]} waits for ",
                _ => $"{blocker.Pods.Count} pods ({NameList.Of(blocker.Pods, 3)}) wait for ",
            };
            scope.WarnOnce(cause, $"Node {node}: {pods}{blocker.ToString().TrimEnd('.')}.");
        }
    }
}
