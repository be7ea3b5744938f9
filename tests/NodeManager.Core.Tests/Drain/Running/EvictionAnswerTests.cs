using System.Net;
using NodeManager.Drains.Evictions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class EvictionAnswerTests
{
    [Theory]
    [InlineData(429, "DisruptionBudget", "", "Cannot evict pod", "BudgetRefuses")]
    [InlineData(429, "", "", "a webhook says no", "Later")]
    [InlineData(409, "", "pods", "Precondition failed: UID in precondition: a, UID in object meta: b", "Gone")]
    [InlineData(409, "", "pods", "the object has been modified", "Conflict")]
    [InlineData(409, "", "poddisruptionbudgets", "the object has been modified", "Conflict")]
    [InlineData(504, "", "", "couldn't update PodDisruptionBudget \"web\" due to conflicts", "Conflict")]
    [InlineData(404, "", "pods", "not found", "Gone")]
    [InlineData(404, "", "poddisruptionbudgets", "not found", "Conflict")]
    [InlineData(
        500,
        "",
        "",
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        "SeveralBudgets"
    )]
    [InlineData(500, "", "", "etcdserver: leader changed", "Unreachable")]
    [InlineData(502, "", "", "bad gateway", "Unreachable")]
    [InlineData(503, "", "", "shutting down", "Unreachable")]
    [InlineData(403, "NamespaceTerminating", "", "is being terminated", "NamespaceTerminating")]
    [InlineData(403, "", "poddisruptionbudget", "pdb disruptions allowed is negative", "BudgetRefuses")]
    [InlineData(403, "", "pods", "User cannot create resource", "Forbidden")]
    [InlineData(403, "", "pods", "User cannot create resource: RBAC: [clusterrole.rbac.authorization.k8s.io \"a\" not found]", "Later")]
    [InlineData(400, "", "", "name in URL does not match", "Failed")]
    [InlineData(422, "", "", "invalid", "Failed")]
    public void Each_response_to_an_eviction_is_classified(int code, string cause, string kind, string message, string meaning)
    {
        StatusDetails details = new() { Kind = kind };
        if (cause.Length > 0)
            details.Causes = [new() { Reason = cause, Message = "The disruption budget web needs 2" }];
        KubernetesException refused = new((HttpStatusCode)code, new() { Message = message, Details = details }, "POST", "/x");

        Assert.Equal(meaning, EvictionAnswer.Of(refused)!.Kind.ToString());
    }

    [Fact]
    public void A_busy_server_sets_the_retry_delay()
    {
        EvictionAnswer answer = EvictionAnswer.Of(
            new KubernetesException(HttpStatusCode.ServiceUnavailable, null, "POST", "/x", TimeSpan.FromSeconds(3))
        )!;

        Assert.Equal((EvictionAnswerKind.Later, TimeSpan.FromSeconds(3)), (answer.Kind, answer.RetryAfter!.Value));
    }

    [Fact]
    public void The_PDBs_counts_are_reported_instead_of_the_refusal()
    {
        Status status = new()
        {
            Message = "Cannot evict pod",
            Details = new() { Causes = [new() { Reason = "DisruptionBudget", Message = "needs 2 and has 2" }] },
        };

        Assert.Equal(
            "needs 2 and has 2",
            EvictionAnswer.Of(new KubernetesException(HttpStatusCode.TooManyRequests, status, "POST", "/x"))!.Message
        );
    }

    [Fact]
    public void A_credential_plugin_that_fails_is_retried_like_an_unreachable_server()
    {
        EvictionAnswer answer = EvictionAnswer.Of(
            new NodeManagerException(ErrorIds.CredentialPluginFailed, ErrorKind.AuthenticationError, "The network is down.")
        )!;

        Assert.Equal((EvictionAnswerKind.Unreachable, true), (answer.Kind, answer.IsUnanswered));
    }

    [Fact]
    public void An_unreachable_server_is_retried()
    {
        Assert.Equal(EvictionAnswerKind.Unreachable, EvictionAnswer.Of(new HttpRequestException("refused"))!.Kind);
        Assert.Equal(
            EvictionAnswerKind.Unreachable,
            EvictionAnswer.Of(new NodeManagerException(ErrorIds.ServerUnreachable, ErrorKind.ConnectionError, "down"))!.Kind
        );
        Assert.Null(EvictionAnswer.Of(new InvalidOperationException()));
        Assert.Null(EvictionAnswer.Of(new KubernetesException(HttpStatusCode.Unauthorized, new(), "POST", "/x")));
    }
}
