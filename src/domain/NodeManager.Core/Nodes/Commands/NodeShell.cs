using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.RegularExpressions;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Streaming;

namespace NodeManager.Core.Nodes.Commands;

/// <summary>
/// Opens a shell as root on a node: a pod that waits until its deadline, and a shell in it that ends with the connection. The pod is deleted at
/// the end.
/// </summary>
public sealed partial class NodeShell(NodeManagerSession session, IOperationObserver observer)
{
    private const string DefaultTerminal = "xterm-256color";
    private const int Killed = 137;

    // What the shell sends for 0. A container runtime that stops reports 0 for shells that it loses.
    private const int Succeeded = 254;

    private static readonly string Renaming = $"case $s in 0) s={Succeeded};; {Succeeded}) s=255;; esac";

    private readonly NodeCommandPods _pods = new(session, observer);

    /// <param name="timeout">The kubelet ends the pod, and the shell with it, after this time.</param>
    /// <param name="terminal">The kind of the caller's terminal (TERM); null if it is not known.</param>
    /// <param name="connect">Connects the shell with the caller's terminal until it ends.</param>
    /// <returns>The exit code of the shell.</returns>
    /// <exception cref="NodeManagerException">
    /// As <see cref="NodeCommandRunner"/> for its pod; NodeCommandNotStarted, NodeShellUnavailable, NodeShellLost.
    /// </exception>
    public Task<int> RunAsync(
        NodeTarget node,
        TimeSpan timeout,
        string? terminal,
        Func<ExecConnection, CancellationToken, Task<ExecResult?>> connect,
        CancellationToken cancellationToken
    )
    {
        NodeCommandRequest request = new()
        {
            Node = node,
            Command = string.Create(CultureInfo.InvariantCulture, $"exec sleep {Math.Ceiling(timeout.TotalSeconds)}"),
            RunId = NodeCommandRequest.NewRunId(),
            Timeout = timeout,
            ShellOf = string.Create(CultureInfo.InvariantCulture, $"{session.ProcessUser()}/{Environment.ProcessId}"),
        };
        return ClusterOperation.RunAsync(
            session,
            node.Name,
            (connection, token) => RunAsync(connection, request, CommandFor(terminal), connect, token),
            cancellationToken
        );
    }

    /// <summary>The shell of the node, in the mount namespace of its process 1.</summary>
    internal static IReadOnlyList<string> CommandFor(string? terminal)
    {
        string kind = terminal is not null && TerminalName().IsMatch(terminal) ? terminal : DefaultTerminal;
        string script = $"cd; export TERM={kind}; [ -x /bin/bash ] && sh=bash || sh=sh; /bin/$sh -l; s=$?; {Renaming}; exit $s";
        return ["nsenter", "-t", "1", "-m", "--", "/bin/sh", "-c", script];
    }

