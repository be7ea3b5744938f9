using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Operations;

internal static class OperationMapping
{
    public static ApiOperation ToApi(this TrackedOperation tracked)
    {
        RunningOperation operation = tracked.Operation;
        return new(
            operation.Id,
            operation.Kind,
            operation.Target,
            operation.State.ToString(),
            tracked.By,
            operation.StartedAt,
            operation.EndedAt,
            [.. operation.Progress.Select(ToApi)],
            [.. operation.Results.Select(tracked.Shape)],
            [.. operation.Failures.Select(ToApi)]
        );
    }

    /// <summary>An operation of another process, as the locks of its nodes show it.</summary>
    public static ApiOperation ToApi(string id, IReadOnlyList<(string Node, NodeLock Lock, bool IsLive)> locks)
    {
        bool runs = locks.Any(static one => one.IsLive);
        NodeLock held = locks[0].Lock;
        string nodes = string.Join(", ", locks.Select(static one => one.Node));
        return new(
            id,
            held.Kind,
            nodes,
            (runs ? OperationState.Running : OperationState.Interrupted).ToString(),
            held.Holder,
            held.RenewedAt,
            null,
            [],
            [],
            runs
                ? []
                :
                [
                    new(
                        "OperationInterrupted",
                        $"Its process ended before it was complete. Nodes that stay cordoned: {nodes}.",
                        "Start it again."
                    ),
                ]
        );
    }

    public static ApiOperationEvent ToApi(this OperationEvent happened, Func<object, object> shape)
    {
        var named = new ApiOperationEvent(happened.Sequence, happened.At, "");
        return happened switch
        {
            OperationProgressed(var progress) => named with { Type = "progress", Progress = ToApi(progress) },
            OperationMessage(var level, var text) => named with
            {
                Type = level == OperationLogLevel.Warning ? "warning" : "message",
                Text = AnswerAdvice.In(text),
            },
            OperationOutput(var value) => named with { Type = "result", Result = shape(value) },
            OperationFailure failure => named with { Type = "failure", Failure = ToApi(failure) },
            OperationItemStarted(var item) => named with { Type = "started", Text = item.ToString() },
            OperationItemEnded(var item) => named with { Type = "finished", Text = item.ToString() },
            OperationMessagesDropped(var count) => named with { Type = "dropped", Text = $"{count} earlier messages are no longer kept." },
            OperationEnded(var state) => named with { Type = "end", State = state.ToString() },
            _ => named with { Type = "message", Text = happened.ToString() },
        };
    }

    private static ApiProgress ToApi(OperationProgress progress) =>
        new(
            progress.Key,
            progress.Activity,
            progress.Status,
            progress.Completed ? 100
                : progress.PercentComplete < 0 ? null
                : progress.PercentComplete
        );

    private static ApiFailure ToApi(OperationFailure failure) =>
        failure.Exception is NodeManagerException known
            ? new(known.ErrorId, known.Message, AnswerAdvice.Of(known.RecommendedAction))
            // An internal error, whose text may hold anything.
            : new("InternalError", "The operation failed for an unexpected reason; the server's log has it.", null);
}
