using System.Diagnostics;
using System.Globalization;
using NodeManager.Core.Operations;

namespace NodeManager.Sessions;

/// <summary>A cmdlet that changes nodes one by one, side by side, each after it was asked for.</summary>
public abstract class NodeChangeCmdlet : NodeCmdlet
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly long _since = Stopwatch.GetTimestamp();
    private int _asked;
    private int _changed;

    /// <summary>What is done, for ShouldProcess: <c>Set label a=b</c>.</summary>
    private protected abstract string Action { get; }

    /// <summary>Does it; returns what -PassThru emits.</summary>
    private protected abstract Task<ClusterNode?> ChangeAsync(NodeReference node, CancellationToken cancellationToken);

    private protected virtual bool Emit => false;

    private protected sealed override void Process(NodeReference node)
    {
        if (!ShouldProcess(node.ToString(), Action))
            return;
        _asked++;
        StartIn(node.Session, node.Name, async worker =>
        {
            ClusterNode? changed = await ChangeAsync(node, worker.Token);
            int done = Interlocked.Increment(ref _changed);
            if (Emit && changed is not null)
                worker.Output(changed);
            if (Stopwatch.GetElapsedTime(_since) > Quiet)
                worker.Progress(new OperationProgress(Action, Action, Counts(done), done * 100 / Math.Max(_asked, 1)));
        });
    }

    private protected override void WriteSummary()
    {
        if (_asked > 0)
            WriteHost($"Interrupted: {Counts(_changed)} changed ({Action}). Running it again is safe.");
    }

    private string Counts(int done) => string.Create(CultureInfo.InvariantCulture, $"{done} of {_asked} nodes");
}
