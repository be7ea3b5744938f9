using System.Net;
using System.Text;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Nodes.Commands;

/// <summary>Creates the pod of a command, or finds it again, and waits for its end.</summary>
internal sealed class NodeCommandPods(NodeManagerSession session, IOperationObserver observer)
{
    // After its deadline: the grace period of the container, and the report of a busy kubelet.
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(2);

    // Another process that lost its result may still come back for it.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    public string Namespace { get; } = NodeCommandAccess.NamespaceOf(session);

    /// <exception cref="NodeManagerException">NodeNotFound, NodeReplaced, or NodeCommandInvalid: it runs Windows.</exception>
    public async Task<Node> ReadNodeAsync(ClusterConnection connection, NodeTarget target, CancellationToken cancellationToken)
    {
        Node? node = await connection.Client.FindAsync(Resources.Nodes, target.Name, null, cancellationToken);
        if (node is null || !target.Matches(node.Metadata.Uid))
            throw ErrorTranslator.NodeMissing(target.Name, target.Uid, node?.Metadata.Uid, session.Cluster);
        if (node.Metadata.Labels?.GetValueOrDefault("kubernetes.io/os") == "windows")
            throw new NodeManagerException(
                ErrorIds.NodeCommandInvalid,
                ErrorKind.InvalidArgument,
                $"Node '{target.Name}' runs Windows, which has no nsenter.",
                target.Name,
                "Use PowerShell remoting on Windows nodes."
            );
        return node;
    }

    /// <summary>
    /// Deletes pods of the node that no process comes back for: of commands that ended a day ago, of shells that ended, and of shells whose
    /// process on this machine was killed.
    /// </summary>
    public async Task<int> RemoveLeftoversAsync(ClusterConnection connection, string node, CancellationToken cancellationToken)
    {
        ListOptions options = new()
        {
            Namespace = Namespace,
            LabelSelector = NodeCommandPod.Label,
            FieldSelector = FieldSelector.Equal("spec.nodeName", node),
        };
        DateTimeOffset limit = connection.Client.ServerTime - LeftoverAge;
        int removed = 0;
        foreach (Pod pod in (await connection.Client.ListAsync(Resources.Pods, options, cancellationToken)).Items)
        {
            bool isLeft = NodeCommandOutcome.Of(pod) is { } outcome
                ? NodeCommandPod.IsShell(pod) || (outcome.EndedAt ?? pod.Metadata.CreationTimestamp) < limit
                : NodeCommandPod.IsAbandonedShell(pod, session.ProcessUser());
            if (isLeft && await connection.Client.RemoveAsync(Resources.Pods, pod, cancellationToken))
                removed++;
        }

        return removed;
    }

    /// <summary>Null: the known pod is gone. A name that is taken is an earlier request's pod, or one whose answer was lost.</summary>
    public async Task<Pod?> StartAsync(
        ClusterConnection connection,
        UnreachableServerRetry retry,
        NodeCommandRequest request,
        Node node,
        CancellationToken cancellationToken
    )
    {
        string body = NodeCommandPod.Describe(request, node, NodeCommandAccess.ImageOf(session), session.Who()).ToJsonString();
        return await retry.RunAsync(
            async token =>
            {
                if (await FindAsync(connection, request, node, token) is { } known)
                    return request.KnownPod is null || request.KnownPod == known.Metadata.Uid ? known : null;
                if (request.KnownPod is not null)
                    return null;
                try
                {
                    return await CreateAsync(connection, body, token);
                }
                catch (KubernetesException taken) when (taken.Reason == "AlreadyExists")
                {
                    return await FindAsync(connection, request, node, token);
                }
                catch (KubernetesException missing) when (missing.Code == HttpStatusCode.NotFound)
                {
                    throw NamespaceMissing(missing);
                }
            },
            cancellationToken
        );
    }