    private async Task<int> RunAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        IReadOnlyList<string> command,
        Func<ExecConnection, CancellationToken, Task<ExecResult?>> connect,
        CancellationToken cancellationToken
    )
    {
        Node node = await _pods.ReadNodeAsync(connection, request.Node, cancellationToken);
        await _pods.RemoveLeftoversAsync(connection, node.Metadata.Name, cancellationToken);
        try
        {
            UnreachableServerRetry retry = new(connection.Time, observer);
            Pod pod = (await _pods.StartAsync(connection, retry, request, node, cancellationToken))!;
            if (await _pods.WaitForStartAsync(connection, request, node, pod, cancellationToken) is { } outcome)
                throw NotStarted(node.Metadata.Name, outcome.Message);
            ExecRequest program = new(_pods.Namespace, pod.Metadata.Name, pod.Spec.Containers[0].Name, command);
            await using ExecConnection shell = await OpenAsync(connection, program, node.Metadata.Name, cancellationToken);
            (ExecResult? result, Exception? lost) = await ConnectAsync(shell, connect, cancellationToken);
            if (result is { ExitCode: int exitCode and not (0 or Killed) })
                return exitCode == Succeeded ? 0 : exitCode;
            string why = await ExplainAsync(connection, request, pod, cancellationToken);
            if (why.Length == 0 && result is { ExitCode: Killed })
                return Killed;
            throw Lost(node.Metadata.Name, why.Length > 0 ? why : Explain(result, lost), lost);
        }
        finally
        {
            await RemoveAsync(connection, request, node);
        }
    }

    private static async Task<ExecConnection> OpenAsync(
        ClusterConnection connection,
        ExecRequest program,
        string node,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await connection.Client.ExecAsync(program, cancellationToken);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.NotImplemented)
        {
            throw new NodeManagerException(
                ErrorIds.NodeShellUnavailable,
                ErrorKind.NotImplemented,
                $"No shell can be opened on node '{node}': {refused.Message}",
                node,
                "Use a cluster with real nodes.",
                refused
            );
        }
    }

    private static async Task<(ExecResult? Result, Exception? Lost)> ConnectAsync(
        ExecConnection shell,
        Func<ExecConnection, CancellationToken, Task<ExecResult?>> connect,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await connect(shell, cancellationToken), null);
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return (null, lost);
        }
    }

    // Why the shell was killed; empty if its pod stays as it should be. The kubelet reports the end of a pod after that of its containers.
    private async Task<string> ExplainAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        Pod pod,
        CancellationToken cancellationToken
    )
    {
        string name = $"pod {_pods.Namespace}/{pod.Metadata.Name}";
        using CancellationTokenSource limit = CleanUpLimit.Start();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await _pods.WaitForEndAsync(connection, pod, either.Token) switch
            {
                null => $"Its {name} was deleted.",
                { Status: NodeCommandStatus.TimedOut or NodeCommandStatus.Succeeded } =>
                    $"Its timeout of {HumanDuration.Format(request.Timeout)} ended.",
                { } ended => $"Its {name} ended: {ended.Status}. {ended.Message}".TrimEnd(),
            };
        }
        catch (Exception failure)
            when (failure is KubernetesException or NodeManagerException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            return "";
        }
    }

    private static string Explain(ExecResult? result, Exception? lost) =>
        lost is OperationCanceledException ? "The connection is silent."
        : lost is not null ? $"The connection ended: {lost.Message}"
        : result is { Message.Length: > 0 } ? result.Message
        : "The connection ended before the shell.";

    // Also after an interrupt, and when the answer to the creation was lost.
    private async Task RemoveAsync(ClusterConnection connection, NodeCommandRequest request, Node node)
    {
        using CancellationTokenSource limit = CleanUpLimit.Start();
        try
        {
            if (await _pods.FindAsync(connection, request, node, limit.Token) is { } pod)
                await connection.Client.RemoveAsync(Resources.Pods, pod, limit.Token);
        }
        catch (Exception failure) when (failure is KubernetesException or NodeManagerException or OperationCanceledException)
        {
            observer.Warning(
                $"The pod of the shell on node {request.Node.Name} could not be deleted: {failure.Message} It ends at its timeout. A shell on the node after the end of this process deletes it."
            );
        }
    }

    private static NodeManagerException NotStarted(string node, string why) =>
        new(
            ErrorIds.NodeCommandNotStarted,
            ErrorKind.ResourceUnavailable,
            $"The pod of the shell on node '{node}' did not start. {why}",
            node,
            "Check the image of the option nodeCommandImage, its registry, and with Test-NodeHealth the kubelet of the node."
        );

    private static NodeManagerException Lost(string node, string why, Exception? cause) =>
        new(
            ErrorIds.NodeShellLost,
            ErrorKind.OperationStopped,
            $"The shell on node '{node}' was lost. {why}",
            node,
            "Check the node with Test-NodeHealth, then open another shell. For long work, use Invoke-NodeCommand.",
            cause
        );

    [GeneratedRegex("^[A-Za-z0-9._+-]{1,40}$")]
    private static partial Regex TerminalName();
}
