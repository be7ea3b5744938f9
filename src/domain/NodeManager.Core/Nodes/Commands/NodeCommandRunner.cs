using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Commands;

/// <summary>
/// Runs a command as root on a node: as the main process of a pod, which neither a lost connection nor a restart of the kubelet, the container
/// runtime or this process ends. The pod is found again by its name and is deleted once its result was kept.
/// </summary>
public sealed class NodeCommandRunner(NodeManagerSession session, IOperationObserver observer)
{
    private readonly NodeCommandPods _pods = new(session, observer);

    /// <summary>Receives the UID of a pod that was created or found, before its end is waited for.</summary>
    public Func<string, CancellationToken, Task>? Created { get; init; }

    /// <summary>Receives the result before the pod is deleted: the last chance to keep it.</summary>
    public Func<NodeCommandResult, CancellationToken, Task>? Ended { get; init; }

    /// <summary>Runs the command, or waits for the one that an earlier request with the same id has started.</summary>
    /// <exception cref="NodeManagerException">
    /// NodeCommandImageMissing, NodeCommandNamespaceMissing, NodeCommandInvalid (a Windows node), NodeNotFound, NodeReplaced, Forbidden, or
    /// another refusal of the server. A command that fails does not throw.
    /// </exception>
    public Task<NodeCommandResult> RunAsync(NodeCommandRequest request, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            request.Node.Name,
            (connection, token) => RunAsync(connection, request, token),
            cancellationToken
        );

    /// <summary>Deletes the pod of a request, if there is one.</summary>
    public Task<bool> RemoveAsync(NodeCommandRequest request, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            request.Node.Name,
            async (connection, token) =>
            {
                Node node = await _pods.ReadNodeAsync(connection, request.Node, token);
                return await _pods.FindAsync(connection, request, node, token) is { } pod
                    && await connection.Client.RemoveAsync(Resources.Pods, pod, token);
            },
            cancellationToken
        );

    /// <inheritdoc cref="NodeCommandPods.RemoveLeftoversAsync"/>
    public Task<int> RemoveLeftoversAsync(NodeTarget node, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            node.Name,
            (connection, token) => _pods.RemoveLeftoversAsync(connection, node.Name, token),
            cancellationToken
        );

    private async Task<NodeCommandResult> RunAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        CancellationToken cancellationToken
    )
    {
        UnreachableServerRetry retry = new(connection.Time, observer);
        Node node = await retry.RunAsync(token => _pods.ReadNodeAsync(connection, request.Node, token), cancellationToken);
        try
        {
            if (await _pods.StartAsync(connection, retry, request, node, cancellationToken) is not { } pod)
                return await EndAsync(Describe(request, node, NodeCommandOutcome.Lost), cancellationToken);
            if (Created is { } created)
                await created(pod.Metadata.Uid ?? "", cancellationToken);
            (pod, NodeCommandOutcome outcome) = await _pods.WaitAsync(connection, request, node, pod, cancellationToken);
            NodeCommandOutput? output = outcome.HasLog
                ? await NodeCommandOutput.ReadAsync(session, pod, request.Tail, observer, cancellationToken)
                : null;
            NodeCommandResult result = await EndAsync(Describe(request, node, outcome, output), cancellationToken);
            if (!result.IsPodKept && !request.KeepsPod)
                await retry.RunAsync(token => connection.Client.RemoveAsync(Resources.Pods, pod, token), cancellationToken);
            return result;
        }
        catch (Exception) when (request.EndsWithCaller && cancellationToken.IsCancellationRequested)
        {
            return Describe(request, node, await CancelAsync(connection, request, node));
        }
    }

    private async Task<NodeCommandResult> EndAsync(NodeCommandResult result, CancellationToken cancellationToken)
    {
        if (Ended is { } ended)
            await ended(result, cancellationToken);
        return result;
    }

    // Whether the pod was created already is not known after a request that was cut off.
    private async Task<NodeCommandOutcome> CancelAsync(ClusterConnection connection, NodeCommandRequest request, Node node)
    {
        using CancellationTokenSource limit = CleanUpLimit.Start();
        try
        {
            if (await _pods.FindAsync(connection, request, node, limit.Token) is { } pod)
                await connection.Client.RemoveAsync(Resources.Pods, pod, limit.Token);
            return new(NodeCommandStatus.Cancelled, Message: "Its pod was deleted, which ends the command.");
        }
        catch (Exception failure)
        {
            return new(
                NodeCommandStatus.Unknown,
                Message: $"Its pod could not be deleted, and the command may still run: {failure.Message}"
            )
            {
                IsPodKept = true,
            };
        }
    }

    private NodeCommandResult Describe(
        NodeCommandRequest request,
        Node node,
        NodeCommandOutcome outcome,
        NodeCommandOutput? output = null
    ) =>
        new()
        {
            Cluster = session.Cluster,
            Session = session,
            Node = node.Metadata.Name,
            NodeUid = node.Metadata.Uid ?? "",
            Command = request.Command,
            RunId = request.RunId,
            Status = outcome.Status,
            ExitCode = outcome.ExitCode,
            Output = new([.. output?.Lines ?? []]),
            IsOutputTruncated = output?.IsTruncated == true,
            IsPodKept = outcome.IsPodKept,
            StartedAt = outcome.StartedAt,
            Duration = outcome.EndedAt - outcome.StartedAt,
            Message = string.Join(" ", new[] { outcome.Message, output?.Problem }.Where(static part => part is { Length: > 0 })),
        };
}
