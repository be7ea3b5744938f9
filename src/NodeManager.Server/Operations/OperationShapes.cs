using System.ComponentModel.DataAnnotations;

namespace NodeManager.Server.Operations;

/// <summary>An operation that was started with <c>Prefer: respond-async</c>.</summary>
/// <param name="Kind"><c>NodeDrain</c>, <c>NodeMaintenance</c>, <c>NodePoolUpdate</c>, <c>SchedulerRestart</c>, <c>DrainRehearsal</c>.</param>
/// <param name="State"><c>Running</c>, <c>Succeeded</c>, <c>Failed</c>, <c>Cancelled</c> or <c>Interrupted</c> with its process.</param>
/// <param name="Progress">Running parts.</param>
/// <param name="Results">Results so far, in the shape of the synchronous response.</param>
internal sealed record ApiOperation(
    string Id,
    string Kind,
    string Target,
    [property: AllowedValues("Running", "Succeeded", "Failed", "Cancelled", "Interrupted")] string State,
    string By,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<ApiProgress> Progress,
    IReadOnlyList<object> Results,
    IReadOnlyList<ApiFailure> Failures
);

/// <param name="Percent">0 to 100; absent if unknown.</param>
internal sealed record ApiProgress(string Key, string Activity, string Status, int? Percent);

/// <param name="Error">The ErrorId.</param>
internal sealed record ApiFailure(string Error, string Message, string? Action);

/// <summary>An event of an operation.</summary>
/// <param name="Sequence">Increases from 1; the event id in the stream.</param>
/// <param name="Type"><c>progress</c>, <c>warning</c>, <c>message</c>, <c>result</c>, <c>failure</c>, <c>started</c>, <c>finished</c>, <c>dropped</c> or <c>end</c>.</param>
/// <param name="Text">The text of a message, a dropped count or a part.</param>
/// <param name="State">The state at the end.</param>
internal sealed record ApiOperationEvent(
    long Sequence,
    DateTimeOffset At,
    string Type,
    string? Text = null,
    ApiProgress? Progress = null,
    object? Result = null,
    ApiFailure? Failure = null,
    string? State = null
);
