using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Kubernetes.Streaming;
using NodeManager.Terminal;

namespace NodeManager.Commands;

/// <summary>Opens shells as root on nodes in the terminal of this process, one after the other.</summary>
[Cmdlet(
    VerbsCommon.Enter,
    "ClusterNode",
    DefaultParameterSetName = ByName,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
[OutputType(typeof(void))]
public sealed class EnterClusterNodeCommand : NodeCmdlet, IClusterChange
{
    private const string ExitCodeVariable = "global:LASTEXITCODE";

    private readonly Dictionary<NodeManagerSession, bool> _isAllowed = [];

    /// <summary>The time after which the kubelet ends the shell.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromHours(8);

    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    private protected override void Begin() => NodeCommandRequest.CheckTimeout(Timeout);

    private protected override void Process(NodeReference node)
    {
        if (
            !IsAllowed(node.Session)
            || !Checks(node.Name, worker => NodeEditor.ReadAsync(node.Session, node.Target, worker.Token))
            || !ShouldProcess(node.Session, node.ToString(), "Open a shell as root")
        )
            return;
        if (!RawTerminal.IsAvailable)
            throw NoTerminal();
        string? kind = Environment.GetEnvironmentVariable("TERM");
        Checks(
            node.Name,
            async worker =>
            {
                NodeShell shell = new(node.Session, worker);
                int exitCode = await shell.RunAsync(node.Target, Timeout, kind, ConnectAsync, worker.Token);
                await worker.InvokeAsync(() =>
                {
                    SessionState.PSVariable.Set(ExitCodeVariable, exitCode);
                    return true;
                });
            }
        );
    }

    private static async Task<ExecResult?> ConnectAsync(ExecConnection shell, CancellationToken cancellationToken)
    {
        using RawTerminal terminal = RawTerminal.Open();
        return await TerminalSession.RunAsync(shell, terminal, cancellationToken);
    }

    private static NodeManagerException NoTerminal() =>
        new(
            ErrorIds.NodeShellUnavailable,
            ErrorKind.InvalidOperation,
            "This process has no terminal: its input or output is redirected.",
            null,
            "Use Enter-ClusterNode in a terminal. In scripts, use Invoke-NodeCommand."
        );

    // The configuration and the permissions, once for each session and before the first question.
    private bool IsAllowed(NodeManagerSession session)
    {
        if (!_isAllowed.TryGetValue(session, out bool isAllowed))
            _isAllowed[session] = isAllowed = Checks(session, worker => NodeCommandAccess.CheckShellAsync(session, worker.Token));
        return isAllowed;
    }
}
