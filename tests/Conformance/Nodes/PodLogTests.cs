using System.Net;
using System.Text;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Roles;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Conformance.Nodes;

public sealed class PodLogTests
{
    private readonly List<NodeManagerException> _errors = [];
    private readonly Listener _listener = new();
    private readonly List<string> _requests = [];

    [Theory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.OldSandbox)]
    public async Task The_embedded_cluster_has_a_log_for_each_container(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        Pod pod = await cluster.AddPodAsync("web", node);
        NodeManagerSession session = await cluster.ConnectAsync();

        PodLogLine line = Assert.Single(await ReadAsync(session, TargetOf(pod), new()));

        Assert.Equal((cluster.Namespace, "web", pod.Metadata.Uid, node), (line.Namespace, line.PodName, line.PodUid, line.NodeName));
        Assert.Equal((session.ClusterUid, "main", false), (line.ClusterUid, line.Container, line.IsPrevious));
        Assert.True(line.Time <= cluster.Time.GetUtcNow());
        Assert.Contains("simulated", line.Text, StringComparison.Ordinal);
        Assert.Empty(_errors);
        await Assert.ThrowsAsync<NodeManagerException>(() => ReadAsync(session, TargetOf(pod), new() { Previous = true }));
    }

    [Theory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.OldSandbox)]
    public async Task A_crashing_container_has_a_log_and_a_previous_one(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Pod pod = await cluster.AddPodAsync("web", await cluster.AddNodeAsync(), one => one.Annotate("fake-kubelet/crash", "true"));
        NodeManagerSession session = await cluster.ConnectAsync();

        Assert.False(Assert.Single(await ReadAsync(session, TargetOf(pod), new())).IsPrevious);
        Assert.True(Assert.Single(await ReadAsync(session, TargetOf(pod), new() { Previous = true })).IsPrevious);
        Assert.Empty(_errors);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Another_pod_of_the_name_is_not_read_in_its_place(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Pod pod = await cluster.AddPodAsync("web", await cluster.AddNodeAsync());
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeManagerException replaced = await Assert.ThrowsAsync<NodeManagerException>(() =>
            ReadAsync(session, TargetOf(pod) with { Uid = "former" }, new())
        );
        NodeManagerException missing = await Assert.ThrowsAsync<NodeManagerException>(() =>
            ReadAsync(session, new(cluster.Namespace, "ghost", ""), new())
        );

        Assert.Equal((ErrorIds.PodNotFound, $"{cluster.Namespace}/web"), (replaced.ErrorId, replaced.Target));
        Assert.Contains($"its UID is {pod.Metadata.Uid}, the input has former", replaced.Message, StringComparison.Ordinal);
        Assert.Equal((ErrorIds.PodNotFound, $"{cluster.Namespace}/ghost"), (missing.ErrorId, missing.Target));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_that_has_not_started_is_an_error_with_its_state(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Pod pod = await cluster.AddPodAsync(
            "web",
            null!,
            one => one.PodSpec(new() { ["nodeSelector"] = new System.Text.Json.Nodes.JsonObject { ["missing"] = "node" } }),
            untilPhase: null
        );
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => ReadAsync(session, TargetOf(pod), new()));

        Assert.Equal(ErrorIds.PodLogUnavailable, error.ErrorId);
        Assert.Contains("has started: Pending", error.Message, StringComparison.Ordinal);
    }

    // The nodes of the real control plane have no kubelet that answers; those of the embedded one have no such container.
    [SkippableTheory]
    [AllBackends]
    public async Task A_container_without_a_log_is_reported_in_the_words_of_the_server(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Pod pod = await cluster.AddPodAsync("web", await cluster.AddNodeAsync());
        NodeManagerSession session = await cluster.ConnectAsync();

        Assert.Empty(await ReadAsync(session, TargetOf(pod), new() { Container = "ghost" }));

        NodeManagerException error = Assert.Single(_errors);
        Assert.Equal((ErrorIds.PodLogUnavailable, $"{cluster.Namespace}/web"), (error.ErrorId, error.Target));
        Assert.Contains("container 'ghost' of pod", error.Message, StringComparison.Ordinal);
        Assert.Contains("is not valid", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_role_of_logs_suffices_and_no_other_role_reads_them(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, rbac: true);
        await RoleManifest.ApplyAsync(cluster);
        string reader = "reader-" + cluster.Id,
            viewer = "viewer-" + cluster.Id;
        await RoleManifest.BindAsync(cluster, "nodemanager-log-reader", reader);
        await RoleManifest.BindAsync(cluster, "nodemanager-viewer", viewer);
        Pod pod = await cluster.AddPodAsync("web", await cluster.AddNodeAsync());

        await ReadAsync(await cluster.ConnectAsAsync(reader), TargetOf(pod), new());
        NodeManagerSession other = await cluster.ConnectAsAsync(viewer);
        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() => ReadAsync(other, TargetOf(pod), new()));

        Assert.Contains(cluster.RequestsOf(reader), static one => one.Request.Subresource == "log");
        Assert.DoesNotContain(cluster.RequestsOf(reader), static one => one.Request.Resource == "pods" && one.IsForbidden);
        Assert.Equal(ErrorIds.Forbidden, refused.ErrorId);
    }

    [Fact]
    public async Task A_log_is_escaped_and_bounded()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox);
        Pod pod = await cluster.AddPodAsync("web", await cluster.AddNodeAsync());
        byte[] log = Encoding.UTF8.GetBytes(
            "2026-11-01T10:00:00.5Z \u001b[31mred\u202e\tx\r\n2026-11-01T10:00:01Z \n2026-11-01T10:00:02Z "
                + new string('x', PodLogReader.MaximumBytes)
        );
        NodeManagerSession session = await cluster.ConnectAsync(inner => new LogHandler(inner, log, _requests));

        IReadOnlyList<PodLogLine> lines = await ReadAsync(session, TargetOf(pod), new() { Tail = 7, Since = TimeSpan.FromSeconds(1.5) });

        Assert.Equal(
            [
                (new DateTimeOffset(2026, 11, 1, 10, 0, 0, 500, TimeSpan.Zero), @"\u001B[31mred\u202E" + "\tx"),
                (new(2026, 11, 1, 10, 0, 1, TimeSpan.Zero), ""),
            ],
            lines.Take(2).Select(static line => (line.Time, line.Text))
        );
        Assert.Contains("was cut after 4Mi", Assert.Single(_listener.Warnings), StringComparison.Ordinal);
        Assert.Empty(_errors);
        string query = Assert.Single(_requests);
        foreach (string part in (string[])["container=main", "tailLines=7", "sinceSeconds=2", "limitBytes=4194304", "timestamps=true"])
            Assert.Contains(part, query, StringComparison.Ordinal);
    }

    // Kubelet 1.36 with containerd 2.1, when the log of a previous container has been deleted.
    [Fact]
    public async Task The_kubelets_words_in_place_of_lines_are_an_error()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox);
        Pod pod = await cluster.AddPodAsync("web", await cluster.AddNodeAsync());
        byte[] log = Encoding.UTF8.GetBytes("2026-11-01T10:00:00Z last\nunable to retrieve container logs for containerd://638a\u001b[2J");
        NodeManagerSession session = await cluster.ConnectAsync(inner => new LogHandler(inner, log, _requests));

        Assert.Equal("last", Assert.Single(await ReadAsync(session, TargetOf(pod), new())).Text);
        NodeManagerException error = Assert.Single(_errors);
        Assert.Equal(ErrorIds.PodLogUnavailable, error.ErrorId);
        Assert.EndsWith(
            @"cannot be read: unable to retrieve container logs for containerd://638a\u001B[2J",
            error.Message,
            StringComparison.Ordinal
        );
    }

    private static PodTarget TargetOf(Pod pod) => new(pod.Metadata.Namespace!, pod.Metadata.Name, pod.Metadata.Uid!);

    private Task<IReadOnlyList<PodLogLine>> ReadAsync(NodeManagerSession session, PodTarget pod, PodLogQuery query) =>
        PodLogReader.ReadAsync(session, pod, query, _errors.Add, _listener, CancellationToken.None);

    private sealed class LogHandler(HttpMessageHandler inner, byte[] log, List<string> requests) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.EndsWith("/log", StringComparison.Ordinal))
                return base.SendAsync(request, cancellationToken);
            requests.Add(request.RequestUri.Query);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(log) });
        }
    }
}
