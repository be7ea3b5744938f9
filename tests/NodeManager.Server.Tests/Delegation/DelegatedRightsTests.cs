using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Server.Delegation;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Testing;

namespace NodeManager.Server.Tests.Delegation;

/// <summary>Callers of the cluster need the rights for what their requests do, as long as they do it.</summary>
public sealed class DelegatedRightsTests : IAsyncLifetime
{
    // All that a drain takes with the default options, and a maintenance.
    private const string Drains = """
        [{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","watch","patch"]},
         {"apiGroups":[""],"resources":["pods"],"verbs":["list","watch"]},{"apiGroups":[""],"resources":["pods/eviction"],"verbs":["create"]},
         {"apiGroups":[""],"resources":["configmaps"],"verbs":["create"]}]
        """;

    private static readonly string Nodes = NodeRoutes.Prefix + "/nodes";

    private readonly ManualTimeProvider _clock = new();
    private readonly DelegatedServer _server;

    public DelegatedRightsTests() => _server = new(_clock);

    public Task InitializeAsync() => _server.StartAsync();

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Theory]
    [InlineData("\"surge\":true", "cannot patch deployments.apps")]
    [InlineData("\"condition\":\"Always\"", "cannot patch nodes/status")]
    [InlineData("\"eviction_api\":\"EvictionRequest\"", "cannot create evictionrequests.lifecycle.k8s.io")]
    public async Task The_options_of_a_drain_require_the_rights_for_what_they_do(string option, string refusal)
    {
        string drainer = await _server.Accounts.CreateAsync("drainer", Drains);
        foreach (
            (string path, string body) in ((string, string)[])
                [
                    ($"{Nodes}/{_server.Node}/drain", $"{{{option}}}"),
                    ($"{Nodes}/drain", "{" + option + $",\"nodes\":[\"{_server.Node}\"]}}"),
                    ("/api/v1/maintenances", "{" + option + $",\"nodes\":[\"{_server.Node}\"]}}"),
                ]
        )
        {
            (HttpStatusCode code, string answer) = await _server.SendAsync("POST", path, drainer, body);
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, code));
            Assert.Contains(refusal, answer, StringComparison.Ordinal);
        }

        Assert.False(
            (bool)
                JsonNode.Parse((await _server.SendAsync("GET", $"{Nodes}/{_server.Node}", _server.Reader)).Body)!["status"]![
                    "unschedulable"
                ]!
        );
        string plan = "{" + option + $",\"nodes\":[\"{_server.Node}\"]}}";
        Assert.Equal(HttpStatusCode.OK, (await _server.SendAsync("POST", "/api/v1/maintenances/plan", drainer, plan)).Code);
    }

    [Fact]
    public async Task A_resumed_maintenance_requires_the_rights_for_its_stored_options()
    {
        string drainer = await _server.Accounts.CreateAsync("drainer", Drains);
        TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MaintenanceRequest request = new()
        {
            Nodes = [new(_server.Node)],
            Options = new()
            {
                Drain = new()
                {
                    DisableEviction = true,
                    DeleteUnmanagedPods = true,
                    DeleteEmptyDirData = true,
                },
            },
            Work = async (_, stop) =>
            {
                drained.SetResult();
                await Task.Delay(Timeout.Infinite, stop);
                return [];
            },
        };
        RunningOperation run = NodeOperations.StartMaintenance(new ClusterMaintenance(_server.Session, request));
        await drained.Task.WaitAsync(TimeSpan.FromMinutes(2));
        run.Cancel();
        await run.Completion;
        string id = (await MaintenanceReader.IdsAsync(_server.Session, MaintenanceRequest.DefaultNamespace, default))[0];

        (HttpStatusCode code, string answer) = await _server.SendAsync("POST", $"/api/v1/maintenances/{id}/resume", drainer);

        Assert.Equal(HttpStatusCode.Forbidden, code);
        Assert.Contains("cannot delete pods", answer, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _server.SendAsync("POST", "/api/v1/maintenances/other/resume", drainer)).Code);
    }

    [Fact]
    public async Task Finished_pods_count_for_the_rights_of_a_drain()
    {
        LiveNodes nodes = await _server.Services.GetRequiredService<LiveNodeService>().ReadyAsync(CancellationToken.None);
        await CreatePodAsync("finished");
        await _server
            .Session.Connection()
            .Client.PatchAsync(
                Resources.Pods,
                "report",
                "finished",
                Patch.Merge(new() { ["status"] = new JsonObject { ["phase"] = "Succeeded" } }),
                "status",
                RequestOptions.Default,
                CancellationToken.None
            );
        // Changes arrive in order.
        await CreatePodAsync("later");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!nodes.NamespacesOn(_server.Node).Contains("later"))
            await Task.Delay(20, limit.Token);
        Assert.Contains("finished", nodes.NamespacesOn(_server.Node));
    }

    [Theory]
    [InlineData("NodeDrain", HttpStatusCode.Accepted)]
    [InlineData("NodeMaintenance", HttpStatusCode.Accepted)]
    [InlineData("SchedulerRestart", HttpStatusCode.Forbidden)]
    [InlineData("NodeAutoscaler", HttpStatusCode.Forbidden)]
    [InlineData("NodePoolUpdate", HttpStatusCode.Forbidden)]
    public async Task An_operation_is_cancelled_with_the_rights_for_its_kind(string kind, HttpStatusCode code)
    {
        string drainer = await _server.Accounts.CreateAsync("drainer", Drains),
            chief = await _server.Accounts.CreateAsync("chief", """[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]""");
        RunningOperation operation = _server
            .Services.GetRequiredService<OperationRegistry>()
            .Start(
                "chief",
                static result => result,
                () => RunningOperation.Start(kind, "a test", TimeProvider.System, work => Task.Delay(Timeout.Infinite, work.Token))
            )
            .Operation;
        Assert.Equal(code, (await _server.SendAsync("DELETE", $"{OperationRoutes.Path}/{operation.Id}", drainer)).Code);
        Assert.Equal(HttpStatusCode.Accepted, (await _server.SendAsync("DELETE", $"{OperationRoutes.Path}/{operation.Id}", chief)).Code);
        await operation.Completion;
    }

    [Fact]
    public async Task A_stream_ends_when_its_caller_loses_the_right_to_it()
    {
        string watcher = await _server.Accounts.CreateAsync(
            "watcher",
            """[{"apiGroups":[""],"resources":["nodes"],"verbs":["list","watch"]}]"""
        );
        using var client = new HttpClient { BaseAddress = new(_server.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", watcher);
        using HttpResponseMessage stream = await client.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        Task ended = stream.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        _clock.Advance(AccessReviewer.Lifetime);
        await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(1)));
        Assert.False(ended.IsCompleted);

        await _server.Accounts.SendAsync(HttpMethod.Delete, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/watcher", "{}");
        _clock.Advance(AccessReviewer.Lifetime);
        await ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, (await _server.SendAsync("GET", "/api/v1/me", watcher)).Code);
    }

    private async Task CreatePodAsync(string ns)
    {
        await _server.Accounts.SendAsync(HttpMethod.Post, "/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{ns}}}"}}""");
        await _server.Accounts.SendAsync(
            HttpMethod.Post,
            $"/api/v1/namespaces/{ns}/pods",
            $$$"""
            {"metadata":{"name":"report"},
             "spec":{"nodeName":"{{{_server.Node}}}","restartPolicy":"Never","containers":[{"name":"main","image":"report"}]}}
            """
        );
    }
}
