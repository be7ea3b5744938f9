using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Sandbox;
using NodeManager.Scheduling;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Rehearsals;

/// <summary>Drains in a copy of the cluster whose clock runs fast: the cluster itself is only read.</summary>
internal sealed class RehearsalRoutes(ClusterSession cluster, OperationRegistry operations)
{
    public const string Kind = "DrainRehearsal";

    // Faster clocks leave a busy machine behind, and its waits become timeouts.
    private const double Speed = 10;

    // One at a time: a copy needs the memory of a cluster.
    private int _isRunning;

    public void Map(IEndpointRouteBuilder endpoints) =>
        endpoints
            .MapGroup(NodeRoutes.Prefix + "/nodes/drain")
            .WithTags("Nodes")
            .MapPost("/rehearsal", RunAsync)
            .ForAdmins(ListNodes, ListPods)
            .WithMetadata(new ChangesNothing())
            .TakesNodes()
            .Produces<ApiRehearsal>()
            .Produces<ApiOperation>(StatusCodes.Status202Accepted)
            .Produces<ApiError>(StatusCodes.Status400BadRequest)
            .Produces<ApiError>(StatusCodes.Status429TooManyRequests);

    private Task<IResult> RunAsync(HttpContext context, ApiBatchDrain body, CancellationToken stop) =>
        OperationRoutes.AnswerAsync(
            context,
            Start(context.User.Identity!.Name!, body),
            static rehearsal => rehearsal.Results is [ApiRehearsal outcome] ? TypedResults.Ok(outcome) : null,
            stop
        );

    private TrackedOperation Start(string by, ApiBatchDrain body)
    {
        IReadOnlyList<string> nodes = body.Names();
        DrainOptions options = DrainOperations.WithDefaults(body.Drain);
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
            throw new NodeManagerException(
                "TooManyOperations",
                ErrorKind.LimitsExceeded,
                "A rehearsal is running, and the server runs one at a time.",
                null,
                "Wait until it ends, or cancel it."
            );
        try
        {
            return operations.Start(
                by,
                static result => result,
                () =>
                    RunningOperation.Start(
                        Kind,
                        $"{NameList.Of(nodes)} in cluster '{cluster.Session.Cluster}'",
                        TimeProvider.System,
                        work => CopyAndDrainAsync(work, nodes, options)
                    )
            );
        }
        catch
        {
            Volatile.Write(ref _isRunning, 0);
            throw;
        }
    }

    private async Task CopyAndDrainAsync(OperationContext work, IReadOnlyList<string> nodes, DrainOptions options)
    {
        try
        {
            work.Progress(new("copy", "Copying the cluster", "reading nodes, pods and workloads", -1));
            SandboxCluster copy = await cluster.Session.UseAsync(
                (client, token) => SandboxCluster.CopyAsync(client, new() { Speed = Speed }, work.Warning, token),
                work.Token
            );
            using NodeManagerSession session = await SessionFactory.ConnectAsync(
                "rehearsal",
                copy.Server,
                copy.CreateTransport(),
                copy,
                NullLogger.Instance,
                copy.Time,
                work.Token
            );
            work.Progress(new("copy", "Copying the cluster", "", Completed: true));
            HashSet<string> before = [.. await PendingAsync(session, work.Token)];
            work.Output(await DrainAsync(work, session, nodes, options, before));
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private static async Task<ApiRehearsal> DrainAsync(
        OperationContext work,
        NodeManagerSession copy,
        IReadOnlyList<string> nodes,
        DrainOptions options,
        HashSet<string> before
    )
    {
        DateTimeOffset start = copy.Time().GetUtcNow();
        RunningOperation drain = NodeOperations.StartDrain(
            new DrainRequest(copy, [.. nodes.Select(static name => new NodeTarget(name))], options)
        );
        await using CancellationTokenRegistration stop = work.Token.Register(drain.Cancel);
        await foreach (OperationEvent happened in drain.ReadAsync(0, CancellationToken.None))
            if (happened is OperationProgressed(var progress))
                work.Progress(progress);
        work.Token.ThrowIfCancellationRequested();
        DateTimeOffset end = copy.Time().GetUtcNow();
        Exception? failure = drain.Results.Count == 0 && drain.Failures is [var first, ..] ? first.Exception : null;
        if (failure is not null)
            throw failure;
        return new(
            [
                .. drain
                    .Results.OfType<NodeDrainResult>()
                    .OrderBy(static one => one.Node, StringComparer.Ordinal)
                    .Select(static one => new ApiRehearsedNode(
                        one.Node,
                        one.Status,
                        one.Evicted,
                        one.Remaining,
                        one.Duration.TotalSeconds,
                        AnswerAdvice.In(one.Blockers.Select(static blocker => blocker.ToString()))
                    )),
            ],
            (end - start).TotalSeconds,
            [.. (await PendingAsync(copy, work.Token)).Where(pod => !before.Contains(pod))],
            AnswerAdvice.In(drain.Results.OfType<NodeDrainResult>().SelectMany(static one => one.Warnings).Distinct())
        );
    }

    // Pods that wait for a node.
    private static async Task<IReadOnlyList<string>> PendingAsync(NodeManagerSession session, CancellationToken stop)
    {
        KubernetesList<Pod> pods = await session.UseAsync((client, token) => client.ListAsync(Resources.Pods, new(), token), stop);
        return
        [
            .. pods
                .Items.Where(static pod => string.IsNullOrEmpty(pod.Spec.NodeName) && !pod.IsFinished())
                .Select(static pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}")
                .Order(StringComparer.Ordinal),
        ];
    }
}
