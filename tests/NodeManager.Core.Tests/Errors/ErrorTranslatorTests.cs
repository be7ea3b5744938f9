using System.Net;
using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Errors;

public sealed class ErrorTranslatorTests
{
    private static readonly Uri Server = new("https://10.0.0.1:6443/");

    [Theory]
    [InlineData(401, "Unauthorized", ErrorIds.Unauthorized, ErrorKind.AuthenticationError)]
    [InlineData(403, "Forbidden", ErrorIds.Forbidden, ErrorKind.PermissionDenied)]
    [InlineData(409, "Conflict", ErrorIds.Conflict, ErrorKind.ResourceBusy)]
    [InlineData(409, "AlreadyExists", ErrorIds.AlreadyExists, ErrorKind.ResourceExists)]
    [InlineData(410, "Expired", ErrorIds.Expired, ErrorKind.ResourceUnavailable)]
    [InlineData(422, "Invalid", ErrorIds.Invalid, ErrorKind.InvalidData)]
    [InlineData(400, "BadRequest", ErrorIds.Invalid, ErrorKind.InvalidData)]
    [InlineData(429, "TooManyRequests", ErrorIds.TooManyRequests, ErrorKind.LimitsExceeded)]
    [InlineData(504, "Timeout", ErrorIds.ServerTimeout, ErrorKind.OperationTimeout)]
    [InlineData(503, "ServiceUnavailable", ErrorIds.ServerError, ErrorKind.ResourceUnavailable)]
    [InlineData(500, "InternalError", ErrorIds.ServerError, ErrorKind.InvalidOperation)]
    [InlineData(405, "MethodNotAllowed", ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError)]
    public void Each_API_error_has_an_ErrorId_a_category_and_the_message_of_the_server(int code, string reason, string id, ErrorKind kind)
    {
        NodeManagerException error = Translate(code, reason, "PATCH", "/api/v1/nodes/n?dryRun=All", "the server's words")!;

        Assert.Equal((id, kind), (error.ErrorId, error.Kind));
        Assert.Contains("the server's words", error.Message, StringComparison.Ordinal);
        Assert.Contains("prod", error.Message, StringComparison.Ordinal);
        Assert.Equal("n", error.Target);
        Assert.NotEmpty(error.RecommendedAction!);
        Assert.IsType<KubernetesException>(error.InnerException);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nodes", "list nodes in cluster", "'list' on the resource 'nodes' of API group ''")]
    [InlineData("GET", "/api/v1/nodes?watch=true&resourceVersion=1", "watch nodes in cluster", "'watch' on the resource 'nodes'")]
    [InlineData("WATCH", "/api/v1/nodes?watch=true", "watch nodes in cluster", "'watch' on the resource 'nodes'")]
    [InlineData("GET", "/api/v1/nodes/n-1", "get nodes 'n-1' in cluster", "'get' on the resource 'nodes'")]
    [InlineData("PATCH", "/api/v1/nodes/n-1/status", "patch nodes/status 'n-1' in cluster", "'patch' on the resource 'nodes/status'")]
    [InlineData(
        "POST",
        "/api/v1/namespaces/shop/pods/p/eviction",
        "create pods/eviction 'p' in namespace shop",
        "'create' on the resource 'pods/eviction'"
    )]
    [InlineData(
        "GET",
        "/apis/apps/v1/daemonsets",
        "list daemonsets.apps in cluster",
        "'list' on the resource 'daemonsets' of API group 'apps'"
    )]
    [InlineData(
        "GET",
        "/apis/apps/v1/namespaces/a/deployments/d/scale",
        "get deployments.apps/scale 'd' in namespace a",
        "of API group 'apps'"
    )]
    [InlineData("DELETE", "/api/v1/namespaces/a", "delete namespaces 'a'", "'delete' on the resource 'namespaces'")]
    public void A_forbidden_request_names_the_missing_verb_and_resource(string method, string path, string what, string missing)
    {
        NodeManagerException error = Translate(403, "Forbidden", method, path, "nodes is forbidden: User \"jane\" cannot do that")!;

        Assert.Contains("Permission denied: cannot " + what, error.Message, StringComparison.Ordinal);
        Assert.Contains("User \"jane\" cannot do that", error.Message, StringComparison.Ordinal);
        Assert.Contains(missing, error.RecommendedAction!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_node_has_its_own_ErrorId()
    {
        NodeManagerException node = Translate(404, "NotFound", "GET", "/api/v1/nodes/n", "nodes \"n\" not found", "n")!;
        NodeManagerException pod = Translate(404, "NotFound", "GET", "/api/v1/namespaces/a/pods/p", "pods \"p\" not found", "p")!;
        NodeManagerException path = Translate(
            404,
            "NotFound",
            "GET",
            "/apis/policy/v1/poddisruptionbudgets",
            "the server could not find the requested resource"
        )!;

        Assert.Equal((ErrorIds.NodeNotFound, "n"), (node.ErrorId, node.Target));
        Assert.Equal(ErrorIds.NotFound, pod.ErrorId);
        Assert.Contains("does not serve /apis/policy/v1/poddisruptionbudgets", path.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_target_object_is_the_one_of_the_caller() =>
        Assert.Equal(
            "my target",
            ErrorTranslator
                .Translate(new KubernetesException(HttpStatusCode.Conflict, null, "PATCH", "/api/v1/nodes/n"), "prod", Server, "my target")!
                .Target
        );

    [Fact]
    public void A_response_that_is_not_from_an_API_server_is_reported()
    {
        Assert.Equal(
            ErrorIds.UnexpectedAnswer,
            ErrorTranslator.Translate(new JsonException("'<' is invalid"), "prod", Server, null)!.ErrorId
        );
        Assert.Equal(ErrorIds.UnexpectedAnswer, Translate(302, "", "GET", "/api/v1/nodes", "moved")!.ErrorId);
    }

    [Fact]
    public void A_broken_connection_names_the_address()
    {
        NodeManagerException error = ErrorTranslator.Translate(
            new HttpRequestException("x", new IOException("reset")),
            "prod",
            Server,
            null
        )!;

        Assert.Equal((ErrorIds.ServerUnreachable, ErrorKind.ConnectionError), (error.ErrorId, error.Kind));
        Assert.Contains("https://10.0.0.1:6443/", error.Message, StringComparison.Ordinal);
        Assert.Contains("reset", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_internal_error_is_reported_as_internal() =>
        Assert.Null(ErrorTranslator.Translate(new InvalidOperationException(), "prod", Server, null));

    private static NodeManagerException? Translate(
        int code,
        string reason,
        string method,
        string path,
        string message,
        string? name = null
    ) =>
        ErrorTranslator.Translate(
            new KubernetesException(
                (HttpStatusCode)code,
                new Status
                {
                    Message = message,
                    Reason = reason,
                    Code = code,
                    Details = new() { Name = name },
                },
                method,
                path
            ),
            "prod",
            Server,
            null
        );
}
