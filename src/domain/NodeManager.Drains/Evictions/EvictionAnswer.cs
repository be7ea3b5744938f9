using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Drains.Evictions;

/// <summary>The server's answer to an eviction or deletion. Source: the API server's pods/eviction and store.</summary>
internal sealed record EvictionAnswer(EvictionAnswerKind Kind, string Message, bool IsUnanswered = false, TimeSpan? RetryAfter = null)
{
    private const string Budgets = "poddisruptionbudget";

    /// <summary>Null for an exception that is not an answer (a defect, a cancellation).</summary>
    public static EvictionAnswer? Of(Exception exception) =>
        exception switch
        {
            // Not about the pod: no further request of this session succeeds.
            KubernetesException { Code: HttpStatusCode.Unauthorized } => null,
            KubernetesException refused => new(KindOf(refused), TextOf(refused), RetryAfter: RetryAfterOf(refused)),
            _ => TransientFailure.IsDuringWork(exception)
                ? new(EvictionAnswerKind.Unreachable, exception.Message, IsUnanswered: true)
                : null,
        };

    private static EvictionAnswerKind KindOf(KubernetesException refused) =>
        refused.Code switch
        {
            // The budget was deleted during the request.
            HttpStatusCode.NotFound when IsAboutBudget(refused) => EvictionAnswerKind.Conflict,
            HttpStatusCode.NotFound => EvictionAnswerKind.Gone,
            HttpStatusCode.Conflict when IsAboutBudget(refused) => EvictionAnswerKind.Conflict,
            // A conflict over the UID names it; one over the pod's version (an unready pod that changed) does not.
            HttpStatusCode.Conflict when refused.Message.Contains("UID", StringComparison.Ordinal) => EvictionAnswerKind.Gone,
            HttpStatusCode.Conflict or HttpStatusCode.GatewayTimeout => EvictionAnswerKind.Conflict,
            HttpStatusCode.TooManyRequests when refused.HasCause("DisruptionBudget") => EvictionAnswerKind.BudgetRefuses,
            HttpStatusCode.TooManyRequests => EvictionAnswerKind.Later,
            HttpStatusCode.Forbidden when refused.HasCause("NamespaceTerminating") => EvictionAnswerKind.NamespaceTerminating,
            // Not a permission error: the budget's state (negative, or too many unconfirmed evictions) forbids it for now.
            HttpStatusCode.Forbidden when IsAboutBudget(refused) => EvictionAnswerKind.BudgetRefuses,
            // The permission was there before the drain: the server has restarted.
            HttpStatusCode.Forbidden when refused.NamesMissingRole => EvictionAnswerKind.Later,
            HttpStatusCode.Forbidden => EvictionAnswerKind.Forbidden,
            HttpStatusCode.InternalServerError
                when refused.Message.Contains("more than one PodDisruptionBudget", StringComparison.Ordinal) =>
                EvictionAnswerKind.SeveralBudgets,
            HttpStatusCode.ServiceUnavailable when refused.RetryAfter is not null => EvictionAnswerKind.Later,
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => EvictionAnswerKind.Unreachable,
            _ => EvictionAnswerKind.Failed,
        };

    private static bool IsAboutBudget(KubernetesException refused) =>
        refused.Status?.Details?.Kind?.StartsWith(Budgets, StringComparison.OrdinalIgnoreCase) == true;

    // The cause states the budget's requirement; the message only that it was violated.
    private static string TextOf(KubernetesException refused) =>
        refused.Status?.Details?.Causes?.Find(c => c.Reason == "DisruptionBudget")?.Message is { Length: > 0 } cause
            ? cause
            : refused.Message;

    private static TimeSpan? RetryAfterOf(KubernetesException refused) =>
        refused.RetryAfter ?? (refused.Status?.Details?.RetryAfterSeconds is > 0 and int seconds ? TimeSpan.FromSeconds(seconds) : null);
}
