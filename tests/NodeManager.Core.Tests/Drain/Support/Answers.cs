using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeManager.Core.Tests.Drain.Support;

/// <summary>What an API server answers to evictions and deletions, in its own shapes.</summary>
internal static class Answers
{
    public static HttpResponseMessage Json(JsonNode body, HttpStatusCode code = HttpStatusCode.OK) =>
        new(code) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Status(
        int code,
        string reason,
        string message,
        string? kind = null,
        string? cause = null,
        string? causeMessage = null,
        int? retryAfter = null
    )
    {
        JsonObject details = [];
        if (kind is not null)
            details["kind"] = kind;
        if (cause is not null)
            details["causes"] = new JsonArray(new JsonObject { ["reason"] = cause, ["message"] = causeMessage ?? "" });
        if (retryAfter is not null)
            details["retryAfterSeconds"] = retryAfter;
        HttpResponseMessage response = Json(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["status"] = "Failure",
                ["message"] = message,
                ["reason"] = reason,
                ["details"] = details,
                ["code"] = code,
            },
            (HttpStatusCode)code
        );
        if (retryAfter is { } seconds)
            response.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
        return response;
    }

    public static HttpResponseMessage BudgetRefuses(string budget) =>
        Status(
            429,
            "TooManyRequests",
            "Cannot evict pod as it would violate the pod's disruption budget.",
            null,
            "DisruptionBudget",
            $"The disruption budget {budget} needs 2 healthy pods and has 2 currently"
        );

    public static HttpResponseMessage StaleBudget(string budget) =>
        Status(
            429,
            "TooManyRequests",
            "Cannot evict pod as it would violate the pod's disruption budget.",
            null,
            "DisruptionBudget",
            $"The disruption budget {budget} is still being processed by the server.",
            10
        );

    public static HttpResponseMessage SeveralBudgets() =>
        Status(500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");

    public static HttpResponseMessage Replaced() =>
        Status(
            409,
            "Conflict",
            "Operation cannot be fulfilled on pods \"web\": Precondition failed: UID in precondition: a, UID in object meta: b",
            "pods"
        );

    public static HttpResponseMessage BudgetConflict() =>
        Status(
            409,
            "Conflict",
            "Operation cannot be fulfilled on poddisruptionbudgets.policy \"web\": the object has been modified",
            "poddisruptionbudgets"
        );

    public static HttpResponseMessage BudgetTimeout() =>
        Status(504, "Timeout", "Timeout: couldn't update PodDisruptionBudget \"web\" due to conflicts", null, null, null, 10);

    public static HttpResponseMessage NotFound() => Status(404, "NotFound", "pods \"web\" not found", "pods");

    public static HttpResponseMessage NamespaceTerminating() =>
        Status(
            403,
            "Forbidden",
            "unable to create new content in namespace x because it is being terminated",
            null,
            "NamespaceTerminating",
            "namespace x is being terminated"
        );

    public static HttpResponseMessage Forbidden() =>
        Status(403, "Forbidden", "pods \"web\" is forbidden: User \"bob\" cannot create resource \"pods/eviction\"", "pods");

    public static HttpResponseMessage Later(int? seconds) =>
        Status(429, "TooManyRequests", "a webhook asks to wait", null, null, null, seconds);

    public static HttpResponseMessage LaterAtOnce()
    {
        HttpResponseMessage response = Later(null);
        response.Headers.RetryAfter = new(TimeSpan.Zero);
        return response;
    }

    public static HttpResponseMessage Unavailable() => Status(503, "ServiceUnavailable", "apiserver is shutting down");
}
