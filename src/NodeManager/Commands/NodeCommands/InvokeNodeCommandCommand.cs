using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Pipeline;

namespace NodeManager.Commands;

/// <summary>Runs a command as root on nodes, each as the main process of a pod. Emits one result per node.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke,
    "NodeCommand",
    DefaultParameterSetName = ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(NodeCommandResult))]
public sealed class InvokeNodeCommandCommand : NodeCmdlet, IClusterChange
{
    private readonly Dictionary<NodeManagerSession, bool> _isAllowed = [];
    private readonly HashSet<string> _running = [];
    private readonly List<NodeCommandResult> _interrupted = [];

    /// <summary>Names; wildcards match nodes. With pipeline input, the first positional argument is the command.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByObject)]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    [NodeNames(TakesHashtables = false)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public override string[] Name { get; set; } = [];

    /// <summary>A script for <c>/bin/sh</c> on the node.</summary>
    [Parameter(Position = 1, ParameterSetName = ByName)]
    [Parameter(Position = 0, ParameterSetName = ByObject)]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>The time after which the kubelet ends the command.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = NodeCommandRequest.DefaultTimeout;

    /// <summary>The last lines of the output that are read.</summary>
    [Parameter]
    [Alias("Last")]
    [ValidateRange(1, 100000)]
    public int Tail { get; set; } = 1000;

    /// <summary>With the same id, node and command, the result of an earlier call is read and the command is not repeated.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    private protected override void Begin()
    {
        PositionalChange.Move(this, Name, nameof(Command));
        Command = NodeCommandRequest.CheckCommand(Command ?? "");
        NodeCommandRequest.CheckTimeout(Timeout);
        RunId ??= NodeCommandRequest.NewRunId();
        NodeCommandRequest.CheckRunId(RunId);
    }

    private protected override void Process(NodeReference node)
    {
        if (!IsAllowed(node.Session))
            return;
        // A missing or replaced node is an error, and is neither announced nor asked for.
        if (
            (IsWhatIf || WillAsk(ConfirmImpact.High))
            && !Checks(node.Name, worker => NodeEditor.ReadAsync(node.Session, node.Target, worker.Token))
        )
            return;
        string action = $"Run as root on {node}: {Command}";
        string image =
            $"{Environment.NewLine}In a pod of namespace {NodeCommandAccess.NamespaceOf(node.Session)} with image {NodeCommandAccess.ImageOf(node.Session)}";
        if (!ShouldProcess(node.Session, action, action + image, "Run a command as root", out _))
            return;
        NodeCommandRequest request = new()
        {
            Node = node.Target,
            Command = Command!,
            RunId = RunId!,
            Timeout = Timeout,
            Tail = Tail,
            EndsWithCaller = true,
        };
        lock (_running)
            _running.Add(node.Name);
        Sessions.StartIn(node.Session, node.Name, worker => RunAsync(worker, node, request));
    }

    private protected override void Output(object value)
    {
        if (IsStopped && value is NodeCommandResult result)
            _interrupted.Add(result);
        base.Output(value);
    }

    private protected override void WriteSummary()
    {
        foreach (NodeCommandResult result in _interrupted)
            WriteHost($"{result.Node}: {result.Status}. {result.Message}".TrimEnd());
        lock (_running)
        {
            string[] remaining = [.. _running.Except(_interrupted.Select(static one => one.Node))];
            if (remaining.Length > 0)
                WriteHost(
                    $"The command may still run on: {string.Join(", ", remaining)}. To read its result, run it again with -RunId {RunId}."
                );
        }
    }

    private protected override void WriteAbandoned() => WriteSummary();

    // The configuration and the permissions, once for each session and before the first question.
    private bool IsAllowed(NodeManagerSession session)
    {
        if (!_isAllowed.TryGetValue(session, out bool isAllowed))
            _isAllowed[session] = isAllowed = Checks(session, worker => NodeCommandAccess.CheckAsync(session, worker.Token));
        return isAllowed;
    }

    private async Task RunAsync(Worker worker, NodeReference node, NodeCommandRequest request)
    {
        NodeCommandRunner runner = new(node.Session, worker);
        try
        {
            await runner.RemoveLeftoversAsync(node.Target, worker.Token);
            NodeCommandResult result = await runner.RunAsync(request, worker.Token);
            worker.Output(result);
            if (NodeCommandFailures.Of(result) is { } failure)
                worker.Error(failure, result);
        }
        finally
        {
            if (!worker.Token.IsCancellationRequested)
            {
                lock (_running)
                    _running.Remove(node.Name);
            }
        }
    }
}
