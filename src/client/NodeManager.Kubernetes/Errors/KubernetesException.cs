using System.Net;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Errors;

/// <summary>The server's refusal of a request, with its <see cref="Models.Status"/>, method and path, but no headers.</summary>
public sealed class KubernetesException(HttpStatusCode code, Status? status, string method, string path, TimeSpan? retryAfter = null)
    : Exception(status?.Message ?? $"The server answered {(int)code} ({code}).")
{
    public HttpStatusCode Code { get; } = code;

    /// <summary>Null when the response was not a Status, for example a proxy's page.</summary>
    public Status? Status { get; } = status;

    public string Method { get; } = method;

    public string Path { get; } = path;

    /// <summary>The body of a refusal in plain text, at most 1 KiB, as kubelets answer; empty otherwise.</summary>
    public string Text { get; init; } = "";

    /// <summary>From Retry-After.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>For example <c>NotFound</c>, <c>Conflict</c>, <c>Forbidden</c>; empty without a Status.</summary>
    public string Reason => Status?.Reason ?? "";

    /// <summary>
    /// True for a missing permission that may exist: a server that has just started names roles as not found until it has read them. So does a
    /// server with a binding to a deleted role.
    /// </summary>
    public bool NamesMissingRole =>
        Code == HttpStatusCode.Forbidden
        && Message.Contains("RBAC: ", StringComparison.Ordinal)
        && Message.Contains(" not found", StringComparison.Ordinal);

    /// <summary>True when the Status has this cause (<c>DisruptionBudget</c>, <c>NamespaceTerminating</c>, …).</summary>
    public bool HasCause(string reason) => Status?.Details?.Causes?.Exists(c => c.Reason == reason) == true;
}