    /// <summary>The pod of this request; null if it does not exist.</summary>
    /// <exception cref="NodeManagerException">AlreadyExists: another pod has its name.</exception>
    public async Task<Pod?> FindAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        Node node,
        CancellationToken cancellationToken
    )
    {
        string name = NodeCommandPod.NameOf(request.RunId, node.Metadata.Uid ?? "", request.Command);
        Pod? pod = await connection.Client.FindAsync(Resources.Pods, name, Namespace, cancellationToken);
        if (pod is null || (NodeCommandPod.Is(pod, Namespace) && pod.Spec.NodeName == node.Metadata.Name))
            return pod;
        throw new NodeManagerException(
            ErrorIds.AlreadyExists,
            ErrorKind.ResourceExists,
            $"Pod {Namespace}/{name} in cluster '{session.Cluster}' is not the pod of a command on node '{node.Metadata.Name}'.",
            name,
            "Check who may create pods in this namespace, then delete the pod."
        );
    }

    /// <summary>Waits for the end of the pod, by a watch, for no longer than the kubelet may take.</summary>
    /// <param name="node">As it was when the pod was created or found.</param>
    public async Task<(Pod Pod, NodeCommandOutcome Outcome)> WaitAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        Node node,
        Pod pod,
        CancellationToken cancellationToken
    )
    {
        (Pod last, NodeCommandOutcome? outcome) = await WaitAsync(connection, request, node, pod, false, cancellationToken);
        return (last, outcome!);
    }

    /// <summary>Waits until the container of the pod runs.</summary>
    /// <returns>Null, or how the pod ended instead.</returns>
    public async Task<NodeCommandOutcome?> WaitForStartAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        Node node,
        Pod pod,
        CancellationToken cancellationToken
    ) => (await WaitAsync(connection, request, node, pod, true, cancellationToken)).Outcome;

    /// <summary>Waits until the pod ends or is deleted.</summary>
    /// <returns>How it ended; null if it was deleted.</returns>
    public async Task<NodeCommandOutcome?> WaitForEndAsync(ClusterConnection connection, Pod pod, CancellationToken cancellationToken)
    {
        bool isSeen = false;
        await foreach (WatchEvent<Pod> change in connection.Client.WatchAsync(Resources.Pods, Only(pod), cancellationToken))
        {
            bool isOfPod = change.Type != WatchEventType.Synced && change.Object.Metadata.Uid == pod.Metadata.Uid;
            isSeen |= isOfPod;
            if (change.Type == WatchEventType.Deleted || !isSeen || (isOfPod && change.Object.Metadata.DeletionTimestamp is not null))
                return null;
            if (isOfPod && NodeCommandOutcome.Of(change.Object) is { } outcome)
                return outcome;
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private async Task<(Pod Pod, NodeCommandOutcome? Outcome)> WaitAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        Node node,
        Pod pod,
        bool untilStarted,
        CancellationToken cancellationToken
    )
    {
        UnreachableServerRetry retry = new(connection.Time, observer);
        SeenPod seen = new(pod);
        using CancellationTokenSource start = connection.Time.StartLimit(seen.HasStarted ? null : request.StartLimit);
        using CancellationTokenSource end = connection.Time.StartLimit(request.StartLimit + request.Timeout + EndLimit);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limited.Token, start.Token);
        Func<CancellationToken, Task<NodeCommandOutcome?>> follow = token =>
            FollowAsync(connection, request, seen, start, untilStarted, token);
        NodeCommandOutcome? outcome;
        try
        {
            try
            {
                outcome = await retry.RunAsync(follow, either.Token);
            }
            catch (OperationCanceledException) when (start.IsCancellationRequested && !limited.IsCancellationRequested)
            {
                outcome = await retry.RunAsync(token => JudgeStartAsync(connection, request, node, seen, token), limited.Token);
                if (outcome is null && !untilStarted)
                    outcome = await retry.RunAsync(follow, limited.Token);
            }

            return (seen.Pod, outcome);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (seen.Pod, Kept(request, seen.Pod, "The kubelet does not report its end"));
        }
        finally
        {
            Report(request, seen.Pod, true);
        }
    }

    private async Task<NodeCommandOutcome?> FollowAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        SeenPod seen,
        CancellationTokenSource start,
        bool untilStarted,
        CancellationToken cancellationToken
    )
    {
        bool isSeen = false;
        await foreach (WatchEvent<Pod> change in connection.Client.WatchAsync(Resources.Pods, Only(seen.Pod), cancellationToken))
        {
            bool isOfPod = change.Type != WatchEventType.Synced && change.Object.Metadata.Uid == seen.Pod.Metadata.Uid;
            isSeen |= isOfPod;
            if (isOfPod)
                seen.Update(change.Object);
            if (seen.Outcome is { } outcome)
                return outcome;
            if (change.Type == WatchEventType.Deleted || !isSeen)
                return NodeCommandOutcome.Lost;
            if (untilStarted && seen.HasStarted)
                return null;
            if (seen.HasStarted)
                start.CancelAfter(Timeout.InfiniteTimeSpan);
            Report(request, seen.Pod, false);
        }

        throw new OperationCanceledException(cancellationToken);
    }

    // After the limit for the start: only a kubelet that reports knows that a command has not started. Null: it has.
    private async Task<NodeCommandOutcome?> JudgeStartAsync(
        ClusterConnection connection,
        NodeCommandRequest request,
        Node before,
        SeenPod seen,
        CancellationToken cancellationToken
    )
    {
        Pod? pod = await connection.Client.FindAsync(Resources.Pods, seen.Pod.Metadata.Name, Namespace, cancellationToken);
        Node? node = await connection.Client.FindAsync(Resources.Nodes, before.Metadata.Name, null, cancellationToken);
        if (pod is null || pod.Metadata.Uid != seen.Pod.Metadata.Uid)
            return NodeCommandOutcome.Lost;
        seen.Update(pod);
        if (seen.HasStarted || seen.Outcome is not null)
            return seen.Outcome;
        string limit = HumanDuration.Format(request.StartLimit);
        bool isReported =
            NodeCommandOutcome.IsWaiting(pod)
            && node?.IsReady() == true
            && node.Metadata.Uid == before.Metadata.Uid
            && node.Status.NodeInfo?.BootID == before.Status.NodeInfo?.BootID;
        return isReported
            ? NodeCommandOutcome.NotStarted($"It did not start within {limit}. {NodeCommandOutcome.Explain(pod)}")
            : Kept(request, pod, $"The kubelet did not report within {limit} whether it started");
    }

    private ListOptions Only(Pod pod) =>
        new() { Namespace = Namespace, FieldSelector = FieldSelector.Equal("metadata.name", pod.Metadata.Name) };

    private Task<Pod> CreateAsync(ClusterConnection connection, string body, CancellationToken cancellationToken) =>
        connection.Client.SendAsync(
            HttpMethod.Post,
            Resources.Pods.Path(Namespace),
            new StringContent(body, Encoding.UTF8, "application/json"),
            Resources.Pods.Item,
            RequestOptions.Default,
            cancellationToken
        );

    // The pod of a shell is deleted in any case.
    private NodeCommandOutcome Kept(NodeCommandRequest request, Pod pod, string why) =>
        new(
            NodeCommandStatus.Unknown,
            Message: request.ShellOf is null ? $"{why}; pod {Namespace}/{pod.Metadata.Name} is kept." : why + "."
        )
        {
            IsPodKept = true,
        };

    private void Report(NodeCommandRequest request, Pod pod, bool isOver) =>
        observer.Progress(
            new(
                "command " + request.Node.Name,
                $"{(request.ShellOf is null ? "Running a command" : "Opening a shell")} on {request.Node.Name}",
                NodeCommandOutcome.HasStarted(pod) ? "running" : NodeCommandOutcome.Explain(pod),
                Completed: isOver
            )
        );

    private NodeManagerException NamespaceMissing(KubernetesException cause) =>
        new(
            ErrorIds.NodeCommandNamespaceMissing,
            ErrorKind.ObjectNotFound,
            $"Namespace {Namespace} does not exist in cluster '{session.Cluster}'.",
            Namespace,
            Namespace == NodeCommandAccess.DefaultNamespace
                ? "Create it with kubectl apply -f deploy/node-shell.yaml."
                : "Create it with the label pod-security.kubernetes.io/enforce=privileged and nothing else in it, or correct the option nodeCommandNamespace.",
            cause
        );

    // The latest state of a pod that was seen.
    private sealed class SeenPod(Pod pod)
    {
        private bool _ran;

        public Pod Pod { get; private set; } = pod;

        public bool HasStarted => NodeCommandOutcome.HasStarted(Pod);

        // A kubelet that restarts can reject a pod whose container has run.
        public NodeCommandOutcome? Outcome =>
            NodeCommandOutcome.Of(Pod) is { } outcome
                ? _ran && outcome.Status == NodeCommandStatus.NotStarted
                    ? new(NodeCommandStatus.Unknown, Message: outcome.Message)
                    : outcome
                : null;

        public void Update(Pod latest)
        {
            Pod = latest;
            _ran |= NodeCommandOutcome.Runs(latest);
        }
    }
}
