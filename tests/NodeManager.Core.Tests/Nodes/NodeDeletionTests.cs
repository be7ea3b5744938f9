using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeDeletionTests
{
    [Fact]
    public async Task A_node_with_pods_is_not_deleted()
    {
        FakeServer server = Serving(Sample.PodJson("web", "n"), Sample.PodJson("agent", "n", owner: "DaemonSet"));
        using NodeManagerSession session = await server.ConnectAsync();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() =>
            NodeEditor.DeleteAsync(session, "n", false, false, CancellationToken.None)
        );

        Assert.Equal(ErrorIds.NodeHoldsPods, error.ErrorId);
        Assert.Contains("1 pod", error.Message, StringComparison.Ordinal);
        Assert.Contains("default/web", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("agent", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, r => r.Method == "DELETE");
    }

    [Fact]
    public async Task DaemonSet_mirror_and_completed_pods_do_not_block_the_deletion()
    {
        JsonObject mirror = Sample.PodJson("static", "n", owner: "Node");
        mirror["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = "x" };
        FakeServer server = Serving(
            mirror,
            Sample.PodJson("agent", "n", owner: "DaemonSet"),
            Sample.PodJson("job", "n", phase: "Succeeded")
        );
        using NodeManagerSession session = await server.ConnectAsync();

        await NodeEditor.DeleteAsync(session, "n", false, false, CancellationToken.None);

        Request delete = Assert.Single(server.Requests, r => r.Method == "DELETE");
        Assert.Equal("uid-n", delete.Json["preconditions"]!["uid"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_node_with_pods_is_deleted_on_request()
    {
        FakeServer server = Serving(Sample.PodJson("web", "n"));
        using NodeManagerSession session = await server.ConnectAsync();

        await NodeEditor.DeleteAsync(session, "n", true, false, CancellationToken.None);

        Assert.Single(server.Requests, r => r.Method == "DELETE");
    }

    [Fact]
    public async Task A_node_whose_UID_is_known_is_not_read_first()
    {
        FakeServer server = Serving(Sample.PodJson("web", "n"));
        using NodeManagerSession session = await server.ConnectAsync();

        await NodeEditor.DeleteAsync(session, new("n", "uid-before"), true, false, CancellationToken.None);

        Request delete = Assert.Single(server.Requests);
        Assert.Equal(("DELETE", "uid-before"), (delete.Method, delete.Json["preconditions"]!["uid"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_dry_run_is_sent_as_dryRun()
    {
        FakeServer server = Serving();
        using NodeManagerSession session = await server.ConnectAsync();

        await NodeEditor.DeleteAsync(session, "n", false, true, CancellationToken.None);

        Assert.Equal("""["All"]""", Assert.Single(server.Requests, r => r.Method == "DELETE").Json["dryRun"]!.ToJsonString());
    }

    private static FakeServer Serving(params JsonObject[] pods) =>
        new(request =>
            request switch
            {
                { Path: "/api/v1/pods" } => FakeServer.List(pods),
                { Path: "/api/v1/nodes/n" } => FakeServer.Json(Sample.NodeJson("n")),
                _ => FakeServer.NotFound(request),
            }
        );
}
