using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Progress;
using NodeManager.Pipeline;

namespace NodeManager.Commands.Bases;

/// <summary>A cmdlet that changes nodes: each after confirmation, several nodes concurrently, the changes of one node in order.</summary>
public abstract class NodeChangeCmdlet : NodeCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly long _since = Stopwatch.GetTimestamp();
    private readonly Dictionary<(NodeManagerSession, string), Queue<(NodeReference Node, NodeEdit Edit)>> _queues = [];
    private readonly HashSet<string> _warned = [];
    private NodeEdit? _edit;
    private bool _yesToAll;
    private bool _noToAll;
    private int _asked;
    private int _changed;

    /// <summary>Builds the change from the parameters of this record.</summary>
    /// <exception cref="NodeManagerException">The parameters describe no change.</exception>
    private protected abstract NodeEdit MakeEdit();

    private protected virtual bool Emit => false;

    private ConfirmImpact Impact => GetType().GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact;

    /// <summary>Warns once, although the change is made twice: as a dry run before the prompt, then for real.</summary>
    private protected void WarnOnce(string text) =>
        Pump.PostUnlessStopped(() =>
        {
            if (_warned.Add(text))
                WriteWarning(text);
        });

    private protected sealed override void Process()
    {
        try
        {
            _edit = MakeEdit();
        }
        catch (NodeManagerException wrong) when (MyInvocation.ExpectingInput)
        {
            // A later row may be valid.
            Fail(wrong, InputObject);
            return;
        }

        base.Process();
    }

    // Rows of a file may repeat a node with different changes.
    private protected sealed override string IdentityOfWork => _edit!.Action;

    private protected sealed override void Process(NodeReference node)
    {
        NodeEdit edit = _edit!;
        if (IsWhatIf)
        {
            Sessions.StartIn(
                node.Session,
                node.Name,
                async worker => await worker.ShouldProcessAsync(node.Session, node.ToString(), await DescribeAsync(worker, node, edit))
            );
            return;
        }

        // The prompt shows the change itself, and only a change that the server accepts.
        string action = edit.Action;
        if (
            WillAsk(edit.HasHighImpact ? ConfirmImpact.High : Impact)
            && !_yesToAll
            && !Checks(node.Name, async worker => action = await DescribeAsync(worker, node, edit))
        )
            return;
        if (!ShouldProcess(node.Session, node.ToString(), action) || !IsConfirmed(node, edit, action))
            return;
        _asked++;
        if (!_queues.TryGetValue((node.Session, node.Name), out Queue<(NodeReference, NodeEdit)>? queue))
            _queues[(node.Session, node.Name)] = queue = [];
        lock (queue)
        {
            queue.Enqueue((node, edit));
            if (queue.Count > 1)
                return;
        }

        Sessions.StartIn(node.Session, node.Name, worker => ApplyAllAsync(worker, queue));
    }

    private protected override void WriteSummary()
    {
        if (_asked > 0)
            WriteHost($"Interrupted: {Counts(_changed)} ({_edit?.Action}). Running it again is safe.");
    }

    // Work in progress stays in the queue, so that a repeated node is detected.
    private async Task ApplyAllAsync(Worker worker, Queue<(NodeReference, NodeEdit)> queue)
    {
        for ((NodeReference Node, NodeEdit Edit)? next = First(queue); next is var (node, edit); next = Next(queue))
        {
            try
            {
                await ApplyAsync(worker, node, edit);
            }
            catch (NodeManagerException exception) when (exception.ErrorId != ErrorIds.ServerUnreachable)
            {
                worker.Error(exception, node.Name);
            }
        }
    }

    private static (NodeReference, NodeEdit) First(Queue<(NodeReference, NodeEdit)> queue)
    {
        lock (queue)
            return queue.Peek();
    }

    private static (NodeReference, NodeEdit)? Next(Queue<(NodeReference, NodeEdit)> queue)
    {
        lock (queue)
        {
            queue.Dequeue();
            return queue.TryPeek(out (NodeReference, NodeEdit) next) ? next : null;
        }
    }

    private async Task ApplyAsync(Worker worker, NodeReference node, NodeEdit edit)
    {
        ClusterNode? changed = await edit.ApplyAsync(node, false, worker.Token);
        int done = Interlocked.Increment(ref _changed);
        if (Emit && changed is not null)
            worker.Output(changed);
        if (Stopwatch.GetElapsedTime(_since) > Quiet)
            worker.Progress(new OperationProgress(edit.Action, edit.Action, Counts(done), done * 100 / Math.Max(_asked, 1)));
    }

    // A dry run on the server.
    private static async Task<string> DescribeAsync(Worker worker, NodeReference node, NodeEdit edit)
    {
        string? changes = await NodePreview.DescribeAsync(
            node.Session,
            node.Target,
            node.Known,
            read => edit.ApplyAsync(node with { Known = read }, true, worker.Token),
            worker.Token
        );
        string effect =
            changes is null ? ""
            : changes.Length > 0 ? $" ({changes})"
            : " (no change)";
        return edit.Action + effect;
    }

    // ShouldProcess has prompted already with -Confirm, or with a preference of Medium or lower.
    private bool IsConfirmed(NodeReference node, NodeEdit edit, string action) =>
        !edit.HasHighImpact
        || MyInvocation.BoundParameters.ContainsKey("Confirm")
        || !Enum.TryParse(GetVariableValue("ConfirmPreference")?.ToString(), true, out ConfirmImpact preference)
        || preference != ConfirmImpact.High
        || ShouldContinue($"{action} on {node}?", "Confirm", ref _yesToAll, ref _noToAll);

    private string Counts(int done) => string.Create(CultureInfo.InvariantCulture, $"{done} of {_asked} objects changed");
}
