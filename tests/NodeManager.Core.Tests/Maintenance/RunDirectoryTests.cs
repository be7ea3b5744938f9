using System.Text.Json.Nodes;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Maintenance.Records;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Maintenance;

public sealed class RunDirectoryTests
{
    private const string First = "nodemanager.io/maintenance-run",
        Further = "nodemanager.io/maintenance-run-nodes";
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Keys_of_another_version_are_kept_and_keys_without_a_run_are_removed()
    {
        JsonObject other = Make("ConfigMap", "nodemanager-run-newer", First, "newer");
        other["data"] = new JsonObject { ["format"] = "9" };
        FakeServer server = new(request =>
            (request.Method, request["labelSelector"]) switch
            {
                ("DELETE", _) => FakeServer.Json(new JsonObject { ["kind"] = "Status", ["status"] = "Success" }),
                (_, First) when request.Path.EndsWith("/configmaps", StringComparison.Ordinal) => FakeServer.List(other),
                (_, First) => FakeServer.List(Lease("newer"), Lease("none")),
                (_, Further) => FakeServer.List(
                    Make("ConfigMap", "nodemanager-run-newer.1", Further, "newer"),
                    Make("ConfigMap", "nodemanager-run-none.1", Further, "none")
                ),
                _ => FakeServer.NotFound(request),
            }
        );
        using NodeManagerSession session = await server.ConnectAsync(time: _time);

        await RunDirectory.PruneAsync(session.Connection(), "runs", 0, default);

        Assert.Equal(
            [
                "/apis/coordination.k8s.io/v1/namespaces/runs/leases/nodemanager-run-none",
                "/api/v1/namespaces/runs/configmaps/nodemanager-run-none.1",
            ],
            server.Requests.Where(r => r.Method == "DELETE").Select(r => r.Path)
        );
    }

    private JsonObject Lease(string run)
    {
        JsonObject lease = Make("Lease", "nodemanager-run-" + run, First, run);
        lease["spec"] = new JsonObject
        {
            ["leaseDurationSeconds"] = 30,
            ["renewTime"] = Ago(2).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", null),
        };
        return lease;
    }

    private JsonObject Make(string kind, string name, string label, string run) =>
        new()
        {
            ["kind"] = kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = "runs",
                ["creationTimestamp"] = Ago(2).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null),
                ["labels"] = new JsonObject { [label] = run },
            },
        };

    private DateTimeOffset Ago(int hours) => _time.GetUtcNow().AddHours(-hours);
}
