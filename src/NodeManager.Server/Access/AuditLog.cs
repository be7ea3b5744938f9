using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using NodeManager.Server.Metrics;

namespace NodeManager.Server.Access;

/// <summary>
/// Writes a line of JSON per change, refused caller, and end of an operation without a request. Never writes bodies, queries and headers,
/// which may hold secrets.
/// </summary>
/// <param name="file">Receives the same lines as the log; null: there is none.</param>
internal sealed partial class AuditLog(ILoggerFactory loggers, ServerTelemetry telemetry, TimeProvider time, AuditFile? file = null)
    : IDisposable
{
    public const string Category = "NodeManager.Audit";

    /// <summary>The type of the claims that hold the groups of a caller.</summary>
    public const string GroupClaim = "groups";

    /// <summary>The header of each answer that identifies its line.</summary>
    public const string RequestHeader = "X-Request-Id";

    private const int MostRecent = 1000;

    // Limits lines of anonymous callers; dropped ones are counted in the metrics.
    private readonly FixedWindowRateLimiter _refusals = new(
        new()
        {
            PermitLimit = 50,
            Window = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }
    );
    private readonly ILogger _logger = loggers.CreateLogger(Category);
    private readonly ConcurrentQueue<ApiActivity> _recent = new();
    private long _omitted;

    /// <summary>The last lines of authenticated callers, the newest first.</summary>
    public IReadOnlyList<ApiActivity> Recent => [.. _recent.Reverse()];

    /// <summary>The outermost middleware.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        long started = Stopwatch.GetTimestamp();
        // Not an id of the caller, who could repeat that of another.
        string request = ActivityTraceId.CreateRandom().ToHexString();
        context.Response.OnStarting(
            static state =>
            {
                (HttpContext context, string request) = ((HttpContext, string))state;
                context.Response.Headers[RequestHeader] = request;
                return Task.CompletedTask;
            },
            (context, request)
        );
        try
        {
            await next(context);
        }
        finally
        {
            int status = context.Response.StatusCode;
            bool isRefusal =
                status
                is StatusCodes.Status401Unauthorized
                    or StatusCodes.Status403Forbidden
                    or StatusCodes.Status421MisdirectedRequest
                    or StatusCodes.Status429TooManyRequests;
            if (isRefusal)
                telemetry.Refused(status);
            bool isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
            bool isWritten = context.GetEndpoint()?.Metadata.GetMetadata<WritesOwnAudit>() is not null;
            // A known caller is limited by the limit of requests.
            bool isKnown = context.User.Identity is { IsAuthenticated: true };
            if (isRefusal ? isKnown || IsPermitted() : !isRead && !isWritten)
                Write(Describe(context, request, started));
        }
    }

    /// <summary>Records the end of an operation.</summary>
    public void Ended(string by, string id, string kind, string target, string state)
    {
        telemetry.Ended(kind, state);
        Write(
            new()
            {
                ["who"] = by,
                ["operation"] = id,
                ["what"] = kind,
                ["target"] = target,
                ["result"] = state,
            }
        );
    }

    /// <summary>Records what an anonymous caller attempted; its lines are limited as those of refusals.</summary>
    public void Failed(string what, string target, string result)
    {
        if (IsPermitted())
            Acted("anonymous", what, target, result);
    }

    /// <summary>Records an action that the request does not show.</summary>
    public void Acted(string who, string what, string target, string result) =>
        Write(
            new()
            {
                ["who"] = who,
                ["what"] = what,
                ["target"] = target,
                ["result"] = result,
            }
        );

    public void Dispose() => _refusals.Dispose();

    private static JsonObject Describe(HttpContext context, string request, long started)
    {
        var entry = new JsonObject
        {
            ["request"] = request,
            ["who"] = context.User.Identity is { IsAuthenticated: true, Name: { } name } ? name : "anonymous",
            ["by"] = context.User.FindFirstValue(ClaimTypes.AuthenticationMethod) ?? "",
            ["groups"] = new JsonArray([.. context.User.FindAll(GroupClaim).Select(static one => JsonValue.Create(one.Value))]),
            ["from"] = context.Connection.RemoteIpAddress?.ToString() ?? "",
            ["what"] = $"{context.Request.Method} {context.Request.PathBase}{context.Request.Path}",
            ["method"] = context.Request.Method,
            ["path"] = $"{context.Request.PathBase}{context.Request.Path}",
            ["target"] = string.Join('/', context.Request.RouteValues.Values),
            ["result"] = context.Response.StatusCode,
            ["milliseconds"] = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds),
        };
        if (context.Response.StatusCode == StatusCodes.Status202Accepted)
            entry["operation"] = context.Response.Headers.Location.ToString().Split('/')[^1];
        return entry;
    }

    private bool IsPermitted()
    {
        using RateLimitLease lease = _refusals.AttemptAcquire();
        if (!lease.IsAcquired)
            Interlocked.Increment(ref _omitted);
        return lease.IsAcquired;
    }

    private void Write(JsonObject entry)
    {
        DateTimeOffset now = time.GetUtcNow();
        Keep(entry, now);
        entry.Insert(0, "at", now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        if (Interlocked.Exchange(ref _omitted, 0) is > 0 and var omitted)
            entry["omitted"] = omitted;
        string line = entry.ToJsonString(JsonSerializerOptions.Default);
        LogEntry(_logger, line);
        try
        {
            file?.Write(line);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The line is in the log. The change was made already and is not undone for it.
            telemetry.LostAudit();
            LogFailure(_logger, problem.Message);
        }
    }

    // What strangers send has no place beside the work of the team.
    private void Keep(JsonObject entry, DateTimeOffset now)
    {
        string who = Text("who");
        if (who is "" or "anonymous")
            return;
        _recent.Enqueue(
            new(
                now,
                who,
                Text("what"),
                entry.ContainsKey("path") ? "" : Text("target"),
                Text("result"),
                Text("operation"),
                (double?)entry["milliseconds"]?.AsValue()
            )
        );
        while (_recent.Count > MostRecent)
            _recent.TryDequeue(out _);

        string Text(string field) => entry[field]?.ToString() ?? "";
    }

    [LoggerMessage(LogLevel.Error, "The line above is not in the audit file: {Problem}")]
    private static partial void LogFailure(ILogger logger, string problem);

    [LoggerMessage(LogLevel.Information, "{Entry}")]
    private static partial void LogEntry(ILogger logger, string entry);
}

/// <summary>Marks a route that writes its own audit lines, because its requests may do any kind of work.</summary>
internal sealed class WritesOwnAudit
{
    public static WritesOwnAudit Instance { get; } = new();
}
