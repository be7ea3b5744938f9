using NodeManager.Core.Nodes.Logs;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Sessions;

namespace NodeManager.Commands;

[Cmdlet(VerbsCommon.Get, "NodeLog", DefaultParameterSetName = ByObject)]
[OutputType(typeof(NodeLogLine))]
public sealed class GetNodeLogCommand : NodeQueryCmdlet
{
    private readonly Lock _lock = new();

    /// <summary>Services, or paths of files below /var/log, with a slash.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Query { get; set; } = ["kubelet"];

    [Parameter]
    [Alias("Last")]
    [ValidateRange(1, NodeLogQuery.MaximumTail)]
    public int Tail { get; set; } = 100;

    /// <summary>Only lines of this time until now, by the clock of this machine.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Since { get; set; }

    /// <summary>Only lines from this time on.</summary>
    [Parameter]
    public DateTimeOffset? SinceTime { get; set; }

    /// <summary>Only lines up to this time.</summary>
    [Parameter]
    public DateTimeOffset? UntilTime { get; set; }

    /// <summary>0 for the current boot of the node, -1 for the one before.</summary>
    [Parameter]
    [ValidateRange(int.MinValue, 0)]
    public int? Boot { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Pattern { get; set; }

    /// <summary>Emits new lines until Ctrl-C.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Asks through the API server, which needs nodes/proxy.</summary>
    [Parameter]
    public SwitchParameter ViaProxy { get; set; }

    private protected override void Begin()
    {
        DurationAttribute.RequireNotNegative(nameof(Since), Since);
        if (Since is not null && SinceTime is not null)
            throw Invalid("-Since and -SinceTime exclude each other.", "Use one of them.");
        if (Wait && UntilTime is not null)
            throw Invalid("-Wait and -UntilTime exclude each other.", "Use one of them.");
        if (SinceTime > UntilTime)
            throw Invalid("-UntilTime is before -SinceTime.", "Exchange them.");
    }

    private protected override void Read(NodeManagerSession session, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> uids)
    {
        NodeQuery nodes = new()
        {
            Names = names,
            Uids = uids,
            Selector = Selector,
        };
        NodeLogQuery query = new()
        {
            Sources = Query,
            Tail = Tail,
            From = Since is { } since ? session.Time().GetUtcNow() - since : SinceTime,
            To = UntilTime,
            Boot = Boot,
            Pattern = Pattern,
            Wait = Wait,
            ViaProxy = ViaProxy,
        };
        Sessions.StartIn(
            session,
            session,
            worker =>
                NodeLogReader.ReadAsync(
                    session,
                    nodes,
                    query,
                    lines => Emit(worker, lines),
                    e => worker.Error(e, e.Target),
                    worker,
                    worker.Token
                )
        );
    }

    // The lines of a source stay together.
    private void Emit(Pipeline.Worker worker, IReadOnlyList<NodeLogLine> lines)
    {
        lock (_lock)
        {
            foreach (NodeLogLine line in lines)
                worker.Output(line);
        }
    }

    private static NodeManagerException Invalid(string message, string action) =>
        new(ErrorIds.Invalid, ErrorKind.InvalidArgument, message, null, action);
}
