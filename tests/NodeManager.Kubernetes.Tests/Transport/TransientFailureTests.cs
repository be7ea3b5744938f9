using System.Net;
using System.Text.Json;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Kubernetes.Tests.Transport;

public sealed class TransientFailureTests
{
    [Theory]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(408, true)]
    [InlineData(409, false)]
    [InlineData(410, false)]
    [InlineData(422, false)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(501, false)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    public void Requests_to_an_overloaded_or_failing_server_are_retried(int code, bool expected) =>
        Assert.Equal(expected, TransientFailure.Is(new KubernetesException((HttpStatusCode)code, null, "GET", "/api/v1/nodes")));

    [Theory]
    [InlineData(ErrorIds.ServerUnreachable, true)]
    [InlineData(ErrorIds.ServerTimeout, true)]
    [InlineData(ErrorIds.UnexpectedAnswer, true)]
    [InlineData(ErrorIds.CertificateUntrusted, false)]
    [InlineData(ErrorIds.Forbidden, false)]
    public void A_failed_connection_is_retried(string errorId, bool expected) =>
        Assert.Equal(expected, TransientFailure.Is(new NodeManagerException(errorId, ErrorKind.ConnectionError, "", null, "")));

    [Fact]
    public void A_truncated_response_is_retried()
    {
        Assert.True(TransientFailure.Is(new HttpRequestException()));
        Assert.True(TransientFailure.Is(new IOException()));
        Assert.True(TransientFailure.Is(new JsonException()));
        Assert.False(TransientFailure.Is(new OperationCanceledException()));
        Assert.False(TransientFailure.Is(new InvalidOperationException()));
    }
}
