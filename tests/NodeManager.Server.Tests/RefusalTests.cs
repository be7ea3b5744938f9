using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Tests;

/// <summary>What a failure is in HTTP.</summary>
public sealed class RefusalTests
{
    private const string Token = "a-token-for-tests";

    [Theory]
    [InlineData(ErrorKind.InvalidArgument, 400)]
    [InlineData(ErrorKind.InvalidData, 400)]
    [InlineData(ErrorKind.PermissionDenied, 403)]
    [InlineData(ErrorKind.SecurityError, 403)]
    [InlineData(ErrorKind.ObjectNotFound, 404)]
    [InlineData(ErrorKind.ResourceExists, 409)]
    [InlineData(ErrorKind.ResourceBusy, 409)]
    [InlineData(ErrorKind.InvalidOperation, 409)]
    [InlineData(ErrorKind.LimitsExceeded, 429)]
    [InlineData(ErrorKind.NotSpecified, 500)]
    [InlineData(ErrorKind.NotImplemented, 501)]
    [InlineData(ErrorKind.ConnectionError, 502)]
    [InlineData(ErrorKind.AuthenticationError, 502)]
    [InlineData(ErrorKind.ProtocolError, 502)]
    [InlineData(ErrorKind.ResourceUnavailable, 503)]
    [InlineData(ErrorKind.OperationStopped, 503)]
    [InlineData(ErrorKind.OperationTimeout, 504)]
    public void Each_kind_of_error_has_its_status_code(ErrorKind kind, int code) => Assert.Equal(code, ApiErrors.StatusOf(kind));

    [Fact]
    public void Every_kind_of_error_is_in_the_table()
    {
        IEnumerable<ErrorKind> tested = typeof(RefusalTests)
            .GetMethod(nameof(Each_kind_of_error_has_its_status_code))!
            .GetCustomAttributesData()
            .Where(data => data.AttributeType == typeof(InlineDataAttribute))
            .Select(data =>
                (ErrorKind)((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)data.ConstructorArguments[0].Value!)[0].Value!
            );

        Assert.Equal(Enum.GetValues<ErrorKind>().Order(), tested.Order());
    }

    [Fact]
    public async Task A_drain_without_the_permissions_is_forbidden()
    {
        SandboxCluster sandbox = SandboxCluster.Start(new() { Nodes = 3, Rbac = true });
        using NodeManagerSession admin = await SessionFactory.ConnectAsync(
            "sandbox",
            sandbox.Server,
            sandbox.CreateTransport(),
            sandbox,
            NullLogger.Instance,
            sandbox.Time,
            CancellationToken.None
        );
        KubernetesClient client = admin.Connection().Client;
        await PostAsync(
            client,
            "clusterroles",
            """{"metadata":{"name":"viewer"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["get","list","watch"]}]}"""
        );
        await PostAsync(
            client,
            "clusterrolebindings",
            """
            {"metadata":{"name":"viewer"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"viewer"},
            "subjects":[{"kind":"User","name":"jane","apiGroup":"rbac.authorization.k8s.io"}]}
            """
        );
        using NodeManagerSession jane = await SessionFactory.ConnectAsAsync(admin, "jane", [], NullLogger.Instance, CancellationToken.None);
        await using WebApplication app = EmbeddedServer.Serve(jane, Token);
        await EmbeddedServer.StartAsync(app);
        using var http = new HttpClient { BaseAddress = new(app.Urls.First()) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        JsonArray nodes = (await http.GetFromJsonAsync<JsonArray>(NodeRoutes.Prefix + "/nodes"))!;
        string name = nodes.Select(node => (string)node!["name"]!).First(node => node.StartsWith("worker", StringComparison.Ordinal));

        HttpResponseMessage drained = await http.PostAsJsonAsync(
            $"{NodeRoutes.Prefix}/nodes/{name}/drain",
            new { delete_emptydir_data = true, delete_unmanaged_pods = true }
        );
        HttpResponseMessage cordoned = await http.PostAsync(new Uri($"{NodeRoutes.Prefix}/nodes/{name}/cordon", UriKind.Relative), null);

        JsonObject answer = (await drained.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.True(drained.StatusCode == HttpStatusCode.Forbidden, answer.ToJsonString());
        Assert.Equal(("error", "Forbidden"), ((string?)answer["status"], (string?)answer["error"]));
        Assert.Equal(HttpStatusCode.Forbidden, cordoned.StatusCode);
        Assert.Equal("Forbidden", (string?)(await cordoned.Content.ReadFromJsonAsync<JsonObject>())!["error"]);
    }

    private static Task<JsonObject> PostAsync(KubernetesClient client, string plural, string body) =>
        client.SendAsync(
            HttpMethod.Post,
            "/apis/rbac.authorization.k8s.io/v1/" + plural,
            new StringContent(body, Encoding.UTF8, "application/json"),
            (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject)),
            RequestOptions.Default,
            default
        );
}
