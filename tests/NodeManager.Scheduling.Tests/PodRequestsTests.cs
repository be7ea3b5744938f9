namespace NodeManager.Scheduling.Tests;

public sealed class PodRequestsTests
{
    [Theory]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"100m"}}},{"resources":{"requests":{"cpu":"1"}}}]}""", 1.1)]
    [InlineData("""{"containers":[{"resources":{"limits":{"cpu":"1"}}}]}""", 0)]
    [InlineData(
        """{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"resources":{"requests":{"cpu":"3"}}},{"resources":{"requests":{"cpu":"2"}}}]}""",
        3
    )]
    [InlineData(
        """{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}}]}""",
        3
    )]
    [InlineData(
        """{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}},{"resources":{"requests":{"cpu":"4"}}}]}""",
        6
    )]
    [InlineData(
        """{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"resources":{"requests":{"cpu":"4"}}},{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"}}}]}""",
        4
    )]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"overhead":{"cpu":"250m"}}""", 1.25)]
    [InlineData(
        """{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"resources":{"requests":{"cpu":"500m"}},"overhead":{"cpu":"250m"}}""",
        0.75
    )]
    public void Containers_sidecars_init_containers_and_overhead_count_as_the_scheduler_counts_them(string spec, double cpu) =>
        Assert.Equal((decimal)cpu, PodRequests.Of(Make.Pod(spec)).GetValueOrDefault("cpu"));

    [Theory]
    [InlineData("1", "1", "1", "", 1)]
    [InlineData("2", "1", "1", "", 2)]
    [InlineData("1", "2", "1", "", 2)]
    [InlineData("1", "1", "2", "", 2)]
    [InlineData("8", "1", "1", ""","resize":"Infeasible" """, 1)]
    [InlineData("8", "1", "1", ""","conditions":[{"type":"PodResizePending","status":"True","reason":"Infeasible"}]""", 1)]
    [InlineData("8", "1", "1", ""","conditions":[{"type":"PodResizePending","status":"True","reason":"Deferred"}]""", 8)]
    public void A_resize_counts_the_largest_of_requested_allocated_and_used(
        string wanted,
        string allocated,
        string used,
        string more,
        double cpu
    )
    {
        var pod = Make.Pod(
            $$"""{"containers":[{"name":"c","resources":{"requests":{"cpu":"{{wanted}}"} } }]}""",
            $$"""{"containerStatuses":[{"name":"c","allocatedResources":{"cpu":"{{allocated}}"},"resources":{"requests":{"cpu":"{{used}}"} } }]{{more}} }"""
        );
        Assert.Equal((decimal)cpu, PodRequests.Of(pod)["cpu"]);
    }

    [Fact]
    public void Pod_level_requests_override_only_what_they_name()
    {
        var requests = PodRequests.Of(
            Make.Pod(
                """
                {"containers":[{"resources":{"requests":{"cpu":"1","memory":"1Gi","nvidia.com/gpu":"1"}}}],"resources":{"requests":{"cpu":"3","nvidia.com/gpu":"9"}}}
                """
            )
        );
        Assert.Equal((3m, 1024m * 1024 * 1024, 1m), (requests["cpu"], requests["memory"], requests["nvidia.com/gpu"]));
    }

    [Fact]
    public void Quantities_are_exact_and_completed_pods_count_nothing()
    {
        var sums = NodeAllocation.ByNode([
            Make.On("a", "1", requests: """{"cpu":"100m","memory":"128974848"}"""),
            Make.On("a", "2", requests: """{"cpu":"0.2","memory":"129e6"}"""),
            Make.On("b", "3", requests: """{"cpu":"362075599n"}"""),
            Make.Pod("""{"nodeName":"a","containers":[{"resources":{"requests":{"cpu":"5"}}}]}""", """{"phase":"Succeeded"}"""),
            Make.Pod("""{"nodeName":"a","containers":[{"resources":{"requests":{"cpu":"5"}}}]}""", """{"phase":"Failed"}"""),
            Make.Pod("""{"containers":[{"resources":{"requests":{"cpu":"5"}}}]}"""),
        ]);
        Assert.Equal(2, sums.Count);
        Assert.Equal((2, 0.3m, 257974848m), (sums["a"].Pods, sums["a"]["cpu"], sums["a"]["memory"]));
        Assert.Equal(0.362075599m, sums["b"]["cpu"]);
        Assert.Equal((1m, 0m), (sums["b"]["pods"], sums["b"]["nvidia.com/gpu"]));
    }
}
