using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Commands;

/// <summary>Streams changes of nodes until Ctrl-C or -Timeout.</summary>
[Cmdlet(VerbsCommon.Watch, "ClusterNode")]
[OutputType(typeof(NodeChange))]
public sealed class WatchClusterNodeCommand : SessionCmdlet
{
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    [Parameter]
    [ArgumentCompleter(typeof(LabelSelectorCompleter))]
    [ValidateNotNullOrEmpty]
    [LabelSelector]
    public string? Selector { get; set; }

    /// <summary>Report existing nodes as Added first.</summary>
    [Parameter]
    public SwitchParameter IncludeExisting { get; set; }

    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    private protected override void Begin() => DurationAttribute.RequireNotNegative(nameof(Timeout), Timeout);

    private protected override void End()
    {
        Sessions.StartInEach((worker, session) => WatchAsync(session, worker.Output, worker.Token));
    }

    private async Task WatchAsync(NodeManagerSession session, Action<object> output, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = session.Connection().Time.StartLimit(Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var query = new NodeQuery { Names = Name, Selector = Selector };
        try
        {
            await foreach (NodeChange change in NodeWatcher.WatchAsync(session, query, IncludeExisting, either.Token))
                output(change);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // The timeout has expired.
        }
    }
}
