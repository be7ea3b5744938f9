using System.Net;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Errors;

/// <summary>The server refused a request. Carries its <see cref="Models.Status"/> and the request (method and path, never headers).</summary>
public sealed class KubernetesException(HttpStatusCode code, Status? status, string method, string path, TimeSpan? retryAfter = null)
    : Exception(status?.Message ?? $"The server answered {(int)code} ({code}).")
{
    public HttpStatusCode Code { get; } = code;

    /// <summary>Null when the answer was no Status (a proxy's page, say).</summary>
    public Status? Status { get; } = status;

    public string Method { get; } = method;

    public string Path { get; } = path;

    /// <summary>What Retry-After asked for.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The Status' reason (<c>NotFound</c>, <c>Conflict</c>, <c>Forbidden</c>, …); empty without.</summary>
    public string Reason => Status?.Reason ?? "";

    /// <summary>True when the Status carries a cause of this reason (<c>DisruptionBudget</c>, <c>NamespaceTerminating</c>, …).</summary>
    public bool HasCause(string reason) => Status?.Details?.Causes?.Exists(c => c.Reason == reason) == true;
}
