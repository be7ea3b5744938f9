using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Nodes;

public sealed class ClusterStatisticTests
{
    private static readonly JsonObject[] Nodes =
    [
        Sample.NodeJson(
            "a",
            labels: """{"topology.kubernetes.io/zone":"z1","node-role.kubernetes.io/db":"","node-role.kubernetes.io/gpu":"","pool":"x"}"""
        ),
        Sample.NodeJson(
            "b",
            labels: """{"topology.kubernetes.io/zone":"z2","node-role.kubernetes.io/db":""}""",
            spec: """{"unschedulable":true}""",
            ready: "Unknown"
        ),
        Gpu(Sample.NodeJson("c", labels: """{"topology.kubernetes.io/zone":"z1"}""", ready: "False")),
    ];

    private readonly RecordingObserver _observer = new();

    [Fact]
    public async Task The_whole_cluster_is_one_object()
    {
        ClusterStatistic total = Assert.Single(await ReadAsync(null));

        Assert.Equal((3, 1, 2, 1, 3), (total.Nodes, total.Ready, total.NotReady, total.Cordoned, total.Pods));
        Assert.Equal(("", ""), (total.Group, total.GroupBy));
        Assert.Equal((12m, 24L << 30), (total.Allocatable.Cpu, total.Allocatable.Memory));
        Assert.Equal((3m, 3L << 30), (total.Requested.Cpu, total.Requested.Memory));
        Assert.Equal((1.5m, 12.5m), (total.Used!.Cpu, total.Used.CpuPercent));
    }

    [Fact]
    public async Task Every_resource_is_a_row_with_percentages()
    {
        ClusterStatistic total = Assert.Single(await ReadAsync(null));

        Assert.Equal(["cpu", "memory", "pods", "ephemeral-storage", "nvidia.com/gpu"], total.Resources.Select(r => r.Name));
        Assert.Equal(
            (12m, 3m, 25m, 1.5m, 12.5m),
            (
                total.Resources[0].Allocatable,
                total.Resources[0].Requested,
                total.Resources[0].RequestedPercent,
                total.Resources[0].Used,
                total.Resources[0].UsedPercent
            )
        );
        Assert.Equal((330m, 3m, 0.9m), (total.Resources[2].Allocatable, total.Resources[2].Requested, total.Resources[2].RequestedPercent));
        Assert.Null(total.Resources[2].Used);
        Assert.Null(total.Resources[3].RequestedPercent);
        Assert.Equal(
            (4m, 3m, 1m, 33.3m),
            (total.Resources[4].Capacity, total.Resources[4].Allocatable, total.Resources[4].Requested, total.Resources[4].RequestedPercent)
        );
    }

    [Theory]
    [InlineData("zone", "Zone", "z1:2, z2:1")]
    [InlineData("Role", "Role", ":1, db:2, gpu:1")]
    [InlineData("pool", "pool", ":2, x:1")]
    [InlineData("InstanceType", "InstanceType", ":3")]
    [InlineData("Region", "Region", ":3")]
    public async Task Groups_are_sorted_and_nodes_without_the_label_form_one_group(string by, string name, string groups)
    {
        IReadOnlyList<ClusterStatistic> statistics = await ReadAsync(by);

        Assert.Equal(groups, string.Join(", ", statistics.Select(s => $"{s.Group}:{s.Nodes}")));
        Assert.All(statistics, s => Assert.Equal(name, s.GroupBy));
    }

    [Fact]
    public async Task Without_metrics_usage_is_empty_and_one_warning_is_written()
    {
        ClusterStatistic total = Assert.Single(await ReadAsync(null, metrics: false));

        Assert.Null(total.Used);
        Assert.All(total.Resources, r => Assert.Null(r.UsedPercent));
        Assert.Single(_observer.Warnings);
    }

    [Fact]
    public async Task A_cluster_without_nodes_has_empty_statistics()
    {
        using NodeManagerSession session = await new FakeServer(_ => FakeServer.List()).ConnectAsync();

        ClusterStatistic total = Assert.Single(await ClusterStatisticReader.ReadAsync(session, null, null, _observer, default));
        Assert.Equal((0, 0m), (total.Nodes, total.Allocatable.Cpu));
        Assert.Empty(await ClusterStatisticReader.ReadAsync(session, "Zone", null, _observer, default));
    }

    private async Task<IReadOnlyList<ClusterStatistic>> ReadAsync(string? by, bool metrics = true)
    {
        JsonObject gpu = Sample.PodJson("p3", "c", "1", "1Gi");
        gpu["spec"]!["containers"]![0]!["resources"]!["requests"]!["nvidia.com/gpu"] = "1";
        var server = new FakeServer(request =>
            request.Path switch
            {
                "/api/v1/nodes" => FakeServer.List(Nodes),
                "/api/v1/pods" => FakeServer.List(Sample.PodJson("p1", "a", "1", "1Gi"), Sample.PodJson("p2", "b", "1", "1Gi"), gpu),
                _ when metrics => FakeServer.List(Metrics("a"), Metrics("b"), Metrics("c")),
                _ => FakeServer.NotFound(request),
            }
        );
        using NodeManagerSession session = await server.ConnectAsync();
        return await ClusterStatisticReader.ReadAsync(session, by, null, _observer, default);
    }

    private static JsonObject Gpu(JsonObject node)
    {
        node["status"]!["capacity"]!["nvidia.com/gpu"] = "4";
        node["status"]!["allocatable"]!["nvidia.com/gpu"] = "3";
        node["status"]!["capacity"]!["hugepages-1Gi"] = "0";
        return node;
    }

    private static JsonNode Metrics(string name) =>
        JsonNode.Parse($$$"""{"metadata":{"name":"{{{name}}}"},"usage":{"cpu":"500m","memory":"1Gi"}}""")!;
}
