using NodeManager.Core.Progress;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Execution;

/// <summary>Warns while a drain waits: the cause, whether it ends by itself, and the remedy. Once for each cause in a run.</summary>
/// <param name="judge">Describes the current waits.</param>
internal sealed class WaitWarnings(DrainScope scope, string node, Func<CancellationToken, Task<IReadOnlyList<NodeDrainBlocker>>> judge)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // A wait that ends by itself deserves a warning only when it is long.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, DateTimeOffset> _since = [];

    /// <summary>Checks repeatedly until cancelled. Never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await scope.DelayAsync(FirstLook, cancellationToken);
            while (true)
            {
                Report(await judge(cancellationToken));
                await scope.DelayAsync(Interval, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
                scope.Observer.Verbose($"Node {node}: cannot determine what its drain waits for: {exception.Message}");
        }
    }

    private void Report(IReadOnlyList<NodeDrainBlocker> blockers)
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
