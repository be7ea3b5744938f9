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
internal sealed partial class AuditLog(ILoggerFactory loggers, ServerTelemetry telemetry, TimeProvider time) : IDisposable
{
    public const string Category = "NodeManager.Audit";

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

    /// <summary>The last lines of authenticated callers, the newest first.</summary>
    public IReadOnlyList<ApiActivity> Recent => [.. _recent.Reverse()];

    /// <summary>The outermost middleware.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        long started = Stopwatch.GetTimestamp();
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
            if (isRefusal ? IsPermitted() : !isRead && !isWritten)
                Write(Describe(context, started));
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

    private static JsonObject Describe(HttpContext context, long started)
    {
        var entry = new JsonObject
        {
            ["who"] = context.User.Identity is { IsAuthenticated: true, Name: { } name } ? name : "anonymous",
            ["by"] = context.User.FindFirstValue(ClaimTypes.AuthenticationMethod) ?? "",
            ["from"] = context.Connection.RemoteIpAddress?.ToString() ?? "",
            ["what"] = $"{context.Request.Method} {context.Request.PathBase}{context.Request.Path}",
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
        return lease.IsAcquired;
    }

    private void Write(JsonObject entry)
    {
        DateTimeOffset now = time.GetUtcNow();
        Keep(entry, now);
        entry.Insert(0, "at", now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        LogEntry(_logger, entry.ToJsonString(JsonSerializerOptions.Default));
    }

    // What strangers send has no place beside the work of the team.
    private void Keep(JsonObject entry, DateTimeOffset now)
    {
        string who = Text("who");
        if (who is "" or "anonymous")
            return;
        _recent.Enqueue(
            new(now, who, Text("what"), Text("target"), Text("result"), Text("operation"), (double?)entry["milliseconds"]?.AsValue())
        );
        while (_recent.Count > MostRecent)
            _recent.TryDequeue(out _);

        string Text(string field) => entry[field]?.ToString() ?? "";
    }

    [LoggerMessage(LogLevel.Information, "{Entry}")]
    private static partial void LogEntry(ILogger logger, string entry);
}

/// <summary>Marks a route that writes its own audit lines, because its requests may do any kind of work.</summary>
internal sealed class WritesOwnAudit
{
    public static WritesOwnAudit Instance { get; } = new();
}
